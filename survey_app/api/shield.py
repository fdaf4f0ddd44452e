"""What stands in front of every page: who may ask for what, and what a page may load."""

import json
import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from survey_app.api.replies import Refusal, no_page, refuse
from survey_app.api.rights import STAFF_PAGES, Who, of_streamlit
from survey_app.api.statics import FOREVER, FrontEnd

COOKIE = "suara_petugas"

_log = logging.getLogger(__name__)
_LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
_OURS = re.compile(r"/(|isi(/.*)?|api/.*|healthz|masuk|keluar|undangan/.*)")
_STREAM = "/_stcore/stream"
_HOST_CONFIG = "/_stcore/host-config"

# No ``unsafe-eval`` anywhere. Streamlit styles its widgets with inline styles, and loads the code
# of components v2 and of its workers from ``blob:`` addresses.
_STAFF_POLICY = (
    "default-src 'self'; script-src 'self' blob: {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; "
    "worker-src 'self' blob:; connect-src 'self'; frame-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_CHILD_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self' data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# No Strict-Transport-Security: a laptop that served HTTPS at one school serves plain HTTP at the
# next, and the tablets must still come in.
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not ``no-referrer``: browsers would then send ``Origin: null`` with our own sign-in form.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

# What Streamlit's front end asks for before it connects. ``blockErrorDialogs`` keeps its
# "connection error" dialog off the page of a group that is answering while the Wi-Fi is away.
_HOST_CONFIG_BODY = json.dumps(
    {
        "allowedOrigins": [],
        "useExternalAuthToken": False,
        "enableCustomParentMessages": False,
        "enforceDownloadInNewTab": False,
        "metricsUrl": "",
        "blockErrorDialogs": True,
        "resourceCrossOriginMode": None,
    }
).encode()

SignedIn = Callable[[str], Awaitable[bool]]


class Shield:
    """ASGI middleware around the whole app.

    ``signed_in`` looks a cookie's token up; ``short_ways`` are the methods and addresses that are
    answered here, past Streamlit's session and compression layers and the router (together a
    fifth of the time a response costs).
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        front_end: FrontEnd,
        signed_in: SignedIn,
        short_ways: Mapping[tuple[str, str], ASGIApp] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._front_end = front_end
        self._signed_in = signed_in
        self._short_ways = short_ways
        staff_policy = _STAFF_POLICY.format(scripts=" ".join(front_end.script_sources))
        self._of_staff_pages = _safety(staff_policy)
        self._of_our_pages = _safety(_CHILD_POLICY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        believe_our_proxy(scope)
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
            return
        ours = _OURS.fullmatch(scope["path"]) is not None
        answer = _Answer(send, self._of_our_pages if ours else self._of_staff_pages)
        try:
            await self._answer(scope, receive, answer.send, ours=ours)
        except Exception as error:  # the last line: no trace and no words of a child get out
            log_fault(error)
            if not answer.begun:
                await refuse(Refusal.FAULT)(scope, receive, answer.send)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == _STREAM and await self._is_staff(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1008})

    async def _answer(self, scope: Scope, receive: Receive, send: Send, *, ours: bool) -> None:
        if ours:
            app = self._short_ways.get((scope["method"], scope["path"]), self._app)
            await app(scope, receive, send)
            return
        response = await self._of_staff(scope)
        await (response or self._app)(scope, receive, send)

    async def _of_staff(self, scope: Scope) -> Response | None:
        """The answer to a request of the staff pages, or None to let Streamlit answer."""
        path, headers = scope["path"], Headers(scope=scope)
        who, reads = of_streamlit(path), scope["method"] in ("GET", "HEAD")
        if reads and path.rstrip("/") in STAFF_PAGES:
            return await self._page(path.rstrip("/"), scope, headers)
        if who is Who.SIGNED_IN and path not in STAFF_PAGES and await self._is_staff(headers):
            return None
        if who is not Who.EVERYBODY or not reads:
            return no_page()
        if path == _HOST_CONFIG:
            return Response(
                _HOST_CONFIG_BODY,
                media_type="application/json",
                headers={"Cache-Control": "no-cache"},
            )
        if path.startswith("/static/"):
            name = path.removeprefix("/")
            if name not in self._front_end:
                return no_page()
            file = await self._front_end.file(name)
            return file.response(headers, cache=FOREVER, also={})
        return None

    async def _page(self, path: str, scope: Scope, headers: Headers) -> Response:
        if not await self._is_staff(headers):
            query = scope.get("query_string", b"").decode("latin-1")
            wanted = f"{path}?{query}" if query else path
            return RedirectResponse(f"/masuk?next={quote(wanted, safe='')}", status_code=303)
        if path != scope["path"]:
            return RedirectResponse(path, status_code=308)
        return self._front_end.page.response(headers, cache="no-cache", also={})

    async def _is_staff(self, headers: Headers) -> bool:
        token = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        return bool(token) and await self._signed_in(token)


class _Answer:
    """Adds the safety headers to whatever answer passes, and remembers whether one began."""

    def __init__(self, send: Send, safety: tuple[tuple[bytes, bytes], ...]) -> None:
        self._send = send
        self._safety = safety
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = list(message.get("headers", ()))
            named = {name.lower() for name, _ in headers}
            headers += [pair for pair in self._safety if pair[0] not in named]
            message = {**message, "headers": headers}
        await self._send(message)


def _safety(policy: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers every answer has, unless it brings its own."""
    every = {**_HEADERS, "Content-Security-Policy": policy}
    return tuple((name.lower().encode(), value.encode()) for name, value in every.items())


def believe_our_proxy(scope: MutableMapping[str, Any]) -> None:
    """Take scheme and address from the forwarding headers of a proxy on this machine only."""
    peer = scope.get("client")
    if not peer or peer[0] not in _LOOPBACK:
        return
    headers = Headers(scope=scope)
    if headers.get("x-forwarded-proto") == "https":
        scope["scheme"] = "wss" if scope["type"] == "websocket" else "https"
    if forwarded := headers.get("x-forwarded-for"):
        # The last address is the one our own proxy saw; those before it anybody can invent.
        scope["client"] = (forwarded.rpartition(",")[2].strip()[:45], 0)


def log_fault(error: BaseException) -> None:
    """Write down what failed and where, without the message: it may quote what a child wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames[-4:]))
    _log.error("%s at %s", type(error).__name__, where)
