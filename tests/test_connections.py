"""Connections of strangers, on real sockets: how long, how much, how many.

C001  A connection that says nothing, or half of what it wants, is closed in time; so is one that
      goes on talking after its answer. A child beside it is answered.
C002  A head without an end is cut off before it costs memory or time, and so is an endless body.
C003  An answer nobody takes does not hold its connection for good.
C004  When there are too many connections, those that waited longest, of the address that has most
      waiting, go; where none can go the newest is told to come again.
C005  An open staff page is no slow request: its websocket stays.
C006  What is no HTTP at all gets an answer without a word about who gives it, and costs no line of
      the log.
C007  With HTTPS this also holds while a line is being sealed: one that stalls is closed in time,
      counts among the connections of its address, and is told nothing in the open.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import doors as of_doors
import httpx
import pytest
from certificates import certificate_in
from doors import FRONT_END, Doors, app_before, opened_doors
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.sync.client import connect

from survey_app.api import connections
from survey_app.api.connections import GuardedConnection
from survey_app.api.service import Service
from survey_app.api.shield import COOKIE
from survey_app.people import Role
from survey_app.settings import Settings
from survey_app.store import people

SHORT = 0.3  # seconds instead of 10 and 20: what is measured here is whether, not when
LONG = 5.0
ASK = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LAST_ASK = ASK.replace(b"x\r\n", b"x\r\nConnection: close\r\n")
Line = Callable[..., socket.socket]


async def _page(websocket: WebSocket) -> None:
    """In the place of Streamlit's connection: says back what it hears."""
    await websocket.accept()
    with suppress(WebSocketDisconnect):
        while True:
            await websocket.send_text(await websocket.receive_text())


def _with_a_page(service: Service) -> Starlette:
    app = app_before(service)
    app.router.routes.append(WebSocketRoute("/_stcore/stream", _page))
    return app


@pytest.fixture(scope="module", autouse=True)
def impatient() -> Iterator[None]:
    """The doors wait a moment only."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(of_doors, "app_before", _with_a_page)
        patched.setattr(connections, "HEAD_TIME", SHORT)
        patched.setattr(connections, "STALLED_TIME", SHORT)
        yield


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with opened_doors(Settings(data_dir=tmp_path_factory.mktemp("doors"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Doors that speak HTTPS."""
    folder = tmp_path_factory.mktemp("sealed")
    certificate = certificate_in(folder)
    with opened_doors(Settings(data_dir=folder / "data"), certificate=certificate) as opened:
        yield opened


@pytest.fixture
def line(doors: Doors) -> Iterator[Line]:
    """Makes connections on which this was said; ``takes`` is how many bytes the end can take."""
    with _lines_to(doors) as line:
        yield line


@pytest.fixture
def sealed_line(sealed: Doors) -> Iterator[Line]:
    """The same to the doors with HTTPS, with nothing sealed yet."""
    with _lines_to(sealed) as line:
        yield line


@contextmanager
def _lines_to(doors: Doors) -> Iterator[Line]:
    with ExitStack() as all_lines:

        def connected(said: bytes = b"", *, takes: int = 0) -> socket.socket:
            opened = all_lines.enter_context(socket.socket())
            if takes:
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes)
            opened.settimeout(10)
            opened.connect(("127.0.0.1", int(doors.url.rpartition(":")[2])))
            opened.sendall(said)
            return opened

        yield connected


def all_of(opened: socket.socket) -> bytes:
    """Everything that comes until the other end closes."""
    heard = b""
    with suppress(ConnectionResetError):
        while piece := opened.recv(65536):
            heard += piece
    return heard


def is_cut_off(opened: socket.socket, pieces: Iterable[bytes], *, pause: float = 0) -> bool:
    """Whether the other end hangs up while these are sent, and before long."""
    begin = time.monotonic()
    try:
        for piece in pieces:
            opened.sendall(piece)
            time.sleep(pause)
            if time.monotonic() - begin > LONG:
                return False
    except (BrokenPipeError, ConnectionResetError):
        return True
    return False


