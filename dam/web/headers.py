"""What every answer tells the browser: load nothing from elsewhere, keep nothing, mine nothing."""

from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
    "base-uri 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The reservation of rights against text and data mining, in the form machines read.
    "tdm-reservation": "1",
}
_ROBOTS = "noindex, noarchive, noimageindex, noai, noimageai"
PUBLISHED_ROBOTS = "noarchive, noai, noimageai"
"""What a published page and its picture tell robots: they may be found, not kept, and not learnt from."""
_PRIVATE = "private, no-store"
_STATIC = "public, max-age=600"


def install(app: Flask, *, secure: bool, mining_policy: str) -> None:
    """Put the headers on every answer, errors included; `mining_policy` is the address of the policy on mining."""
    always = {**_ALWAYS, "X-Robots-Tag": _ROBOTS, "tdm-policy": mining_policy}

    def apply(response: Response) -> Response:
        for name, value in always.items():
            response.headers.setdefault(
                name, value
            )  # a picture brings a stricter policy of its own, a public page its robots
        response.headers["Cache-Control"] = _STATIC if _is_static(response) else _PRIVATE
        if secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response

    app.after_request(apply)


def _is_static(response: Response) -> bool:
    return request.endpoint == "static" and response.status_code < 400  # noqa: PLR2004  # errors are never kept
