"""The task force changes themes in a real browser, and the analysis runs again.

J_T1  A new name and a merge stand after the next run, under the same addresses.
J_T2  Every question, and every state after it, passes axe-core at 1024x768.
J_T3  "Batal" and "Kembalikan" bring back what was, also after a run.
J_T4  A theme that is not relevant leaves the list, and is found again folded away.
"""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from laptop import READY_MS, SCREEN, settled
from playwright.sync_api import Browser, Page, TimeoutError, expect
from school import LAST, WRITTEN, School, school
from tablet import Tablet

from survey_app import review
from survey_app.api.shield import COOKIE
from survey_app.gathering import Gathering
from survey_app.people import Role
from survey_app.store import gatherings, people, rounds, standing
from survey_app.store.findings import ThemeKey
from survey_app.store.responses import Intake

RUN_MS = 180_000
NAME = "Jalan terang di malam hari"
SAID = {
    "lampu": ("lampu jalan di gang mati", "gang gelap lampunya mati", "dalane peteng lampune mati"),
    "toilet": ("toilet sekolah bau", "wc sekolah kotor bau pesing", "jeding sekolah mambu"),
    "buku": ("buku perpustakaan kurang", "perpustakaan tambah buku cerita", "perpuse tambah buku"),
}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def heard_school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """Eighteen children wrote about lamps, toilets and books; Bu Rini of the task force."""
    with school(tmp_path_factory.mktemp("changes")) as opened:
        gathering = opened.open_class()
        write(opened, gathering, children=18)
        review.run(opened.store, gathering.round_id)
        people.add_staff(opened.store, "Bu Rini", "kapal-layar-biru", Role.TASK_FORCE)
        yield opened


def write(town: School, gathering: Gathering, *, children: int) -> None:
    """Two comments of each child, about two of the three things."""
    said = list(SAID.values())
    envelopes = [
        Tablet(town.store, gathering).envelope(
            {"wajah": 4, WRITTEN: said[n % 3][n // 3 % 3], LAST: said[(n + 1) % 3][n // 3 % 3]}
        )
        for n in range(children)
    ]
    intake = Intake(town.store)
    intake.submit(envelopes).result()
    intake.close()


def theme_about(town: School, thing: str) -> ThemeKey:
    """The theme in which the first sentence about this thing stands."""
    (round_,) = rounds.all_rounds(town.store)
    return next(
        theme.key
        for theme in standing.standing_themes(town.store, round_.id)
        if SAID[thing][0] in theme.comments.values()
    )


@pytest.fixture
def page(chromium: Browser, heard_school: School, faults: list[str]) -> Iterator[Page]:
    """Bu Rini's laptop."""
    token = people.sign_in(heard_school.store, "Bu Rini", "kapal-layar-biru")
    with chromium.new_context(viewport=SCREEN, base_url=heard_school.app.url) as context:
        context.add_cookies([{"name": COOKIE, "value": token, "url": heard_school.app.url}])
        context.on("weberror", lambda error: faults.append(str(error.error)))
        yield context.new_page()


def look_at(page: Page, theme: ThemeKey) -> None:
    """Open the address of a theme."""
    page.goto(f"/tema?tema={theme}")
    expect(page.locator(".st-key-card_theme")).to_be_visible(timeout=READY_MS)


def press(page: Page, name: str) -> None:
    """Press a button that stands on the page once."""
    page.get_by_role("button", name=name, exact=True).click()


def is_called(page: Page, name: str) -> None:
    """The theme on the page has this name."""
    expect(page.locator(".st-key-card_theme h2")).to_have_text(name)


def passes(page: Page) -> None:
    """Nothing for axe-core to say, and nothing beside the screen."""
    violations = Axe().run(settled(page)).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"]


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a list by the keyboard; press again when a redraw has closed it, as people do."""
    box, wanted = page.get_by_role("combobox", name=label), page.get_by_role("option", name=option)
    expect(box).to_be_visible()
    settled(page)
    for _ in range(3):
        box.press("ArrowDown")
        try:
            wanted.click(timeout=5_000)
            break
        except TimeoutError:
            box.press("Escape")
    expect(box).to_have_value(re.compile(option))


def test_names_and_merges_stay(page: Page, heard_school: School) -> None:
    """J_T1, J_T2, J_T3: renamed, merged, read again, opened by both addresses, taken back."""
    lamp, toilet = (theme_about(heard_school, thing) for thing in ("lampu", "toilet"))
    look_at(page, lamp)
    press(page, "Ganti nama")
    page.get_by_label("Nama baru").fill(NAME)
    passes(page)
    press(page, "Ya, ganti nama")
    is_called(page, NAME)
    passes(page)

    look_at(page, toilet)
    phrase = page.locator(".st-key-card_theme h2").inner_text()
    press(page, "Gabungkan")
    choose(page, "Gabungkan ke", NAME)
    passes(page)
    press(page, "Ya, gabungkan")
    is_called(page, NAME)
    expect(page).to_have_url(re.compile(f"tema={lamp}$"))
    merged = page.locator("[class*=st-key-card_event]", has_text=f"“{phrase}” digabung ke sini")
    expect(merged).to_be_visible()

    write(heard_school, gatherings.all_gatherings(heard_school.store)[0], children=12)
    press(page, "Analisis sekarang")
    expect(page.get_by_text("60 jawaban terbuka dibaca")).to_be_visible(timeout=RUN_MS)
    is_called(page, NAME)
    expect(page).to_have_url(re.compile(f"tema={lamp}$"))
    expect(merged).to_be_visible()
    passes(page)
    look_at(page, toilet)
    is_called(page, NAME)

    page.goto("/tema")
    page.get_by_text("Sejak analisis sebelumnya").click(timeout=READY_MS)
    told = page.get_by_role("table", name="Tema yang berubah")
    expect(told.get_by_role("row", name=f"{NAME} bertambah")).to_be_visible()
    passes(page)

    look_at(page, lamp)
    merged.get_by_role("button", name="Kembalikan").click()
    expect(merged).to_have_count(0)
    is_called(page, NAME)
    look_at(page, toilet)
    is_called(page, phrase)


def test_not_relevant(page: Page, heard_school: School) -> None:
    """J_T2, J_T3, J_T4: asked, left, asked again; folded away, and back."""
    book = theme_about(heard_school, "buku")
    look_at(page, book)
    press(page, "Tidak relevan")
    passes(page)
    press(page, "Batal")
    press(page, "Tidak relevan")
    press(page, "Ya, tidak relevan")
    expect(page.get_by_text("Ditandai tidak relevan")).to_be_visible()
    passes(page)
    page.goto("/tema")
    page.get_by_text("Tema tidak relevan (1)").click(timeout=READY_MS)
    passes(page)
    page.locator(f".st-key-theme_{book} button").click()
    press(page, "Kembalikan")
    expect(page.get_by_role("button", name="Ganti nama")).to_be_visible()
    page.goto("/tema")
    expect(page.locator(".st-key-card_others")).to_be_visible(timeout=READY_MS)
    expect(page.get_by_text("Tema tidak relevan")).to_have_count(0)
