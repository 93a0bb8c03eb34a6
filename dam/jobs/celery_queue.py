"""Celery as the broker of hints, and how every worker process is set up."""

from time import monotonic

from celery import Celery
from kombu import Exchange
from kombu import Queue as BrokerQueue
from kombu.exceptions import OperationalError
from kombu.transport import redis, virtual

from dam.jobs.names import JobKind
from dam.kernel.errors import ServiceFault

_SERVICE = "broker"
_HINT_LIVES_S = 60
_LEFT_ALONE_S = 3.0
_DIRECT = Exchange("", type="direct")


class ForgetfulQoS(redis.QoS):
    """What a worker holds of the broker's messages, forgotten at their end whether or not the broker heard of it.

    Kombu goes on counting a message whose end it could not tell; after as many of them as a worker may hold at once,
    it hears nothing any more. A hint that the broker sends twice does no harm.
    """

    def ack(self, delivery_tag: str) -> None:
        """Tell the broker, and forget the message in any case."""
        try:
            super().ack(delivery_tag)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


class HintChannel(redis.Channel):
    """A channel to the broker that forgets."""

    QoS = ForgetfulQoS


class HintTransport(redis.Transport):
    """Redis or Valkey, for messages that are only hints."""

    Channel = HintChannel


def queue_name(kind: JobKind) -> str:
    """Return the queue of a kind: the room before the dot, so a partner's copy never waits behind uploads."""
    return kind.value.partition(".")[0]


def make_celery(broker_url: str) -> Celery:
    """Return a Celery application that treats every message as a hint.

    Units: time limits in seconds, memory per worker child in KB. The visibility time-out exceeds the time limit, so
    the broker never sends a running job out twice; a lost one is the reconciler's to find.
    """
    app = Celery("imprimatur", broker=broker_url)
    app.conf.update(
        broker_transport=f"{HintTransport.__module__}:{HintTransport.__qualname__}",
        task_acks_late=True,
        task_reject_on_worker_lost=False,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_queues=[BrokerQueue(name, _DIRECT, routing_key=name) for name in sorted(set(map(queue_name, JobKind)))],
        task_create_missing_queues=False,
        task_default_queue=queue_name(JobKind.PREPARE_ASSET),
        task_default_exchange="",
        task_default_routing_key=queue_name(JobKind.PREPARE_ASSET),
        task_soft_time_limit=540,
        task_time_limit=600,
        worker_prefetch_multiplier=1,
        worker_concurrency=2,
        worker_max_tasks_per_child=200,
        worker_max_memory_per_child=800_000,
        worker_eta_task_limit=100,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_soft_shutdown_timeout=20,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": 3600,
            "socket_timeout": 5,
            "socket_connect_timeout": 3,
            "health_check_interval": 10,
            "retry_on_timeout": True,
            "max_retries": 0,
        },
    )
    return app


class CeleryQueue:
    """The Queue port, spoken by Celery; a broker that did not answer is left alone for 3 s: nobody waits twice."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._left_alone_until = 0.0

    def hint(self, kind: JobKind, job_id: int) -> None:
        """Send the job's number to the workers; the hint dies unheard after a minute.

        Raises: ServiceFault when the broker does not answer.
        """
        if monotonic() < self._left_alone_until:
            raise ServiceFault(_SERVICE)
        name = queue_name(kind)
        try:
            self._app.send_task(
                kind.value, args=[job_id], queue=name, retry=False, expires=_HINT_LIVES_S, ignore_result=True
            )
        except (OperationalError, OSError) as error:
            self._left_alone_until = monotonic() + _LEFT_ALONE_S
            raise ServiceFault(_SERVICE) from error

    def healthy(self) -> bool:
        """Tell whether the broker answers."""
        try:
            with self._app.connection_for_write(connect_timeout=3) as connection:
                connection.ensure_connection(max_retries=0, timeout=3)
        except (OperationalError, OSError):
            return False
        return True
