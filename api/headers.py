"""Walls around every answer: headers that keep the browser strict, writes only from our own pages, and no floods."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import READS
from api.errors import MOST_BODY_BYTES, foreign_origin, too_large

CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
STRICT = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STATIC = "/static/"


class StrictHeaders:
    """Adds the headers above; whatever is not a static file may hold personal data and is never stored."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in STRICT.items():
                    headers.setdefault(name, value)
                # The address of a static file carries its content's hash or its package's folder.
                is_static = scope["path"].startswith(STATIC) and message["status"] == 200
                headers.setdefault("Cache-Control", "public, max-age=604800" if is_static else "no-store")
            await send(message)

        await self.app(scope, receive, send_strictly)


class OwnPagesOnly:
    """Refuses a write that a browser sends from somebody else's page, and one that says it is too large.

    Browsers say where a request comes from in `Sec-Fetch-Site` or at least `Origin`; other clients send neither and
    carry no cookie by accident.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass reads and our own writes on, refuse the rest."""
        if scope["type"] == "http" and scope["method"] not in READS and not _is_ours(Headers(scope=scope)):
            await foreign_origin(scope)(scope, receive, send)
            return
        if scope["type"] == "http" and _length(Headers(scope=scope)) > MOST_BODY_BYTES:
            # A body that does not tell its length is cut off by the next middleware while it is read.
            await too_large(scope)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _length(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _is_ours(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
