"""Who may act on the server: known hosts, same origin, and headers that fence the pages in.

Browsers send Fetch Metadata to secure origins alone, so on a plain LAN it is the Origin that
decides (OWASP Cross-Site Request Forgery Prevention; WSTG-CLNT-10 for WebSockets).
"""

import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

import psutil
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
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


def own_hosts() -> list[str]:
    """Names and addresses under which this machine is known to itself, loopback included."""
    name = socket.gethostname()
    short = name.split(".")[0]
    addresses = [
        address.address.split("%")[0]
        for interface in psutil.net_if_addrs().values()
        for address in interface
        if address.family in (socket.AF_INET, socket.AF_INET6)
    ]
    bracketed = [f"[{each}]" if ":" in each else each for each in addresses]
    return ["localhost", "127.0.0.1", "[::1]", name, short, f"{short}.local", *bracketed]


def is_own_origin(headers: Headers, allowed: Sequence[str]) -> bool:
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


class OriginGuard:
    """Refuses unsafe methods and WebSocket handshakes of pages that are not ours."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str] = ()) -> None:
        self._app = app
        self._allowed = tuple(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        acts = scope["type"] == "websocket" or (
            scope["type"] == "http" and scope["method"] not in SAFE_METHODS
        )
        if not acts or is_own_origin(Headers(scope=scope), self._allowed):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            # Closed before it is accepted: the handshake is answered with 403.
            await send({"type": "websocket.close", "code": 1008, "reason": "not our page"})
        else:
            response = PlainTextResponse("This page may not do that here.", status_code=403)
            await response(scope, receive, send)


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
