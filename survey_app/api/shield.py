"""What stands in front of every page: who may ask for what, and what a page may load."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from survey_app.api.connections import guard
from survey_app.api.crowds import Crowd, network_of
from survey_app.api.limits import Limits
from survey_app.api.reading import MOST_BYTES, Refused, check_origin
from survey_app.api.replies import Refusal, no_page, refuse
from survey_app.api.rights import STAFF_PAGES, Who, of_streamlit
from survey_app.api.statics import FOREVER, FrontEnd
from survey_app.logs import log_fault

COOKIE = "suara_petugas"

_LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
_OURS = re.compile(r"/(|isi(/.*)?|api/.*|healthz|masuk(/kota(/kembali)?)?|keluar|undangan/.*)")
_OF_CHILDREN = re.compile(r"/(|isi(/.*)?|api/.*|healthz)")
_READING = ("GET", "HEAD", "OPTIONS")  # changes nothing, so it may come from anywhere
_FULL = 5.0  # seconds after which it makes sense to knock again
_WAIT_OF_STAFF = 1.0  # the same for a page of the staff's: a browser's requests are over soon
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
    "Permissions-Policy": "bluetooth=(), camera=(), display-capture=(), geolocation=(), hid=(), "
    "microphone=(), midi=(), payment=(), serial=(), usb=()",
    # Nobody who opened us, or whom we opened, can look in; on plain HTTP browsers pass it over.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
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

    ``signed_in`` looks a cookie's token up; ``public_url`` is the address the app is known by, ours
    like the one asked for; ``short_ways`` are the methods and addresses
    answered here, past Streamlit's session and compression layers and the router (together a
    fifth of the time a response costs).
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        front_end: FrontEnd,
        signed_in: SignedIn,
        limits: Limits | None = None,
        public_url: str = "",
        short_ways: Mapping[tuple[str, str], ASGIApp] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._front_end = front_end
        self._signed_in = signed_in
        self._limits = limits or Limits()
        self._public_url = public_url
        self._short_ways = short_ways
        staff_policy = _STAFF_POLICY.format(scripts=" ".join(front_end.script_sources))
        self._of_staff_pages = _safety(staff_policy)
        self._of_our_pages = _safety(_CHILD_POLICY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            guard(receive)
            await self._app(scope, receive, send)
            return
        believe_our_proxy(scope)
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
            return
        ours = _OURS.fullmatch(scope["path"]) is not None
        answer = _Answer(send, self._of_our_pages if ours else self._of_staff_pages)
        body = _Body(receive, self._limits.bodies, _network(scope))
        try:
            await self._answer(scope, body.receive, answer.send, ours=ours)
        except _TooMuchAtOnceError:
            if not answer.begun:
                await refuse(Refusal.BUSY, wait=_FULL)(scope, receive, answer.send)
        except Exception as error:  # the last line: no trace and no words of a child get out
            number = log_fault(error)
            if not answer.begun:
                await refuse(Refusal.FAULT, number=number)(scope, receive, answer.send)
        finally:
            body.done()

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        token = _token(headers)
        welcome = scope["path"] == _STREAM and self._from_our_page(headers, always_said=True)
        if welcome and await self._is_staff(headers):
            with self._limits.staff_pages.inside({token: 1}) as inside:
                if inside:
                    await self._hold_open(scope, receive, send)
                    return
        await receive()
        await send({"type": "websocket.close", "code": 1008})

    async def _hold_open(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # uvicorn would write the message down, and words may be in it
            log_fault(error)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, *, ours: bool) -> None:
        if scope["method"] not in _READING and not self._from_our_page(Headers(scope=scope)):
            await refuse(Refusal.FOREIGN_ORIGIN)(scope, receive, send)
            return
        if _OF_CHILDREN.fullmatch(scope["path"]):
            app = self._short_ways.get((scope["method"], scope["path"]), self._app)
            await app(scope, receive, send)
            return
        with self._limits.staff_requests.inside({_network(scope): 1}) as inside:
            if not inside:
                await refuse(Refusal.BUSY, wait=_WAIT_OF_STAFF)(scope, receive, send)
                return
            response = None if ours else await self._of_staff(scope)
            await (response or self._app)(scope, receive, send)

    def _from_our_page(self, headers: Headers, *, always_said: bool = False) -> bool:
        """Whether no page of another address asks; for every route at once, so none can forget.

        A browser ``always_said`` where it comes from when it opens a websocket.
        """
        try:
            check_origin(headers, public_url=self._public_url)
        except Refused:
            return False
        return "origin" in headers or not always_said

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
        token = _token(headers)
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


class _TooMuchAtOnceError(Exception):
    """There is no room for more bodies now."""


class _Body:
    """What has come of a body: it takes room from its first byte until the request is answered.

    Beyond what a route reads (``MOST_BYTES``) bodies are thrown away or written to a file.
    """

    def __init__(self, receive: Receive, room: Crowd, network: str) -> None:
        self._receive = receive
        self._room = room
        self._network = network
        self._held = 0

    async def receive(self) -> Message:
        message = await self._receive()
        if part := min(len(message.get("body", b"")), MOST_BYTES - self._held):
            if not self._room.enter(self._network, part):
                raise _TooMuchAtOnceError
            self._held += part
        return message

    def done(self) -> None:
        self._room.leave(self._network, self._held)


def _network(scope: Scope) -> str:
    return network_of(scope["client"][0]) if scope.get("client") else ""


def _token(headers: Headers) -> str:
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")


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
