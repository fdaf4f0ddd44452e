"""The whole app as a process: ``streamlit run streamlit_app.py``, killed, restarted, looked at.

P001 SUARA_PORT and SUARA_HOST alone say where it listens; ending it ends it cleanly;
     and what cannot be used as a setting is said in a sentence
P002 the bare address is the children's light page; the staff's 3 MB stay behind /masuk
P003 Streamlit's metrics, agent API and health script do not answer; its dialog does not block
P004 the staff's files travel compressed, and the page may load only what is ours
P005 a websocket opens only for somebody who has signed in
P006 addresses that captive portals and scanners ask for lead nowhere, and tell nothing
P007 fifty tablets sending one response at once make one row
P008 killed between receiving and acknowledging: nothing acknowledged is missing, nothing twice
P009 an acknowledgement that got lost on the way is given again, from the same row
P010 ended under load: everything acknowledged is stored, and what is not says so
P011 a proxy on this machine may say that the way was HTTPS; nobody else may
P012 it runs on uvloop, without which every answer on a kept connection waits for 43 ms
P013 its connections are our own: none tells who serves, and an endless head is refused
"""

import base64
import gzip
import os
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from classroom import opened_gathering
from rows import answers_in, responses_in
from server import RunningApp, Weather, network, running_app
from tablet import FULL_ANSWERS, Tablet

from survey_app.gathering import Gathering
from survey_app.people import Role
from survey_app.questionnaire import Questionnaire
from survey_app.store import Store, people

RESPONSES = "/api/v1/responses"
PASSWORD = "sandi-untuk-uji-saja"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """One running app for everything that does not break it."""
    folder = tmp_path_factory.mktemp("app")
    store = Store.open(f"sqlite:///{folder}/suara.db", data_dir=folder)
    people.add_staff(store, "Bu Rini", PASSWORD, Role.ADMINISTRATOR)
    store.close()
    with running_app(folder) as running:
        yield running