def test_slow_requests(doors: Doors, line: Line) -> None:
    """C001: nothing said, half a head, one letter after the other, a body that is no one's."""
    silent, half = line(), line(ASK[:20])
    after = line(b"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n")
    assert is_cut_off(line(), (ASK[place : place + 1] for place in range(len(ASK))), pause=0.03)
    assert is_cut_off(after, (b"a" for _ in range(9999)), pause=0.02)
    assert all_of(silent) == b""
    assert all_of(half).startswith(b"HTTP/1.1 408 ")
    assert doors.browser.get("/healthz").status_code == 200


@pytest.mark.parametrize("piece", [b"a" * 65536, b"X-A: b\r\n" * 8192])
def test_a_head_without_an_end(doors: Doors, line: Line, piece: bytes) -> None:
    """C002: one line or many."""
    assert is_cut_off(line(ASK[:-2] + b"X-B: "), (piece for _ in range(128)))
    assert doors.browser.get("/healthz").status_code == 200


def test_a_head_that_is_only_long(line: Line) -> None:
    """C002: what proxies and cookies add is taken."""
    opened = line(LAST_ASK[:-2])
    for number in range(30):
        opened.sendall(b"X-%d: %s\r\n" % (number, b"a" * 900))
    opened.sendall(b"\r\n")
    assert all_of(opened).startswith(b"HTTP/1.1 200 ")


