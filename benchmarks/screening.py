"""How soon a child's disclosure is on the officer's screen: real server, screening and Chromium.

For each child who tells of harm four moments are noted: the answer has been handed to the server's
machine; it is acknowledged; another process can read the alert in the database; the case stands in
the officer's open page, in the frame in which the browser draws it. Two ways:

* a busy day: 40 responses a second at random moments, every tenth tells, until 1,000 have told;
* waves: 400 children press "Kirim" in the same instant, every tenth tells, five times.

Meanwhile two officers take and close what the page has shown, so that it stays a list as they have
it; each of their steps makes the page draw itself anew. Sender, browser and officers share the two
cores with the server.
"""

import asyncio
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from chromium import browser
from databases import binaries, postgres_server
from laptop import READY_MS, SCREEN, settled
from school import LAST, WRITTEN, School, school
from tablet import Tablet

from survey_app import safeguarding
from survey_app.api.shield import COOKIE
from survey_app.people import Role, StaffMember
from survey_app.store import Store, people, screening
from survey_app.store.alerts import AlertId
from survey_app.store.cases import Step
from survey_app.store.screening import ScreeningState
from survey_app.store.tables import Alerts

GOAL_SECONDS = 2.0
RATE, ALERTS = 40, 1_000  # responses a second; children who tell
WAVES, TOGETHER = 5, 400
EVERY = 10  # every tenth child tells
CLASSES = 20
KEPT_OPEN = 8  # cases the officers leave in the list; with those of a wave it fits into the page
_PATIENCE = 60.0  # seconds
_LOOK_EVERY = 0.5  # seconds between two looks of the officers at what the page has shown
_PASSWORD = "kapal-layar-biru"
_TELLS = (
    "Aku dipukul bapak di rumah sampai memar, aku takut pulang.",
    "Ada kakak kelas yang memegang-megang badanku, aku takut cerita.",
    "Bapakku mabuk terus nendang ibu sama aku.",
    "Aku disuruh kirim foto telanjang, katanya nanti disebar.",
    "Aku dijiwit lan digebugi pakdhe nganti biru.",
    "Rasanya pengen mati aja, aku sering nyakitin diri sendiri.",
)
_ORDINARY = (
    "Aku seneng dolan ning lapangan bareng kanca-kanca, tapi yen bengi lampune mati.",
    "Toilet sekolah bau dan airnya sering mati.",
    "Pengen ada taman yang ada ayunannya dekat rumah.",
    "Buku di perpustakaan sudah lama semua, tolong ditambah yang baru.",
    "Jalan depan sekolah rame, susah nyebrang.",
    "Guruku baik, pelajarannya seru.",
    "Kantine larang, jajane kurang sehat.",
    "Gak ada, semua sudah bagus.",
)
_SHOWN = """() => {
  const shown = window.shown = {};
  const look = () => {
    for (const card of document.querySelectorAll("[class*=st-key-card_case_]")) {
      const number = /card_case_(\\d+)/.exec(card.className)[1];
      if (card.querySelector("button")) shown[number] ??= Date.now();
    }
  };
  let asked = false;
  const ask = () => {
    if (!asked) requestAnimationFrame(() => { asked = false; look(); });
    asked = true;
  };
  const what = { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] };
  new MutationObserver(ask).observe(document.body, what);
  look();
}"""
Send: TypeAlias = "Callable[[Way], Coroutine[Any, Any, None]]"


@dataclass(slots=True)
class Child:
    """One child's response, and when what happened to it (seconds of the machine's clock)."""

    response: str
    request: bytes
    tells: bool
    sent: float = 0.0
    acknowledged: float = float("inf")
    written: float = float("inf")
    shown: float = float("inf")


@dataclass
class Way:
    """One way of sending on one database, and everybody who sent."""

    database: str
    name: str
    port: int
    children: Sequence[Child]
    numbers: dict[int, Child] = field(default_factory=dict)  # alert -> who told

    def seconds(self, moment: str, *, told: bool = True) -> list[float]:
        """From sending until this moment, sorted; of those who told, or of everybody."""
        asked = [one for one in self.children if one.tells or not told]
        return sorted(getattr(one, moment) - one.sent for one in asked)


