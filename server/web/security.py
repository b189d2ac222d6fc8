"""Who may act on the server: known hosts, same origin, and headers that fence the pages in.

Browsers send Fetch Metadata to secure origins alone, so on a plain LAN it is the Origin that
decides (OWASP Cross-Site Request Forgery Prevention; WSTG-CLNT-10 for WebSockets).
"""

import socket
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' blob: data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: forms would then send "Origin: null" and be refused.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def own_names() -> list[str]:
    """Names under which this machine is known on its network."""
    name = socket.gethostname().lower()
    short = name.split(".")[0]
    return ["localhost", name, short, f"{short}.local"]


def is_own_host(host: str, names: Collection[str]) -> bool:
    """Whether a request that calls ``host``, with or without a port, means this server.

    An address in figures always does, whenever the network came to give it: it is only a name that
    somebody else can point at us (DNS rebinding).
    """
    if "*" in names:
        return True
    try:
        called = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return called in names or _is_address(called)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_own_origin(headers: Headers, allowed: Collection[str]) -> bool:
    """Whether a request that may change something comes from a page of ours."""
    if headers.get("sec-fetch-site") == "cross-site":
        return False
    origin = headers.get("origin")
    if origin is None:
        # Browsers name the origin of every such request; a Referer is the older way to say so.
        origin = headers.get("referer", "")
    if origin in allowed:
        return True
    called = urlsplit(origin)
    return bool(called.netloc) and called.netloc.lower() == headers.get("host", "").lower()


class Guard:
    """Refuses calls under a name that is not ours; unsafe methods and WebSocket handshakes of pages
    that are not ours."""

    def __init__(self, app: ASGIApp, names: Collection[str], origins: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in (*own_names(), *names))
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            # Closed before it is accepted: the handshake is answered with 403.
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not is_own_host(host, self._names):
            text = f"{host} is not a name of this server. Allow it with REKINDLE_ALLOWED_HOSTS."
            return PlainTextResponse(text, status_code=400)
        acts = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if acts and not is_own_origin(headers, self._origins):
            return PlainTextResponse("This page may not do that here.", status_code=403)
        return None


class Fence:
    """Adds the headers that keep a page to its own house."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def fenced(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, fenced if scope["type"] == "http" else send)
