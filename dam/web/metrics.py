"""How many answers, of which kind, how fast: counts for Prometheus and one log line a request."""

import secrets
import time

import structlog
from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

_REQUESTS = Counter("imprimatur_http_requests_total", "Answers sent.", ["method", "endpoint", "status"])
_SECONDS = Histogram("imprimatur_http_request_seconds", "Time until the answer was ready.", ["endpoint"])
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
_log = structlog.get_logger("imprimatur.web")


def install(app: Flask) -> None:
    """Number, time, count and log every request."""
    app.before_request(_start)
    app.after_request(_finish)


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