def measure_all() -> list[Way]:
    """On SQLite and, where it is installed, on PostgreSQL."""
    with (
        tempfile.TemporaryDirectory(dir=Path.cwd()) as folder,
        sync_playwright() as driver,
        browser(driver) as chromium,
    ):
        ways = list(_measure(chromium, Path(folder) / "sqlite", "SQLite (synchronous=FULL)"))
        if (programs := binaries()) is not None:
            with postgres_server(programs, durable=True) as server:
                url, other = server.create("bench"), Path(folder) / "postgres"
                ways += _measure(chromium, other, "PostgreSQL (fsync)", url)
    return ways


def table(ways: Sequence[Way]) -> Table:
    """The numbers as people read them."""
    shown = Table(
        title="From a child's answer to the officer: seconds since it reached the server",
        caption=f"Goal: on the screen within {GOAL_SECONDS:.0f} s, p99.",
    )
    for heading in ("database", "way", "until", "of", "p50", "p95", "p99", "longest", "> 2 s"):
        left = heading in ("database", "way", "until")
        shown.add_column(heading, justify="left" if left else "right")
    for way in ways:
        for until, moment in _MOMENTS.items():
            times = way.seconds(moment, told=moment != "acknowledged")
            parts = [f"{_within(times, part):.2f}" for part in (0.5, 0.95, 0.99, 1.0)]
            late = sum(one > GOAL_SECONDS for one in times)
            shown.add_row(way.database, way.name, until, str(len(times)), *parts, str(late))
        shown.add_section()
    return shown


_MOMENTS = {"acknowledged": "acknowledged", "alert written": "written", "on the screen": "shown"}


def _within(times: Sequence[float], part: float) -> float:
    return times[min(int(len(times) * part), len(times) - 1)]


def main() -> None:
    """Measure and print."""
    Console(width=120).print(table(measure_all()))


def _measure(chromium: Browser, folder: Path, database: str, url: str = "") -> Iterator[Way]:
    with school(folder, database_url=url, screened=True) as opened:
        deadline = time.monotonic() + _PATIENCE
        while screening.screening(opened.store).state is not ScreeningState.READY:
            assert time.monotonic() < deadline, "the screening did not start"
            time.sleep(0.2)
        office = _Office(opened.store)
        page = _page(chromium, opened, people.sign_in(opened.store, "Bu PPA", _PASSWORD))
        chance = random.Random(7)
        first = Way(database, "warm up", opened.app.port, _children(opened, EVERY, chance))
        _watch(first, _busy_day, page, office)
        for name, count, send in (
            (f"a busy day, {RATE} a second", ALERTS * EVERY, _busy_day),
            (f"{TOGETHER} at once, {WAVES} times", TOGETHER * WAVES, _waves),
        ):
            way = Way(database, name, opened.app.port, _children(opened, count, chance))
            _watch(way, send, page, office)
            yield way
        page.context.close()


