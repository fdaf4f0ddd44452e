"""What every journey needs: a browser, tablets in it, and a school whose server runs."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from child import Child
from chromium import MISSING, browser, program
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright
from school import School, school
from server import Network, network

# Nothing here is timed: on a busy machine everything may take three times as long.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of the browser; without one the journeys are skipped, but never in CI."""
    if program() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for the whole run; every tablet is a context of its own in it."""
    with browser(playwright) as launched:
        yield launched


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What went wrong inside a page: a test that used a tablet fails when anything did."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def new_tablet(chromium: Browser, faults: list[str]) -> Iterator[Callable[[], BrowserContext]]:
    """Makes tablets with an empty memory, switched off at the end."""
    tablets: list[BrowserContext] = []

    def make() -> BrowserContext:
        tablet = chromium.new_context(viewport={"width": 800, "height": 1280})
        tablet.on("weberror", lambda error: faults.append(str(error.error)))
        tablets.append(tablet)
        return tablet

    yield make
    for tablet in tablets:
        tablet.close()


@pytest.fixture
def tablet(new_tablet: Callable[[], BrowserContext]) -> BrowserContext:
    """One tablet with an empty memory."""
    return new_tablet()


@pytest.fixture
def child(tablet: BrowserContext) -> Child:
    """A child with a page open on the tablet."""
    return Child(tablet.new_page())


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """The server most journeys share; each opens its own class in it and never kills it."""
    with school(tmp_path_factory.mktemp("city")) as opened:
        yield opened


@pytest.fixture
def own_school(tmp_path: Path) -> Iterator[School]:
    """A server of the test's own, to be killed."""
    with school(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def screened_school(tmp_path: Path) -> Iterator[School]:
    """One with the screening beside it."""
    with school(tmp_path / "data", screened=True) as opened:
        yield opened


@pytest.fixture
def wifi(city: School) -> Iterator[Network]:
    """The network between the tablets and the shared server: its weather can turn."""
    with network(city.app.port) as between:
        yield between


@pytest.fixture(scope="session")
def eventually() -> Callable[..., None]:
    """Waits until something is so, and fails when it is not within ``seconds``."""

    def wait(so: Callable[[], bool], *, seconds: float = 15) -> None:
        deadline = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < deadline, "it did not become so in time"
            time.sleep(0.05)

    return wait
