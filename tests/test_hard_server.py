"""Strangers at the door: nothing they send breaks it, nothing they ask tells them anything.

K001  Ten thousand malformed requests over all routes: no fault, no leak, and no answer lost.
K002  No route takes a change from a page of another address, or a websocket; a route that is new
      neither: all are walked from the routing tables themselves.
K003  Every answer, also to nonsense and of a fault, carries the headers that keep a page closed.
K004  A fault tells its number and nothing else; under that number its place stands in the log.
K005  No error of this process is written down with its message, whoever writes it.
K006  Codes and passwords cannot be tried out: a day of trying, and what it yields.
K007  A flood into one gathering does not hold up another, and what is refused is stored later.
K008  What comes without a ticket cannot fill the disk; bodies cannot fill the memory.
K009  An account has so many open pages, and an address so many requests at once, and no more.
"""

import asyncio
import json
import logging
import math
import re
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from asking import HOST, Answered, Asked, ask, knock
from classroom import opened_gathering
from doors import FRONT_END, app_before
from rows import answers_in
from spoiling import spoilt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route
from streamlit.error_util import _log_uncaught_app_exception
from tablet import FULL_ANSWERS, Tablet

from survey_app import api, logs
from survey_app.api.crowds import Allowance, Crowd, network_of
from survey_app.api.limits import MEGABYTE, Limits
from survey_app.api.responses import ResponsesRoute
from survey_app.api.rights import STREAMLIT
from survey_app.api.service import Service
from survey_app.api.shield import COOKIE, Shield
from survey_app.api.statics import FrontEnd
from survey_app.gathering import CODE_ALPHABET, CODE_LENGTH, RETURN_WORDS, Gathering
from survey_app.people import Role
from survey_app.questionnaire import Questionnaire
from survey_app.settings import Settings
from survey_app.store import Store, people

REQUESTS = 10_000
AT_ONCE = 100
SECRET = "kata rahasia seorang anak uji"
PASSWORD = "payung-lumut-genteng"
RESPONSES = "/api/v1/responses"
JSON = (b"content-type", b"application/json")
LEAKS = re.compile(
    rb"Traceback|File \"|\.py\b|site-packages|/work/|/tmp/|/root/|/usr/|uvicorn|starlette"
    rb"|streamlit/|sqlite|sqlalchemy|psycopg|pydantic|SELECT |Exception|Python|" + SECRET.encode()
)
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
Play = Callable[[Starlette, Service], Awaitable[None]]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def class_5a(sqlite_store: Store, questionnaire: Questionnaire, tmp_path: Path) -> Gathering:
    return opened_gathering(sqlite_store, questionnaire, tmp_path)


@pytest.fixture
def play(tmp_path: Path, data_dir: Path) -> Callable[[Play], None]:
    """Runs something with the open app, in one event loop, until it is done."""
    settings = Settings(data_dir=data_dir, database_url=f"sqlite:///{tmp_path}/suara.db")

    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[Starlette, Service]]:
        service = Service(settings, screening=False)
        app = app_before(service)
        async with service.running():
            yield app, service

    async def whole(act: Play) -> None:
        async with opened() as (app, service):
            await act(app, service)

    return lambda act: asyncio.run(whole(act))


def handed_in(*envelopes: dict[str, Any], address: str = "10.200.0.1") -> Asked:
    body = json.dumps({"suara": 1, "responses": envelopes}).encode()
    return Asked("POST", RESPONSES, headers=(HOST, JSON), body=[body], address=address)


async def stored(app: Starlette, *envelopes: dict[str, Any], address: str = "10.200.0.1") -> None:
    answer = await ask(app, handed_in(*envelopes, address=address))
    assert answer.status == 200, answer.body
    assert {one["status"] for one in json.loads(answer.body)["results"]} == {200}


def is_safe(answer: Answered) -> bool:
    policy = answer.header("content-security-policy")
    closed = "frame-ancestors 'none'" in policy and "unsafe-eval" not in policy
    return closed and all(answer.header(name) == value for name, value in ALWAYS.items())