def _children(opened: School, count: int, chance: random.Random) -> list[Child]:
    classes = [opened.open_class() for _ in range(CLASSES)]
    tells = [number < count // EVERY for number in range(count)]
    chance.shuffle(tells)
    return [
        _child(Tablet(opened.store, classes[number % CLASSES]), told, chance)
        for number, told in enumerate(tells)
    ]


def _child(tablet: Tablet, tells: bool, chance: random.Random) -> Child:
    written = chance.choice(_TELLS if tells else _ORDINARY)
    sent = tablet.envelope({"wajah": 4, WRITTEN: written, LAST: chance.choice(_ORDINARY)})
    body = json.dumps({"suara": 1, "responses": [sent]}).encode()
    head = (
        "POST /api/v1/responses HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Child(tablet.id, head.encode() + body, tells)


def _page(chromium: Browser, opened: School, token: str) -> Page:
    """The officer's page, which notes when it showed which case."""
    context = chromium.new_context(viewport=SCREEN)
    context.add_cookies([{"name": COOKIE, "value": token, "url": opened.app.url}])
    page = context.new_page()
    page.goto(f"{opened.app.url}/perlindungan")
    page.get_by_role("heading", level=1).wait_for(timeout=READY_MS)
    settled(page).evaluate(_SHOWN)
    return page


class _Office:
    """Two officers who take and close what they have seen."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._first, self._second = (
            people.add_staff(store, name, _PASSWORD, Role.SAFEGUARDING_OFFICER)
            for name in ("Bu PPA", "Pak PPA")
        )
        self._closed: set[int] = set()

    def close(self, case: int) -> None:
        """The three steps of the shortest case, once."""
        if case in self._closed:
            return
        self._closed.add(case)
        self._act(self._first, case, Step.TAKE)
        self._act(self._first, case, Step.PROPOSE)
        self._act(self._second, case, Step.CONFIRM)

    def _act(self, by: StaffMember, case: int, step: Step) -> None:
        note = "Sudah aman" if step is Step.PROPOSE else ""
        safeguarding.act(self.store, by, AlertId(case), step, note=note)


def _watch(way: Way, send: Send, page: Page, office: _Office) -> None:
    """Send everything, and note what the database and the page say meanwhile."""
    over = threading.Event()
    looking = threading.Thread(target=_look, args=(way, office.store, over))
    sending = threading.Thread(target=lambda: asyncio.run(send(way)))
    looking.start()
    sending.start()
    waiting, patience = True, int(_PATIENCE / _LOOK_EVERY)
    while waiting and patience:
        time.sleep(_LOOK_EVERY)
        patience -= not sending.is_alive()
        shown = {int(one): at / 1000 for one, at in page.evaluate("window.shown").items()}
        for number, child in list(way.numbers.items()):
            child.shown = shown.get(number, child.shown)
        waiting = any(one.tells and one.shown == float("inf") for one in way.children)
        for number in sorted(shown)[: -KEPT_OPEN if waiting else None]:
            office.close(number)
    page.evaluate("for (const one in window.shown) delete window.shown[one]")
    sending.join()
    over.set()
    looking.join()


def _look(way: Way, store: Store, over: threading.Event) -> None:
    """Which children have an alert, looked at fifty times a second."""
    told = {one.response: one for one in way.children if one.tells}
    last = 0
    while not over.wait(0.02):
        moment = time.time()
        new = sa.select(Alerts.id, Alerts.response_id).where(Alerts.id > last)
        with store.reading() as connection:
            found = connection.execute(new.order_by(Alerts.id)).all()
        for number, response in found:
            last = number
            if response in told:
                told[response].written = min(told[response].written, moment)
                way.numbers[number] = told[response]


async def _busy_day(way: Way) -> None:
    """At random moments, whether the others have been answered or not (a Poisson process)."""
    chance, loop, sending = random.Random(8), asyncio.get_running_loop(), []
    due = loop.time()
    for child in way.children:
        due += chance.expovariate(RATE)
        await asyncio.sleep(max(0.0, due - loop.time()))
        sending.append(asyncio.create_task(_send(way.port, child)))
    await asyncio.gather(*sending)


async def _waves(way: Way) -> None:
    """All children of a wave in the same instant, then ten seconds of silence."""
    for wave in range(WAVES):
        share = way.children[wave * TOGETHER : (wave + 1) * TOGETHER]
        await asyncio.gather(*(_send(way.port, child) for child in share))
        await asyncio.sleep(10)


async def _send(port: int, child: Child) -> None:
    """Until it is acknowledged; a tablet too sends again what the network lost."""
    answer = b""
    while b'"status":200' not in answer:
        with suppress(ConnectionError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(child.request)
            child.sent = time.time()
            answer = await reader.read()
            child.acknowledged = time.time()
            writer.close()


if __name__ == "__main__":
    main()
