"""How many answers, of which kind, how fast: counts for Prometheus and one log line a request."""

import secrets
import time
from datetime import datetime

import structlog
from flask import Flask, Response, g, request
from prometheus_client import Counter, Gauge, Histogram

from dam.audit.standing import Spoken

_REQUESTS = Counter("imprimatur_http_requests_total", "Answers sent.", ["method", "endpoint", "status"])
_SECONDS = Histogram("imprimatur_http_request_seconds", "Time until the answer was ready.", ["endpoint"])
_LOG = Gauge("imprimatur_log_entries", "Events of the usage log, by how far they have come.", ["stage"])
_LOG_LATE = Gauge("imprimatur_log_oldest_waiting_seconds", "Age of the oldest event without a place in the log.")
_LOG_SEEN = Gauge("imprimatur_log_sequencer_silent_seconds", "Since when the sequencer of the log has said nothing.")
_LOG_REFUSED = Gauge("imprimatur_log_refused", "1 while the sequencer refuses to sign: see docs/log.md.")
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
_log = structlog.get_logger("imprimatur.web")


def install(app: Flask) -> None:
    """Number, time, count and log every request."""
    app.before_request(_start)
    app.after_request(_finish)


def tell_of_log(said: Spoken, present: datetime) -> None:
    """Show what the sequencer of the log last said of itself."""
    for stage, count in (("placed", said.size), ("published", said.published), ("waiting", said.waiting)):
        _LOG.labels(stage).set(count)
    _LOG_LATE.set(0 if said.waiting_since is None else (present - said.waiting_since).total_seconds())
    _LOG_SEEN.set(-1 if said.seen_at is None else (present - said.seen_at).total_seconds())
    _LOG_REFUSED.set(said.state == "refused")


def _start() -> None:
    g.request_id = secrets.token_hex(16)
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    endpoint = request.endpoint or "none"
    # An invented method must not make a new series.
    method = request.method if request.method in _METHODS else "other"
    _REQUESTS.labels(method, endpoint, response.status_code).inc()
    _SECONDS.labels(endpoint).observe(seconds)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if endpoint not in {"static", "operations.healthz"}:
        _log.info("answered", method=method, path=request.path, status=response.status_code, seconds=round(seconds, 4))
    return response