def test_a_body_without_an_end(doors: Doors, line: Line) -> None:
    """C002: chunks for ever, at an address that does not even look at them."""
    opened = line(b"POST /nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    assert is_cut_off(opened, (chunk for _ in range(10_000)))
    assert doors.browser.get("/healthz").status_code == 200


def test_an_answer_nobody_takes(line: Line) -> None:
    """C003: the largest file of the staff's pages asked for again and again, and not read."""
    largest = max((FRONT_END / "static" / "js").iterdir(), key=lambda file: file.stat().st_size)
    ask = f"GET /static/js/{largest.name} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    opened = line(ask * 8, takes=4096)
    time.sleep(SHORT * 4)
    assert 0 < len(all_of(opened)) < 8 * largest.stat().st_size


def test_too_many(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """C004: sixty idle ones where there is room for twenty; a child among them is answered."""
    monkeypatch.setattr(GuardedConnection, "most", 20)
    monkeypatch.setattr(connections, "HEAD_TIME", 30.0)
    idle = [line() for _ in range(60)]
    assert all_of(line(LAST_ASK)).startswith(b"HTTP/1.1 200 ")
    assert all_of(idle[0]) == b""
    idle[-1].sendall(LAST_ASK)
    assert all_of(idle[-1]).startswith(b"HTTP/1.1 200 ")


def test_no_room_at_all(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """C004: 503 with Retry-After, which the player's outbox takes as "later"."""
    line(
        b"POST /api/v1/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 9\r\n\r\n{"
    )
    assert all_of(line(LAST_ASK)).startswith(b"HTTP/1.1 200 ")
    monkeypatch.setattr(GuardedConnection, "most", 0)
    heard = all_of(line())
    assert heard.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5\r\n" in heard


def test_a_page_stays_open(doors: Doors) -> None:
    """C005: longer than a request may take, silent or not."""
    people.add_staff(doors.store, "Bu Rini", "kapal-layar-biru", Role.FACILITATOR)
    token = people.sign_in(doors.store, "Bu Rini", "kapal-layar-biru")
    address = f"{doors.url.replace('http', 'ws', 1)}/_stcore/stream"
    with connect(
        address, origin=doors.url, additional_headers={"Cookie": f"{COOKIE}={token}"}
    ) as page:
        for word in ("satu", "dua", "tiga"):
            time.sleep(SHORT)
            page.send(word)
            assert page.recv(timeout=5) == word


@pytest.mark.parametrize(
    "said",
    [
        b"NONSENSE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS at the plain door
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"\xff\xfe" * 50,
    ],
)
def test_no_http(line: Line, said: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """C006: 400 or nothing; no name of a server, no version, no reason."""
    opened = line(said)
    opened.shutdown(socket.SHUT_WR)
    heard = all_of(opened)
    assert heard.partition(b"\r\n")[0] in (b"HTTP/1.1 400 Bad Request", b"")
    assert b"server:" not in heard.lower()
    assert heard.endswith(b"\r\n\r\n") or heard == b""
    assert caplog.text == ""


def test_who_answers(doors: Doors) -> None:
    """C006: nor does any other answer name the server."""
    for address in ("/", "/healthz", "/masuk", "/nothing", "/api/v1/nothing", "/static/x.js"):
        assert "server" not in doors.browser.get(address).headers


def test_a_seal_that_stalls(sealed: Doors, sealed_line: Line) -> None:
    """C007: nothing said, half a greeting, a letter now and then; then nothing in a sealed line."""
    hello = _greeting()
    silent, half = sealed_line(), sealed_line(hello[:50])
    slow = (hello[place : place + 1] for place in range(len(hello)))
    assert is_cut_off(sealed_line(), slow, pause=0.03)
    assert all_of(silent) == all_of(half) == b""
    assert sealed.browser.get("/healthz").status_code == 200
    with _trusting(sealed).wrap_socket(sealed_line(), server_hostname="localhost") as opened:
        assert all_of(opened) == b""


def test_sealed_and_answered(sealed: Doors, sealed_line: Line) -> None:
    """C007: what is asked for in one piece with the last words of the greeting; an open page."""
    with _trusting(sealed).wrap_socket(sealed_line(), server_hostname="localhost") as opened:
        opened.sendall(LAST_ASK)
        assert all_of(opened).startswith(b"HTTP/1.1 200 ")
    people.add_staff(sealed.store, "Bu Rini", "kapal-layar-biru", Role.FACILITATOR)
    token = people.sign_in(sealed.store, "Bu Rini", "kapal-layar-biru")
    address = f"{sealed.url.replace('http', 'ws', 1)}/_stcore/stream"
    said = {"Cookie": f"{COOKIE}={token}"}
    with connect(
        address, origin=sealed.url, additional_headers=said, ssl=_trusting(sealed)
    ) as page:
        time.sleep(SHORT * 2)
        page.send("satu")
        assert page.recv(timeout=5) == "satu"


def test_too_many_being_sealed(
    sealed: Doors, sealed_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C007: sixty that stall where there is room for twenty; a child among them is answered."""
    monkeypatch.setattr(GuardedConnection, "most", 20)
    monkeypatch.setattr(connections, "HEAD_TIME", 30.0)
    stalled = [sealed_line(_greeting()[:50]) for _ in range(60)]
    with httpx.Client(verify=_trusting(sealed)) as child:
        assert child.get(f"{sealed.url}/healthz").status_code == 200
    assert all_of(stalled[0]) == b""
    stalled[-1].settimeout(0.01)
    with pytest.raises(TimeoutError):
        stalled[-1].recv(1)


def test_an_open_line_at_the_sealed_door(
    sealed_line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """C007: no HTTP comes back, also where there is no room, and no line is written."""
    assert b"HTTP" not in all_of(sealed_line(LAST_ASK))
    monkeypatch.setattr(GuardedConnection, "most", 0)
    assert all_of(sealed_line(_greeting())) == b""
    assert caplog.text == ""


def _trusting(doors: Doors) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=doors.service.settings.data_dir.parent / "server.pem")


def _greeting() -> bytes:
    """The first words of a client."""
    said = ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(
            ssl.MemoryBIO(), said, server_hostname="localhost"
        ).do_handshake()
    return said.read()
