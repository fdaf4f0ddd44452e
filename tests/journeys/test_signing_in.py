"""An adult comes in by the light page and goes out again, in a real browser.

J_M1 the page that was wanted is there after signing in; after going out it is not
J_M2 no page, the child's or the staff's, asks for anything its policy forbids, or breaks
J_M3 the sign-in page and its errors pass axe-core, by keyboard alone
J_M4 the staff pages need at most 1.3 MB on the wire, not 3
"""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect
from school import School

from survey_app import people as roles
from survey_app.people import Role
from survey_app.store import people

NAME, PASSWORD = "Bu Rini", "kapal-layar-biru"
MOST_WIRE_BYTES = 1_300_000
# Streamlit first looks for itself below the page's own address; the shield says 404.
_STREAMLIT_LOOKS = ("/_stcore/health", "/_stcore/host-config")

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def bu_rini(city: School) -> None:
    people.add_staff(city.store, NAME, PASSWORD, Role.ADMINISTRATOR)


@pytest.fixture
def laptop(new_tablet: Callable[[], BrowserContext], city: School) -> tuple[Page, list[str]]:
    """A page on a laptop, and what its console complains about."""
    page = new_tablet().new_page()
    page.set_viewport_size({"width": 1024, "height": 768})
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        address = message.location["url"]
        if message.type == "error" and not address.endswith(_STREAMLIT_LOOKS):
            said.append(message.text)

    page.on("console", listen)
    return page, said


def sign_in(page: Page) -> None:
    """By keyboard: the name has the focus already."""
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def test_in_and_out(laptop: tuple[Page, list[str]], city: School) -> None:
    """J_M1, J_M2, J_M4: to Tema by way of /masuk, through every page, and out."""
    page, complaints = laptop
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    bytes_: list[float] = []
    wire.on("Network.loadingFinished", lambda event: bytes_.append(event["encodedDataLength"]))
    page.goto(f"{city.app.url}/tema")
    expect(page).to_have_title("Masuk · Suara Anak")
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tema", timeout=60_000)
    assert page.url == f"{city.app.url}/tema"
    assert sum(bytes_) <= MOST_WIRE_BYTES
    for address in roles.pages_for(Role.ADMINISTRATOR):
        page.goto(f"{city.app.url}/{address}")
        expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Keluar", exact=True).click()
    expect(page).to_have_title("Masuk · Suara Anak")
    page.goto(f"{city.app.url}/tema")
    expect(page).to_have_title("Masuk · Suara Anak")
    assert complaints == []


def test_the_child_s_page_is_quiet(laptop: tuple[Page, list[str]], city: School) -> None:
    """J_M2: the child's page with its questionnaire, without a word in the console."""
    page, complaints = laptop
    page.goto(f"{city.app.url}/isi/{city.open_class().code}")
    expect(page.get_by_role("button", name="Tidak mau")).to_be_visible(timeout=30_000)
    page.goto(f"{city.app.url}/")
    expect(page.get_by_role("textbox")).to_be_visible(timeout=30_000)
    assert complaints == []


def test_for_everybody(laptop: tuple[Page, list[str]], city: School) -> None:
    """J_M3: names, contrast, focus and errors hold, at the width of a phone too."""
    page, _ = laptop
    for width, height in ((1024, 768), (360, 640)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{city.app.url}/masuk")
        assert Axe().run(page).response["violations"] == []
        expect(page.get_by_label("Nama")).to_be_focused()
        page.keyboard.type("Bukan Siapa-siapa")
        page.keyboard.press("Tab")
        page.keyboard.type("x")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Nama atau kata sandi salah")
        expect(page.get_by_label("Kata sandi")).to_be_focused()
        expect(page.get_by_label("Nama")).to_have_value("Bukan Siapa-siapa")
        assert Axe().run(page).response["violations"] == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