@pytest.fixture(scope="module")
def cookie(app: RunningApp) -> str:
    """The cookie of somebody who has signed in by the form."""
    form = {"nama": "Bu Rini", "sandi": PASSWORD, "next": "/tema"}
    answer = httpx.post(f"{app.url}/masuk", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/tema")
    return answer.headers["set-cookie"].partition(";")[0]


def test_started_by_settings_alone(tmp_path: Path) -> None:
    """P001: without flags the app listens where SUARA_* say, only there, and ends cleanly."""
    app = RunningApp(tmp_path, screened=True)
    try:
        app.start(flags=False)
        assert httpx.get(f"{app.url}/healthz").json()["status"] == "ok"
        listening = _listening(app.pid)
        assert listening == [f"127.0.0.1:{app.port}"]
        app.stop()
    finally:
        app.kill()
    assert (tmp_path / "suara.db").exists()
    assert not (tmp_path / "suara.db-wal").exists()  # SQLite removes it at a clean end only
    assert app.log.read_text() == ""


def test_a_setting_that_cannot_be_used(tmp_path: Path) -> None:
    """P001: one sentence and the remedy, no trace."""
    app = RunningApp(tmp_path, screened=True, SUARA_PORT="delapan")
    with pytest.raises(RuntimeError, match="did not start"):
        app.start()
    said = app.log.read_text()
    assert "SUARA_PORT: 'delapan' bukan nomor port. Isi dengan angka" in said
    assert "Traceback" not in said


def test_the_bare_address(app: RunningApp) -> None:
    """P002: `/` and `/isi/<kode>` are one small page without a word of Streamlit."""
    for address in ("/", "/isi/C4D7FH", "/isi/c4d7fh/", "/isi"):
        answer = httpx.get(app.url + address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "streamlit" not in answer.text.lower()
        assert len(gzip.compress(answer.content)) < 4096
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("page", ["beranda", "pertemuan", "tema", "kuesioner", "pratinjau"])
def test_staff_pages_ask_who_is_there(app: RunningApp, cookie: str, page: str) -> None:
    """P002: without a cookie to /masuk and back; with one the page of Streamlit, in Indonesian."""
    answer = httpx.get(f"{app.url}/{page}?a=1&b=2")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/masuk?next=%2F{page}%3Fa%3D1%26b%3D2"
    shown = httpx.get(f"{app.url}/{page}", headers={"Cookie": cookie})
    assert shown.status_code == 200
    assert '<html lang="id">' in shown.text
    forged = httpx.get(f"{app.url}/{page}", headers={"Cookie": "suara_petugas=palsu"})
    assert forged.status_code == 303


def test_what_streamlit_does_not_tell(app: RunningApp, cookie: str) -> None:
    """P003: closed even to staff: metrics, agent API, script health, pages it would invent."""
    for address in (
        "/_stcore/metrics",
        "/_stcore/script-health-check",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/agent/interact",
        "/_stcore/nothing",
        "/openapi.json",
        "/docs",
        "/app/static/secret.key",
        "/streamlit_app.py",
    ):
        for method in ("GET", "POST"):
            answer = httpx.request(method, app.url + address, headers={"Cookie": cookie})
            assert answer.status_code == 404, address
    assert httpx.get(f"{app.url}/_stcore/health").status_code == 200


def test_no_blocking_dialog(app: RunningApp) -> None:
    """P003: Streamlit's error dialog does not cover a group that answers without Wi-Fi."""
    told = httpx.get(f"{app.url}/_stcore/host-config").json()
    assert told["blockErrorDialogs"] is True
    assert told["allowedOrigins"] == []


def test_static_files_are_compressed(app: RunningApp, cookie: str) -> None:
    """P004: a script of 100 KB and more is a third on the wire, kept for good, and unchanged."""
    page = httpx.get(f"{app.url}/beranda", headers={"Cookie": cookie}).text
    address = page.partition('src="./static/js/index')[2].partition('"')[0]
    script = f"{app.url}/static/js/index{address}"
    small = httpx.get(script, headers={"Accept-Encoding": "gzip"})
    plain = httpx.get(script, headers={"Accept-Encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert small.content == plain.content
    assert int(small.headers["content-length"]) < len(plain.content) * 0.4
    assert "immutable" in small.headers["cache-control"]
    assert small.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "address",
    [
        "/static/../../../config.py",
        "/static/%2e%2e/%2e%2e/config.py",
        "/static/js/",
        "/static/x.js",
    ],
)
def test_only_the_files_that_are_there(app: RunningApp, address: str) -> None:
    """P004: no way out of the folder of static files."""
    host, port = app.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(f"GET {address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert line.recv(100).split()[1] in (b"400", b"404")


def test_the_policy(app: RunningApp, cookie: str) -> None:
    """P004: no eval, no foreign address, no frame around us; on every kind of answer."""
    for address in ("/", "/masuk", "/beranda", "/healthz", "/nothing", "/static/x.js"):
        answer = httpx.get(app.url + address, headers={"Cookie": cookie})
        policy = answer.headers["content-security-policy"]
        assert "unsafe-eval" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"


def test_websocket_only_for_staff(app: RunningApp, cookie: str) -> None:
    """P005: a tablet cannot open a Streamlit session and take memory; staff can."""
    assert _handshake(app, "") == 403
    assert _handshake(app, "suara_petugas=palsu") == 403
    assert _handshake(app, cookie) == 101
    assert _handshake(app, cookie, "/_stcore/other") == 403


def test_what_captive_portals_ask(app: RunningApp) -> None:
    """P006: a phone that looks for the internet finds no page here that it takes for one."""
    for address in (
        "/generate_204",
        "/gen_204",
        "/hotspot-detect.html",
        "/connecttest.txt",
        "/ncsi.txt",
        "/success.txt",
        "/wp-login.php",
        "/.env",
        "/.git/config",
        "/isi/a/b/c",
        "/index.html",
    ):
        answer = httpx.get(app.url + address)
        assert answer.status_code == 404
        assert "streamlit" not in answer.text.lower()


def test_a_forwarded_https(app: RunningApp) -> None:
    """P011: behind a proxy of this machine the cookie is for HTTPS only."""
    form = {"nama": "Bu Rini", "sandi": PASSWORD}
    behind = httpx.post(f"{app.url}/masuk", data=form, headers={"X-Forwarded-Proto": "https"})
    assert "secure" in behind.headers["set-cookie"].lower()
    direct = httpx.post(f"{app.url}/masuk", data=form)
    assert "secure" not in direct.headers["set-cookie"].lower()


class Town:
    """A database of each kind and the server before it, which the tests kill and start again."""

    def __init__(self, app: RunningApp, store: Store, gathering: Gathering) -> None:
        self.app = app
        self.store = store
        self.gathering = gathering

    def stored(self) -> list[str]:
        """The ids of all rows of the class."""
        rows = responses_in(self.store)
        return [row["id"] for row in rows if row["gathering_id"] == self.gathering.id]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def standing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunningApp, Store]]:
    """The server, for as many tests as survive it."""
    folder = tmp_path_factory.mktemp(request.param)
    url = f"sqlite:///{folder}/suara.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").create("suara_server")
    with closing(Store.open(url, data_dir=folder)) as store:
        app = RunningApp(folder, database_url=url)
        yield app, store
        app.kill()
    if request.param == "postgres":
        request.getfixturevalue("postgres").drop("suara_server")


@pytest.fixture
def town(standing: tuple[RunningApp, Store], questionnaire: Questionnaire, tmp_path: Path) -> Town:
    """The running server, and a class of the test's own."""
    app, store = standing
    if not app.runs:
        app.start()
    return Town(app, store, opened_gathering(store, questionnaire, tmp_path))


def test_fifty_at_once(town: Town) -> None:
    """P007: through the real server, on either database."""
    envelope = Tablet(town.store, town.gathering).envelope()
    start = threading.Barrier(50)

    def send(_number: int) -> tuple[int, str]:
        with httpx.Client(verify=False, timeout=60) as tablet:  # noqa: S501  plain HTTP
            start.wait()
            return _post(tablet, town.app.url, envelope)

    with ThreadPoolExecutor(50) as tablets:
        said = sorted(tablets.map(send, range(50)))
    assert said == [(200, "again")] * 49 + [(200, "stored")]
    assert town.stored() == [envelope["id"]]
    assert answers_in(town.store)[envelope["id"]] == FULL_ANSWERS


def test_killed_before_acknowledging(town: Town) -> None:
    """P008: SIGKILL while 8 tablets are sending, twice; then each sends what it still has."""
    tablets = [Sender(town.store, town.gathering, count=40) for _ in range(8)]
    for _ in range(2):
        with _all_sending(tablets, town.app) as acknowledged:
            acknowledged.wait_for_more(80)
            town.app.kill()
        assert {number for one in tablets for number in one.acknowledged} <= set(town.stored())
        town.app.start()
    for one in tablets:
        one.send_everything(town.app.url)
    _everything_once(town, tablets)


def test_ended_under_load(town: Town) -> None:
    """P010: ended by a person while 8 tablets are sending: what was acknowledged is stored."""
    tablets = [Sender(town.store, town.gathering, count=40) for _ in range(8)]
    with _all_sending(tablets, town.app) as acknowledged:
        acknowledged.wait_for_more(80)
        town.app.stop()
    assert {number for one in tablets for number in one.acknowledged} <= set(town.stored())
    town.app.start()
    for one in tablets:
        one.send_everything(town.app.url)
    _everything_once(town, tablets)


def test_a_lost_acknowledgement(town: Town) -> None:
    """P009: stored, killed before the tablet heard of it, sent again: one row, acknowledged."""
    envelope = Tablet(town.store, town.gathering).envelope()
    with network(town.app.port) as wifi:
        wifi.turn(Weather.MUTE)
        with httpx.Client(timeout=3) as tablet, pytest.raises(httpx.TimeoutException):
            _post(tablet, wifi.url, envelope)
        assert town.stored() == [envelope["id"]]
        town.app.kill()
        town.app.start()
        wifi.turn(Weather.FINE)
        with httpx.Client(timeout=60) as tablet:
            assert _post(tablet, wifi.url, envelope) == (200, "again")
    assert town.stored() == [envelope["id"]]


class Sender:
    """A tablet with an outbox of finished responses, sent one after the other."""

    def __init__(self, store: Store, gathering: Gathering, *, count: int) -> None:
        self.envelopes = [Tablet(store, gathering).envelope() for _ in range(count)]
        self.acknowledged: set[str] = set()

    def send_until_it_breaks(self, url: str, heard: "Heard") -> None:
        """Send what is not acknowledged, until the server is gone or there is nothing left."""
        with suppress(httpx.TransportError):
            for envelope in self._outbox():
                self._send(url, envelope)
                heard.one_more()

    def send_everything(self, url: str) -> None:
        """Send the rest; everything has to be acknowledged now."""
        for envelope in self._outbox():
            self._send(url, envelope)
        assert len(self.acknowledged) == len(self.envelopes)

    def _outbox(self) -> list[dict[str, Any]]:
        return [one for one in self.envelopes if one["id"] not in self.acknowledged]

    def _send(self, url: str, envelope: dict[str, Any]) -> None:
        with httpx.Client(timeout=60, verify=False) as line:  # noqa: S501  plain HTTP
            status, outcome = _post(line, url, envelope)
        assert status == 200
        assert outcome in ("stored", "again")
        self.acknowledged.add(envelope["id"])


class Heard:
    """How many acknowledgements the tablets have heard together."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def one_more(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify()

    def wait_for_more(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._count >= count, timeout=60)


@contextmanager
def _all_sending(tablets: list[Sender], app: RunningApp) -> Iterator[Heard]:
    heard = Heard()
    threads = [
        threading.Thread(target=one.send_until_it_breaks, args=(app.url, heard)) for one in tablets
    ]
    for thread in threads:
        thread.start()
    try:
        yield heard
    finally:
        for thread in threads:
            thread.join()


def _everything_once(town: Town, tablets: list[Sender]) -> None:
    sent = sorted(envelope["id"] for one in tablets for envelope in one.envelopes)
    assert sorted(town.stored()) == sent
    answers = answers_in(town.store)
    assert all(answers[id] == FULL_ANSWERS for id in sent)


def _post(tablet: httpx.Client, url: str, envelope: dict[str, Any]) -> tuple[int, str]:
    answer = tablet.post(url + RESPONSES, json={"suara": 1, "responses": [envelope]})
    assert answer.status_code == 200
    (result,) = answer.json()["results"]
    assert (result["id"], result["hash"]) == (envelope["id"], envelope["hash"])
    return result["status"], result["outcome"]


def _handshake(app: RunningApp, cookie: str, path: str = "/_stcore/stream") -> int:
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Origin: {app.url}\r\nCookie: {cookie}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", app.port)) as line:
        line.settimeout(30)
        line.sendall(request.encode())
        return int(line.recv(200).split()[1])


def _listening(pid: int) -> list[str]:
    """The addresses this process listens on (Linux)."""
    own = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            own.add(os.readlink(descriptor))
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
                address, port = fields[1].split(":")
                plain = (
                    socket.inet_ntoa(bytes.fromhex(address)[::-1]) if table == "tcp" else address
                )
                found.append(f"{plain}:{int(port, 16)}")
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists what a process has loaded")
def test_our_own_connections(app: RunningApp) -> None:
    """P013: also with the uvicorn that is installed, in which they are put at the start."""
    assert "server" not in httpx.get(f"{app.url}/healthz").headers
    with closing(socket.create_connection(("127.0.0.1", app.port), timeout=10)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nX-Long: ")
        with pytest.raises(ConnectionError):
            line.sendall(b"a" * 32 * 1024 * 1024)  # and the line goes on


def test_answers_leave_at_once(app: RunningApp) -> None:
    """P012: Streamlit takes uvloop by itself, and says nothing when it is missing."""
    assert "uvloop" in Path(f"/proc/{app.pid}/maps").read_text()
