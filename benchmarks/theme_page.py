"""How long the task force waits for the theme page of 10,000 comments, in a real Chromium.

* first paint: what the browser itself calls the first contentful paint, in a browser that has never
  been here (everything is downloaded);
* readable: from asking for the address until the first theme can be read and pressed, same visit;
* click to redraw: from pressing a theme, a way back, or an age until the new numbers stand there.

Beside it a plain page that puts all comments into one ``st.dataframe`` with a filter over it: the
usual way, on the same database. It shows no counts and no themes; it is the cheapest peer there is.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from chromium import browser
from heard import hear
from server import RunningApp, running_app

from analysis.rights import Cluster
from survey_app.api.shield import COOKIE
from survey_app.people import Role
from survey_app.store import Store, people

COMMENTS = 10_000
VISITS = 5
CLICKS = 60
GOAL_PAINT_SECONDS = 2.0
GOAL_CLICK_MS = 500
PEER = Path(__file__).parent / "peers" / "theme_page.py"
_SCREEN = {"width": 1024, "height": 768}  # the smallest screen the staff pages promise
_WAIT_MS = 60_000

# Presses something and waits for what the press is to bring, counted in drawn frames.
_PRESS = """([selector, awaited, gone]) => new Promise((resolve, reject) => {
  const begin = performance.now();
  const all = () => [...document.querySelectorAll(awaited)];
  const there = () => all().some((one) => one.textContent !== gone);
  const look = () => {
    if (there()) return requestAnimationFrame(() => resolve(performance.now() - begin));
    if (performance.now() - begin > 30000) return reject(new Error(`no ${awaited}`));
    requestAnimationFrame(look);
  };
  document.querySelector(selector).click();
  look();
})"""
_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclass(frozen=True, slots=True)
class Measured:
    """One page: seconds to paint, seconds until it could be read, milliseconds of every click."""

    page: str
    paints: tuple[float, ...]
    readable: tuple[float, ...]
    clicks: tuple[float, ...]


def measure_all() -> list[Measured]:
    """The theme page and its peer, one after the other, on the same ten thousand comments."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        data = Path(folder)
        store = Store.open(f"sqlite:///{data}/suara.db", data_dir=data)
        hear(store, data, children=COMMENTS // 2, classes=40, themes=100)
        people.add_staff(store, "Bu Uji", "payung-lumut-genteng", Role.TASK_FORCE)
        token = people.sign_in(store, "Bu Uji", "payung-lumut-genteng")
        store.close()
        with browser(driver) as chromium:
            with running_app(data) as app:
                ours = _measure("Tema", chromium, app, token, _ready, _clicks)
            with _peer_app(data) as app:
                peer = _measure("st.dataframe", chromium, app, token, _peer_ready, _peer_clicks)
    return [ours, peer]


def table(rows: list[Measured]) -> Table:
    """The numbers as people read them."""
    shown = Table(
        title=f"Theme page: {COMMENTS:,} comments, Chromium {_SCREEN['width']}x{_SCREEN['height']}",
        caption=f"Goal: first paint <= {GOAL_PAINT_SECONDS} s, click p95 <= {GOAL_CLICK_MS} ms.",
    )
    headings = ("page", "first paint s", "readable s", "first visit readable s", "clicks")
    for heading in (*headings, "p50 ms", "p95 ms"):
        shown.add_column(heading, justify="left" if heading == "page" else "right")
    for row in rows:
        cuts = quantiles(row.clicks, n=20)
        shown.add_row(
            row.page, f"{median(row.paints):.2f}", f"{median(row.readable):.2f}",
            f"{row.readable[0]:.2f}", str(len(row.clicks)), f"{cuts[9]:.0f}", f"{cuts[18]:.0f}",
        )  # fmt: skip
    return shown


def main() -> None:
    """Measure and print."""
    Console(width=110).print(table(measure_all()))


def _measure(
    name: str,
    chromium: Browser,
    app: RunningApp,
    token: str,
    ready: Callable[[Page], None],
    clicks: Callable[[Page], Iterator[float]],
) -> Measured:
    paints, readable = [], []
    for _ in range(VISITS):
        with _visitor(chromium, app, token) as page:
            begin = time.perf_counter()
            page.goto(f"{app.url}/tema")
            ready(page)
            readable.append(time.perf_counter() - begin)
            paints.append(page.evaluate(_FIRST_PAINT) / 1000)
    with _visitor(chromium, app, token) as page:
        page.goto(f"{app.url}/tema")
        ready(page)
        taken = tuple(clicks(page))
    return Measured(name, tuple(paints), tuple(readable), taken)


@contextmanager
def _peer_app(data: Path) -> Iterator[RunningApp]:
    app = RunningApp(data)
    try:
        app.start(code=PEER)
        yield app
    finally:
        app.kill()


@contextmanager
def _visitor(chromium: Browser, app: RunningApp, token: str) -> Iterator[Page]:
    context = chromium.new_context(viewport=_SCREEN)
    context.add_cookies([{"name": COOKIE, "value": token, "url": app.url}])
    try:
        yield context.new_page()
    finally:
        context.close()


def _ready(page: Page) -> None:
    page.wait_for_selector("[class*=st-key-theme_] button", timeout=_WAIT_MS)


def _clicks(page: Page) -> Iterator[float]:
    """A theme and back, again and again, never the same theme as before."""
    for number in range(CLICKS // 2):
        themes = page.locator("[class*=st-key-theme_]")
        place = number % themes.count()
        name = next(
            one for one in (themes.nth(place).get_attribute("class") or "").split()
            if one.startswith("st-key-theme_")
        )  # fmt: skip
        yield _press(page, f".{name} button", ".st-key-card_ages")
        yield _press(page, ".st-key-back button", ".st-key-card_others")


def _peer_ready(page: Page) -> None:
    page.wait_for_selector("[data-testid=stDataFrame] canvas", timeout=_WAIT_MS)


def _peer_clicks(page: Page) -> Iterator[float]:
    """Another cluster again and again; the number above the table says that it has changed."""
    for number in range(CLICKS):
        choice = f".st-key-{list(Cluster)[(number + 1) % 5]} button"
        shown = page.locator(".st-key-number p").inner_text()
        yield _press(page, choice, ".st-key-number p", gone=shown)


def _press(page: Page, selector: str, awaited: str, *, gone: str = "") -> float:
    page.wait_for_selector(selector)  # on a busy machine it may be drawn after what was awaited
    taken: float = page.evaluate(_PRESS, [selector, awaited, gone])
    return taken


if __name__ == "__main__":
    main()
