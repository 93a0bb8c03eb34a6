"""What operations asks: is it alive, is it ready, what does it count."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from contextlib import suppress

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dam.kernel.errors import ServiceFault
from dam.web.doors import public
from dam.web.metrics import tell_of_log
from dam.web.session import the_house

blueprint = Blueprint("operations", __name__)
_WAIT_S = 4
_POOL = ThreadPoolExecutor(max_workers=6, thread_name_prefix="readiness")


@blueprint.get("/healthz")
@public("A supervisor has no account; the answer says only that the process runs.")
def healthz() -> ResponseReturnValue:
    """Tell that the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public("A load balancer has no account; the answer names four parts, up or down.")
def readyz() -> ResponseReturnValue:
    """Tell whether PostgreSQL, the broker and S3 answer, and whether the log may still be signed."""
    asked = {name: _POOL.submit(check) for name, check in the_house().checks.items()}
    found = {}
    for name, future in asked.items():
        try:
            found[name] = bool(future.result(timeout=_WAIT_S))
        except (NoAnswer, Exception):  # noqa: BLE001  # whatever a check raises, the service is not ready
            found[name] = False
    ready = all(found.values())
    body = {"status": "ready" if ready else "not ready", "services": found}
    return jsonify(body), 200 if ready else 503


@blueprint.get("/metrics")
@public("Counts without names; the proxy keeps the address inside.")
def metrics() -> ResponseReturnValue:
    """Return the counts for Prometheus."""
    with suppress(ServiceFault):
        tell_of_log(the_house().log.standing(), the_house().clock())
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
