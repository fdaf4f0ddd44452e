"""How soon a child on an old tablet and a weak Wi-Fi can answer, in a real Chromium.

* over the wire: what the page itself asks for (page, style, program, questionnaire; Chromium's own
  count, headers included), and everything the server sends until the tablet has kept what it needs
  without a network and the first answers are acknowledged (counted in a TCP proxy);
* first question: at 0.5 Mbit/s and a processor slowed down four times, from asking for the
  address, through assent (agreed to at once), until the first question is drawn;
* tap to next question: at six times slowdown, from the tap until the next question is drawn.

Beside it the same questionnaire as plain Streamlit widgets, one question a screen, without assent,
storage or service worker: the cheapest peer there is.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from chromium import browser
from school import School, school
from server import Network, RunningApp, network

from survey_app.questionnaire import read

SHIPPED = Path(__file__).parents[1] / "questionnaires"
MEASURED = SHIPPED / "suara-anak-10-12.yaml"
PEER = Path(__file__).parent / "peers" / "first_load.py"
VISITS = 7
PEER_VISITS = 2  # each takes most of a minute on this Wi-Fi
CHILDREN = 5
GOAL_KIB = 40
GOAL_QUESTION_SECONDS = 1.5
GOAL_TAP_MS = 100

WIFI_BITS = 500_000
WIFI_LATENCY_MS = 20  # tablet to access point to the laptop in the same room
LOAD_SLOWDOWN = 4
TAP_SLOWDOWN = 6
LISTENING_MS = 3000  # the assent read aloud takes at least 20 s; nobody agrees sooner than this
_SCREEN = {"width": 800, "height": 1280}
_WAIT_MS = 180_000

# Looks at every drawn frame: agrees to take part when asked, and notes when each thing stood.
_WATCH = """
window.stood = {};
(function look() {
  const note = (what) => (window.stood[what] = window.stood[what] || performance.now());
  const $agree = document.querySelector(".equal .button");
  if ($agree && !window.stood.assent) { note("assent"); $agree.click(); }
  if (document.querySelector(".ask h1, [data-testid=stHeading]")) {
    requestAnimationFrame(() => note("question"));
  } else {
    requestAnimationFrame(look);
  }
})();
"""
# Presses, and waits until another heading has been drawn.
_PRESS = """([selector, heading]) => new Promise((resolve, reject) => {
  const text = () => (document.querySelector(heading) || {}).textContent;
  const before = text();
  const begin = performance.now();
  const look = () => {
    if (text() && text() !== before) {
      return requestAnimationFrame(() => resolve(performance.now() - begin));
    }
    if (performance.now() - begin > 30000) return reject(new Error("nothing came"));
    requestAnimationFrame(look);
  };
  document.querySelector(selector).click();
  look();
})"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One first visit: seconds until assent and the first question, and what it cost in bytes."""

    assent: float
    question: float
    page_bytes: int
    bytes_in_all: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One way to ask: its first visits, and milliseconds from each tap to the next question."""

    way: str
    visits: tuple[Visit, ...]
    taps: tuple[float, ...]


def main() -> None:
    """A visit to every shipped questionnaire, then one of them in depth and its peer; print."""
    console = Console(width=120)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as driver,
        browser(driver) as chromium,
        school(Path(folder) / "ours") as place,
    ):
        console.print(weights(_sizes(chromium, place)))
        ours = _ours(chromium, place)
        place.app.stop()
        console.print(times([ours, _peer(chromium, Path(folder) / "peer")]))


def weights(sizes: dict[str, Visit]) -> Table:
    """The sizes as people read them."""
    shown = Table(
        title="First load of /isi/<kode>, questionnaire included",
        caption=f"Goal: page and questionnaire <= {GOAL_KIB} KiB.",
    )
    for heading in ("questionnaire", "page and questionnaire KiB", "with offline and answers KiB"):
        shown.add_column(heading, justify="left" if heading == "questionnaire" else "right")
    for name, visit in sizes.items():
        shown.add_row(name, _kib(visit.page_bytes), _kib(visit.bytes_in_all))
    return shown


def times(rows: list[Measured]) -> Table:
    """The waiting times as people read them."""
    shown = Table(
        title=f"{MEASURED.stem}: {WIFI_BITS / 1e6} Mbit/s, {WIFI_LATENCY_MS} ms, "
        f"processor {LOAD_SLOWDOWN}x slower; taps {TAP_SLOWDOWN}x slower",
        caption=f"Goals: first question <= {GOAL_QUESTION_SECONDS} s, tap p95 <= {GOAL_TAP_MS} ms.",
    )
    headings = ("asked with", "KiB in all", "assent s", "first question s", "slowest s", "taps")
    for heading in (*headings, "p50 ms", "p95 ms"):
        shown.add_column(heading, justify="left" if heading == "asked with" else "right")
    for row in rows:
        questions = [visit.question for visit in row.visits]
        assents = [visit.assent for visit in row.visits if visit.assent]
        cuts = quantiles(row.taps, n=20)
        shown.add_row(
            row.way, _kib(median(visit.bytes_in_all for visit in row.visits)),
            f"{median(assents):.2f}" if assents else "-", f"{median(questions):.2f}",
            f"{max(questions):.2f}", str(len(row.taps)), f"{cuts[9]:.0f}", f"{cuts[18]:.0f}",
        )  # fmt: skip
    return shown


def _kib(size: float) -> str:
    return f"{size / 1024:,.1f}"


def _sizes(chromium: Browser, place: School) -> dict[str, Visit]:
    found = {}
    for path in sorted(SHIPPED.glob("*.yaml")):
        gathering = place.open_class(read(path), folder=SHIPPED)
        found[path.stem] = _visit(chromium, place.app, f"/isi/{gathering.code}", slow=False)
    return found


def _ours(chromium: Browser, place: School) -> Measured:
    code = place.open_class(read(MEASURED), folder=SHIPPED).code
    visits = [_visit(chromium, place.app, f"/isi/{code}", slow=True) for _ in range(VISITS)]
    with _tablet(chromium) as page:
        page.goto(f"{place.app.url}/isi/{code}")
        taps = tuple(_taps(page, children=CHILDREN))
    return Measured("player at /isi", tuple(visits), taps)


def _peer(chromium: Browser, folder: Path) -> Measured:
    app = RunningApp(folder, STREAMLIT_BROWSER_GATHER_USAGE_STATS="false")
    try:
        app.start(code=PEER)
        visits = [_visit(chromium, app, "/", slow=True) for _ in range(PEER_VISITS)]
        with _tablet(chromium) as page:
            page.goto(app.url)
            page.wait_for_selector(".st-key-next button", timeout=_WAIT_MS)
            _slow_down(page, TAP_SLOWDOWN)
            questions = len(read(MEASURED).questions)
            taps = tuple(_peer_tap(page) for _ in range(CHILDREN * questions))
    finally:
        app.kill()
    return Measured("Streamlit widgets", tuple(visits), taps)


def _peer_tap(page: Page) -> float:
    page.wait_for_selector(".st-key-next button")  # drawn after its heading
    taken: float = page.evaluate(_PRESS, [".st-key-next button", "[data-testid=stHeading]"])
    return taken


def _visit(chromium: Browser, app: RunningApp, address: str, *, slow: bool) -> Visit:
    with network(app.port) as wifi, _tablet(chromium) as page:
        page.add_init_script(_WATCH)
        loaded = _loads_of(page)
        if slow:
            _slow_down(page, LOAD_SLOWDOWN, bits=WIFI_BITS)
        page.goto(f"{wifi.url}{address}", wait_until="commit", timeout=_WAIT_MS)
        page.wait_for_function("() => window.stood.question", timeout=_WAIT_MS)
        _until_quiet(page, wifi)
        stood = page.evaluate("window.stood")
        return Visit(
            stood.get("assent", 0) / 1000,
            stood["question"] / 1000,
            sum(loaded.values()),
            wifi.bytes_to_tablets,
        )


def _loads_of(page: Page) -> dict[str, int]:
    """Fills with the bytes of every request of the page that fetches something, by its number."""
    loads: dict[str, int] = {}
    tools = page.context.new_cdp_session(page)

    def asked(event: dict[str, Any]) -> None:
        if event["request"]["method"] == "GET":
            loads[event["requestId"]] = 0

    def came(event: dict[str, Any]) -> None:
        if event["requestId"] in loads:
            loads[event["requestId"]] = int(event["encodedDataLength"])

    tools.on("Network.requestWillBeSent", asked)
    tools.on("Network.loadingFinished", came)
    tools.send("Network.enable")
    return loads


def _until_quiet(page: Page, wifi: Network) -> None:
    carried = -1
    while wifi.bytes_to_tablets != carried:
        carried = wifi.bytes_to_tablets
        page.wait_for_timeout(1500)


def _taps(page: Page, *, children: int) -> Iterator[float]:
    page.wait_for_selector(".equal .button")
    _slow_down(page, TAP_SLOWDOWN)
    for _ in range(children):
        page.wait_for_timeout(LISTENING_MS)
        page.locator(".equal .button").first.click()
        page.wait_for_selector(".ask h1")
        while page.locator(".ask h1").count():
            yield page.evaluate(_PRESS, [".foot .button.plain:not(.back)", "h1"])
        page.locator(".closing .main-one").click()


@contextmanager
def _tablet(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport=_SCREEN)
    try:
        yield context.new_page()
    finally:
        context.close()


def _slow_down(page: Page, times: int, *, bits: int = 0) -> None:
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": times})
    if bits:
        tools.send("Network.enable")
        speed = {"downloadThroughput": bits / 8, "uploadThroughput": bits / 8}
        tools.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": WIFI_LATENCY_MS, **speed},
        )


if __name__ == "__main__":
    main()
