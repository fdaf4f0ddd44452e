"""The player inside a Streamlit page, with a group (reruns and previews: test_staff_pages.py).

M1  A group answers inside the staff page: the same outbox, the same API, marked as a group's.
M2  Leaving the page and coming back asks whether to go on.
M3  The group answers on while the server, and with it Streamlit, is away; it arrives later.
"""

from collections.abc import Callable

import pytest
from child import Child
from playwright.sync_api import BrowserContext, Page, expect
from school import LAST, STEPS, WRITTEN, School
from server import Network, Weather

from survey_app.gathering import Gathering
from survey_app.people import Role, StaffMember
from survey_app.store import people

pytestmark = pytest.mark.browser

NAME, PASSWORD = "Pak Fasil", "sembilan kucing di taman"


@pytest.fixture(scope="module")
def facilitator(city: School) -> StaffMember:
    """The one who sits with the group."""
    return people.add_staff(city.store, NAME, PASSWORD, Role.FACILITATOR)


@pytest.fixture
def laptop(new_tablet: Callable[[], BrowserContext]) -> Page:
    """The facilitator's browser."""
    page = new_tablet().new_page()
    page.set_viewport_size({"width": 1024, "height": 768})
    return page


def sat_down(page: Page, url: str, address: str) -> Child:
    """Sign in and open a page of the staff; ends when the player stands in it."""
    page.goto(f"{url}/masuk?next={address}")
    page.locator("#nama").fill(NAME)
    page.locator("#sandi").fill(PASSWORD)
    page.get_by_role("button").click()
    child = Child(page)
    expect(child.button("mau")).to_be_visible(timeout=40_000)
    return child


def answers_of_a_group(city: School, gathering: Gathering) -> dict[str, object]:
    """What the one response of this class holds."""
    [stored] = city.responses(gathering)
    assert stored["finished"]
    assert stored["mode"] == "group"
    return dict(stored["answers"])


def test_with_a_group(city: School, laptop: Page, facilitator: StaffMember) -> None:
    """M1, M2: in the middle of a sentence the page is loaded again."""
    gathering = city.open_class(by=facilitator)
    child = sat_down(laptop, city.app.url, f"/pratinjau?kode={gathering.code}")
    expect(laptop.locator(".banner")).to_have_text(child.words("kelompok"))
    child.agree()
    child.choose(child.words("wajah_4"))
    child.next()
    child.write("Kami ingin lapangan")
    child.next()
    laptop.reload()
    expect(child.button("lanjutkan")).to_be_visible(timeout=40_000)
    child.tap("lanjutkan")
    child.at(3, STEPS)
    child.tap("lewati")
    child.tap("lewati")
    child.sees_state("kirim_terkirim")
    expect(child.button("kelompok_berikutnya")).to_be_visible()
    assert answers_of_a_group(city, gathering) == {
        "wajah": 4,
        WRITTEN: "Kami ingin lapangan",
        LAST: None,
        "aman": None,
    }


def test_group_without_network(
    city: School, wifi: Network, laptop: Page, facilitator: StaffMember
) -> None:
    """M3: Streamlit is gone, the player is not."""
    gathering = city.open_class(by=facilitator)
    child = sat_down(laptop, wifi.url, f"/pratinjau?kode={gathering.code}")
    child.agree()
    wifi.turn(Weather.CUT)
    child.choose(child.words("wajah_1"))
    child.next()
    child.write("Tetap menulis")
    child.next()
    child.tap("lewati")
    child.tap("lewati")
    child.sees_state("kirim_tersimpan")
    wifi.turn(Weather.FINE)
    child.sees_state("kirim_terkirim", within=30)
    assert answers_of_a_group(city, gathering)[WRITTEN] == "Tetap menulis"