def test_ten_thousand(
    play: Callable[[Play], None],
    class_5a: Gathering,
    sqlite_store: Store,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """K001, K003: seeded, the same each time; the number of a request that fails is told."""
    children = [Tablet(sqlite_store, class_5a) for _ in range(30)]
    told = FULL_ANSWERS | {"cerita": SECRET}
    sealed = [child.envelope(told) for child in children]
    forged = [one | {"ticket": "0" * 32} for one in sealed]
    seen: Counter[int] = Counter()
    wrong: list[tuple[int, str]] = []

    async def one(app: Starlette, number: int) -> None:
        fresh = Tablet(sqlite_store, class_5a).envelope({"cerita": "lain"})
        asked = spoilt(number, [fresh, *forged])
        answer = await ask(app, asked)
        seen[answer.status] += 1
        busy = answer.status == 503 and answer.header("retry-after")
        if answer.status >= 500 and not busy:
            wrong.append((number, f"{asked.method} {asked.path[:80]}: {answer.status}"))
        if answer.status and not is_safe(answer):
            wrong.append((number, f"{asked.path[:80]}: headers"))
        said = b"".join(name + value for name, value in answer.headers)
        page = answer.header("content-type").startswith(("application/json", "text/html", "text/p"))
        if leak := LEAKS.search(said + (answer.body if page else b"")):
            wrong.append((number, f"{asked.path[:80]}: tells {leak[0]!r}"))

    async def act(app: Starlette, _service: Service) -> None:
        for begin in range(0, REQUESTS, AT_ONCE):
            if begin % 1000 == 0:
                await stored(app, *sealed[begin // 1000 * 3 :][:3])
            await asyncio.gather(*(one(app, begin + place) for place in range(AT_ONCE)))

    with caplog.at_level(logging.WARNING):
        play(act)
    assert wrong == []
    assert sum(seen.values()) == REQUESTS
    print(f"{REQUESTS} requests, by status: {dict(sorted(seen.items()))}")
    kept = answers_in(sqlite_store)
    assert all(kept[child.id] == told for child in children)
    assert not LEAKS.search(caplog.text.encode())
    assert "fault" not in caplog.text


def endpoints(routes: list[BaseRoute], before: str = "") -> Iterator[str]:
    """Every address in a routing table, with something in the place of each parameter."""
    for route in routes:
        if isinstance(route, Mount):
            yield from endpoints(list(route.routes), before + route.path)
        elif isinstance(route, Route):
            yield before + re.sub(r"\{\w+(:int)?(:path)?\}", "7", route.path)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_change_from_elsewhere(
    play: Callable[[Play], None], class_5a: Gathering, method: str
) -> None:
    """K002: ours, Streamlit's, one that does not exist, and one that forgot every check."""

    async def act(app: Starlette, service: Service) -> None:
        done: list[str] = []

        async def forgetful(request: Request) -> PlainTextResponse:
            done.append(request.url.path)
            return PlainTextResponse("done")

        ours = list(endpoints(api.routes(service)))
        assert len(ours) > 10
        new = [Route("/api/v1/baru", forgetful, methods=[method]), Mount("/isi/baru", forgetful)]
        app.router.routes[:0] = new
        theirs = [re.sub(r"\{[^}]+\}", "7", path) for path in STREAMLIT]
        for origin in (b"https://jahat.example", b"null", b"http://sekolah.test.jahat.example"):
            for path in (*ours, *theirs, "/nothing", "/api/v1/baru", "/isi/baru/x"):
                asked = Asked(method, path, headers=(HOST, (b"origin", origin), JSON), body=[b"{}"])
                answer = await ask(app, asked)
                assert (answer.status, is_safe(answer)) == (403, True), path
                assert b"foreign_origin" in answer.body, path
        assert done == []
        at_home = (HOST, (b"origin", b"http://sekolah.test"))
        assert (await ask(app, Asked(method, "/api/v1/baru", headers=at_home))).status == 200
        assert done == ["/api/v1/baru"]

    play(act)


def test_no_websocket_from_elsewhere(play: Callable[[Play], None], sqlite_store: Store) -> None:
    """K002: Streamlit would take one from any page on this machine, and from no page at all."""
    people.add_staff(sqlite_store, "Bu Rini", PASSWORD, Role.ADMINISTRATOR)
    token = people.sign_in(sqlite_store, "Bu Rini", PASSWORD)
    cookie = (b"cookie", f"{COOKIE}={token}".encode())

    async def act(app: Starlette, _service: Service) -> None:
        taken: list[str] = []

        async def behind(scope: Any, _receive: Any, send: Any) -> None:
            taken.append(scope["path"])
            await send({"type": "websocket.accept"})

        shield = Shield(behind, front_end=FrontEnd(FRONT_END), signed_in=_service.signed_in)
        for origin in (
            "http://localhost:8501",
            "http://127.0.0.1",
            "null",
            "https://sekolah.test.x",
        ):
            said = await knock(shield, "/_stcore/stream", cookie, (b"origin", origin.encode()))
            assert said == "websocket.close", origin
        assert await knock(shield, "/_stcore/stream", cookie) == "websocket.close"
        home = (b"origin", b"http://sekolah.test")
        assert await knock(shield, "/_stcore/stream", home) == "websocket.close"
        assert taken == []
        assert await knock(shield, "/_stcore/stream", cookie, home) == "websocket.accept"

    play(act)


def test_headers_everywhere(play: Callable[[Play], None], class_5a: Gathering) -> None:
    """K003: every address of both tables, asked for in every way."""

    async def act(app: Starlette, service: Service) -> None:
        theirs = [re.sub(r"\{[^}]+\}", "7", path) for path in STREAMLIT]
        for path in (*endpoints(api.routes(service)), *theirs, "/nothing"):
            for method in ("GET", "HEAD", "POST", "OPTIONS"):
                answer = await ask(app, Asked(method, path))
                assert is_safe(answer), (method, path)
                assert "permissions-policy" in dict(_texts(answer)), path
                assert not {"server", "x-powered-by"} & set(dict(_texts(answer)))

    play(act)


def _texts(answer: Answered) -> list[tuple[str, str]]:
    return [(name.decode(), value.decode()) for name, value in answer.headers]


def test_a_fault_has_a_number(
    play: Callable[[Play], None],
    class_5a: Gathering,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """K004: the answer, also to the child's tablet, which tries again."""

    def broken(*_: object) -> None:
        raise ValueError(SECRET)

    async def act(app: Starlette, service: Service) -> None:
        monkeypatch.setattr(service.intake, "submit", broken)
        answer = await ask(app, handed_in(Tablet(service.store, class_5a).envelope()))
        assert answer.status == 500
        number = json.loads(answer.body)["error"]["number"]
        assert re.fullmatch("[0-9a-f]{6}", number)
        assert f"fault {number}: ValueError at" in caplog.text
        assert SECRET not in caplog.text
        assert not LEAKS.search(answer.body)

    play(act)


def test_logs_without_words(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """K005: Streamlit's traces, asyncio's, a thread that fails, and the end of the process."""
    kept = logging.getLogRecordFactory(), sys.excepthook, threading.excepthook
    try:
        logs.keep_words_out()
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            _log_uncaught_app_exception(error)
            logging.getLogger("asyncio").exception("Task exception was never retrieved")
            sys.excepthook(KeyError, error, None)
        ended = threading.Thread(target=lambda: {}[SECRET])
        ended.start()
        ended.join()
    finally:
        logging.setLogRecordFactory(kept[0])
        sys.excepthook, threading.excepthook = kept[1:]
    written = caplog.text + "".join(capfd.readouterr())
    assert SECRET not in written
    for who in ("Uncaught app execution", "never retrieved", r"fault \w+"):
        assert re.search(f"{who}: KeyError at", written), who


DAY = 24 * 3600.0


def tries_in_a_day(*, counted: Callable[[Limits], list[tuple[Any, Any]]]) -> int:
    """How often somebody can try who waits as told, or rests until everything is forgotten.

    Whichever yields more.
    """
    yields = []
    for rest in (None, 601.0, 3601.0):
        clock = Clock()
        limits, end, tries = Limits(clock=clock), clock.now + DAY, 0
        keys = counted(limits)
        while clock.now < end:
            if (pause := max(failures.wait(key) for failures, key in keys)) > 0:
                clock.now += pause if rest is None else max(pause, rest)
                continue
            for failures, key in keys:
                failures.failed(key)
            tries += 1
        yields.append(tries)
    return max(yields)


def test_a_day_of_guessing() -> None:
    """K006: codes, return words, one password from one machine, and from a thousand."""
    codes = tries_in_a_day(counted=lambda limits: [(limits.codes, "10.0.0.1")])
    words = tries_in_a_day(
        counted=lambda limits: [(limits.return_words, 1), (limits.return_address, 1)],
    )
    anywhere = tries_in_a_day(counted=lambda limits: [(limits.return_gathering, 1)])
    one = tries_in_a_day(
        counted=lambda limits: [
            (limits.sign_in_person, 1),
            (limits.sign_in_name, 1),
            (limits.sign_in_address, 1),
        ],
    )
    many = tries_in_a_day(counted=lambda limits: [(limits.sign_in_name, 1)])
    print(f"a day: {codes} codes, {words} and {anywhere} words, {one} and {many} passwords")
    # Fifty gatherings open all day long: one of them found in half a year.
    assert codes * 50 / len(CODE_ALPHABET) ** CODE_LENGTH < 0.005
    # A class of thirty, whose code is known: one of their triples found in a month.
    triples = math.prod(len(choices) for choices in RETURN_WORDS)
    assert max(words, anywhere) * 30 / triples < 0.03
    assert (one < 150, many < 3000) == (True, True)


def test_right_behind_a_guesser() -> None:
    """K006: who shares the address of somebody who guesses waits a minute at most, not for good."""
    clock = Clock()
    limits = Limits(clock=clock)
    for _ in range(5000):
        limits.codes.failed("10.0.0.1")
    assert 0 < limits.codes.wait("10.0.0.1") <= 60


def test_a_flood_into_one_gathering(
    play: Callable[[Play], None],
    sqlite_store: Store,
    questionnaire: Questionnaire,
    class_5a: Gathering,
    tmp_path: Path,
) -> None:
    """K007: 503 with Retry-After; the same envelope is taken when the wait is over."""
    other = opened_gathering(sqlite_store, questionnaire, tmp_path)
    flooded, calm = (Tablet(sqlite_store, one).envelope() for one in (class_5a, other))

    async def act(app: Starlette, service: Service) -> None:
        service.limits.answers.spend(class_5a.code, 48 * MEGABYTE)
        answer = await ask(app, handed_in(flooded))
        assert answer.status == 503
        assert int(answer.header("retry-after")) >= 5
        await stored(app, calm)
        service.limits.answers = Limits().answers
        with service.limits.envelopes.inside({class_5a.code: 1000}):
            assert (await ask(app, handed_in(flooded))).status == 503
            await stored(app, Tablet(sqlite_store, other).envelope())
        await stored(app, flooded)

    play(act)
    assert answers_in(sqlite_store)[flooded["id"]] == FULL_ANSWERS


def test_without_a_ticket(play: Callable[[Play], None], class_5a: Gathering) -> None:
    """K008: one address has used up its share: it waits, another does not; a ticket opens."""

    async def act(app: Starlette, service: Service) -> None:
        good = Tablet(service.store, class_5a).envelope()
        service.limits.without_ticket.spend("10.9.9.9", 8 * MEGABYTE)
        assert (await ask(app, handed_in(good | {"ticket": "x"}, address="10.9.9.9"))).status == 503
        await stored(app, good | {"ticket": "x"}, address="10.9.9.8")
        await stored(app, good, address="10.9.9.9")

    play(act)


def test_bodies_at_once(play: Callable[[Play], None], class_5a: Gathering) -> None:
    """K008: half of the room for one address; when it has gone, the room is there again."""

    async def act(app: Starlette, service: Service) -> None:
        good = Tablet(service.store, class_5a).envelope()
        assert service.limits.bodies.enter("10.9.9.9", 32 * MEGABYTE)
        answer = await ask(app, handed_in(good, address="10.9.9.9"))
        assert (answer.status, answer.header("retry-after")) == (503, "5")
        await stored(app, good, address="10.9.9.8")
        service.limits.bodies.leave("10.9.9.9", 32 * MEGABYTE)
        await stored(app, good, address="10.9.9.9")
        assert len(service.limits.bodies) == 0

    play(act)


def test_so_many_at_once(play: Callable[[Play], None], sqlite_store: Store) -> None:
    """K009: sign-ins, requests of the staff's side, and open pages; children go past them."""
    people.add_staff(sqlite_store, "Bu Rini", PASSWORD, Role.ADMINISTRATOR)
    token = people.sign_in(sqlite_store, "Bu Rini", PASSWORD)

    async def act(app: Starlette, service: Service) -> None:
        form = (b"content-type", b"application/x-www-form-urlencoded")
        body = [f"nama=Bu+Rini&sandi={PASSWORD}".encode()]
        asked = Asked("POST", "/masuk", headers=(HOST, form), body=body)
        for _ in range(20):
            service.limits.sign_ins.enter("10.0.0.1")
        answer = await ask(app, asked)
        assert (answer.status, answer.header("retry-after")) == (503, "4")
        assert "Sedang banyak yang masuk" in answer.body.decode()
        service.limits.sign_ins.leave("10.0.0.1")
        assert (await ask(app, asked)).status == 303
        with service.limits.staff_requests.inside({"10.0.0.1": 200}):
            assert (await ask(app, Asked(path="/masuk"))).status == 503
            assert (await ask(app, Asked(path="/"))).status == 200
        home = ((b"origin", b"http://sekolah.test"), (b"cookie", f"{COOKIE}={token}".encode()))
        with service.limits.staff_pages.inside({token: 24}):
            assert await knock(app, "/_stcore/stream", *home) == "websocket.close"

    play(act)


def test_a_crowd_forgets() -> None:
    """K008, K009: nobody who left is remembered; what does not fit changes nothing."""
    crowd = Crowd(each=3, together=4)
    with crowd.inside({"a": 3, "b": 1}) as inside:
        assert inside
        assert not crowd.enter("c")
        with crowd.inside({"a": 1}) as more:
            assert not more
    assert len(crowd) == 0


def test_an_allowance_wears_off() -> None:
    """K007, K008: a burst, then so much a second; the keys are bounded."""
    clock = Clock()
    allowance = Allowance(burst=100, per_second=10, most_keys=2, clock=clock)
    allowance.spend("a", 100)
    assert allowance.wait("a", 50) == 5
    clock.now += 4
    assert allowance.wait("a", 50) == 1
    for key in ("b", "c", "d"):
        allowance.spend(key, 1)
    assert len(allowance) == 2


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.168.1.7", "192.168.1.7"),
        ("::ffff:192.168.1.7", "192.168.1.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("x" * 99, "x" * 45),
    ],
)
def test_who_is_counted(address: str, counted: str) -> None:
    """K006: in IPv6 a household has 2^64 addresses, and counts as one."""
    assert network_of(address) == counted


def test_the_short_way_is_behind_the_shield(play: Callable[[Play], None]) -> None:
    """K002: the address a whole school hits is answered before the router, not before the check."""

    async def act(_app: Starlette, service: Service) -> None:
        middleware = api.middleware(service, front_end=FRONT_END)[0]
        assert middleware.cls is Shield
        short_ways = middleware.kwargs["short_ways"]
        assert isinstance(short_ways["POST", RESPONSES], ResponsesRoute)

    play(act)
