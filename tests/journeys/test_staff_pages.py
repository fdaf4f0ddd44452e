"""The staff pages in a real browser, beside children who answer.

J_S1  Every page passes axe-core at 1024x768, needs no scrolling sideways, asks nobody outside.
J_S2  The live count moves by itself while children answer, and never shows an answer.
J_S3  A question before closing stays while the count goes on; only "Ya, tutup" closes.
J_S4  "Analisis sekarang" shows how far it is, and the themes appear without reloading.
J_S5  Filling in with a group: answers arrive under the gathering; a rerun does not start it anew.
J_S6  A preview asks everything and sends nothing.
J_S7  A theme has an address of its own; "Semua klaster" leads back.
J_S8  The address of another role's page says so in a sentence; the menu has only one's own pages.
J_S9  An officer's page shows a disclosure; nobody else's does.
J_S10  On Akun the password is changed and every device signed out.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from child import Child
from heard import SECRET_WORDS, Heard, hear, phrase
from laptop import READY_MS, SCREEN, settled
from playwright.sync_api import Browser, Page, Request, WebError, expect
from rows import responses_in
from school import School, school

from survey_app.api.shield import COOKIE
from survey_app.gathering import STATE_NAMES, GatheringState
from survey_app.people import Role, StaffMember
from survey_app.store import gatherings, people, runs

PASSWORD = "kapal-layar-biru"
_FIELDS = ("Kata sandi lama", "Kata sandi baru", "Kata sandi baru, sekali lagi")

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A server with one adult of every role."""
    with school(tmp_path_factory.mktemp("town")) as opened:
        for role in Role:
            people.add_staff(opened.store, role.value, PASSWORD, role)
        yield opened


@pytest.fixture(scope="module")
def heard(town: School, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """A round of 240 children in six classes, analysed."""
    return hear(town.store, tmp_path_factory.mktemp("round"))


@pytest.fixture(scope="module")
def tokens(town: School) -> dict[Role, str]:
    """Everybody signed in."""
    return {role: people.sign_in(town.store, role.value, PASSWORD) for role in Role}


@pytest.fixture(scope="module")
def facilitator(town: School) -> StaffMember:
    """Who runs the gatherings that a facilitator looks at."""
    found = people.staff_by_name(town.store, Role.FACILITATOR.value)
    assert found is not None
    return found


@pytest.fixture
def new_name(town: School) -> str:
    """The account of an office that nobody else uses."""
    return people.add_staff(town.store, "Dinas Uji", PASSWORD, Role.OFFICE).name


@pytest.fixture(scope="module")
def desk(chromium: Browser) -> Iterator[Page]:
    """One tab for all: what it has compiled of Streamlit, two thirds of a page, stays in it."""
    context = chromium.new_context(viewport=SCREEN)
    yield context.new_page()
    context.close()


@pytest.fixture
def laptop(
    desk: Page, town: School, heard: Heard, tokens: dict[Role, str], faults: list[str]
) -> Iterator[Open]:
    """Opens a page as an adult; what it asks of other machines counts as a fault."""

    def failed(error: WebError) -> None:
        faults.append(str(error.error))

    def asked(request: Request) -> None:
        if not request.url.startswith((town.app.url, "data:", "blob:")):
            faults.append(request.url)

    def show(path: str, role: Role = Role.ADMINISTRATOR, *, token: str = "") -> Page:
        cookie = {"name": COOKIE, "value": token or tokens[role], "url": town.app.url}
        desk.context.clear_cookies()
        desk.context.add_cookies([cookie])
        desk.goto(f"{town.app.url}{path}")
        expect(desk.get_by_role("heading", level=1).first).to_be_visible(timeout=READY_MS)
        return desk

    desk.context.on("weberror", failed)
    desk.context.on("request", asked)
    yield show
    desk.context.remove_listener("weberror", failed)
    desk.context.remove_listener("request", asked)


def addresses(heard: Heard) -> list[tuple[str, Role]]:
    """Every page and every state of it that has an address."""
    code = heard.gatherings[0].code
    paths = [
        "/beranda", "/pertemuan", f"/pertemuan?kode={code}", "/pertemuan?baru=ya", "/tema",
        "/tema?tema=tema-7", "/tema?klaster=kesehatan", "/tema?klaster=lain", "/kuesioner",
        "/pratinjau", f"/pratinjau?kode={code}", "/akun", "/petugas", "/petugas?akun=1", "/catatan",
        "/data",
    ]  # fmt: skip
    return [
        *((path, Role.ADMINISTRATOR) for path in paths),
        ("/beranda", Role.SAFEGUARDING_OFFICER),
        ("/beranda", Role.OFFICE),
        ("/tema", Role.OFFICE),
        ("/perlindungan", Role.SAFEGUARDING_OFFICER),
        ("/perlindungan?kasus=1", Role.SAFEGUARDING_OFFICER),
    ]


def test_axe_width_and_quiet(laptop: Open, heard: Heard) -> None:
    """J_S1, J_S9: nothing excluded: Streamlit's own frame passes as well."""
    for path, role in addresses(heard):
        page = settled(laptop(path, role))
        if role is Role.ADMINISTRATOR:
            assert SECRET_WORDS not in page.content(), path
        if path.startswith("/pratinjau"):  # its style sheet comes after the words
            expect(Child(page).button("mau")).to_have_css("color", "rgb(255, 255, 255)")
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == [], path
        wide = "one => one.scrollWidth - one.clientWidth"
        assert page.locator("[data-testid=stMain]").evaluate(wide) <= 0, path
        assert page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"], path


def test_live_count(laptop: Open, town: School, facilitator: StaffMember, child: Child) -> None:
    """J_S2: one child comes in, writes and sends; the teacher's screen follows."""
    gathering = town.open_class(by=facilitator)
    page = laptop(f"/pertemuan?kode={gathering.code}", Role.FACILITATOR)
    live = page.locator(".st-key-card_live")
    expect(live).to_contain_text("0 / 30")
    child.come_in(town.app.url, gathering.code).agree()
    answer_face(child)
    child.write("tulisan yang tidak boleh muncul")
    expect(live).to_contain_text("1 / 30", timeout=20_000)
    assert "tulisan" not in page.content()


def test_a_question_before_closing(laptop: Open, town: School) -> None:
    """J_S3: it stands while the count goes on; every *Batal* brings the steps back."""
    gathering = town.open_class()
    page = laptop(f"/pertemuan?kode={gathering.code}")
    question = page.locator(".st-key-card_question")
    for stay_ms in (5_000, 0, 700, 1_400, 2_100):  # at every moment of the two seconds
        page.get_by_role("button", name="Tutup").click()
        expect(question).to_contain_text("Tutup pertemuan?")
        page.wait_for_timeout(stay_ms)
        expect(question).to_be_visible()
        question.get_by_role("button", name="Batal").click()
        expect(question).to_have_count(0)
    expect(page.get_by_role("button", name="Jeda")).to_be_visible()
    assert _state(town, gathering.code) is GatheringState.OPEN


def test_every_step(laptop: Open, town: School) -> None:
    """J_S3: pause, open, close, open, close, archive; then nothing is left to press."""
    gathering = town.open_class()
    page = laptop(f"/pertemuan?kode={gathering.code}")
    live = page.locator(".st-key-card_live")
    question = page.locator(".st-key-card_question")
    for step, yes, state in (
        ("Jeda", "", GatheringState.PAUSED),
        ("Buka lagi", "", GatheringState.OPEN),
        ("Tutup", "Ya, tutup", GatheringState.CLOSED),
        ("Buka lagi", "", GatheringState.OPEN),
        ("Tutup", "Ya, tutup", GatheringState.CLOSED),
        ("Arsipkan", "Ya, arsipkan", GatheringState.ARCHIVED),
    ):
        page.get_by_role("button", name=step).click()
        if yes:
            question.get_by_role("button", name=yes).click()
        expect(live).to_contain_text(STATE_NAMES[state])
        assert _state(town, gathering.code) is state
    for step in ("Jeda", "Buka lagi", "Tutup", "Arsipkan"):
        expect(page.get_by_role("button", name=step)).to_have_count(0)


def test_analysis_by_button(
    chromium: Browser, own_school: School, tmp_path: Path, faults: list[str]
) -> None:
    """J_S4: the button starts a process of its own; its end redraws the page."""
    made = hear(own_school.store, tmp_path / "round", children=40)
    people.add_staff(own_school.store, "Bu Rini", PASSWORD, Role.TASK_FORCE)
    token = people.sign_in(own_school.store, "Bu Rini", PASSWORD)
    before = runs.last_finished_run(own_school.store, made.round.id)
    context = chromium.new_context(viewport=SCREEN)
    context.add_cookies([{"name": COOKIE, "value": token, "url": own_school.app.url}])
    page = context.new_page()
    page.goto(f"{own_school.app.url}/tema")
    page.get_by_role("button", name="Analisis sekarang").click(timeout=READY_MS)
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=READY_MS)
    expect(page.get_by_text("79 jawaban terbuka dibaca")).to_be_visible(timeout=180_000)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_role("button", name="Analisis sekarang")).to_be_enabled()
    expect(page.locator(".st-key-card_others")).to_be_visible()
    after = runs.last_finished_run(own_school.store, made.round.id)
    assert before
    assert after
    assert after.id > before.id
    assert after.comments == 79  # one of eighty is an urgent disclosure
    context.close()


def test_filling_in_with_a_group(laptop: Open, town: School, facilitator: StaffMember) -> None:
    """J_S5: the same outbox and the same API, inside a staff page that reruns meanwhile."""
    gathering = town.open_class(by=facilitator)
    page = laptop(f"/pratinjau?kode={gathering.code}", Role.FACILITATOR)
    group = Child(page)
    group.button("mau").click(timeout=READY_MS)
    answer_face(group)
    group.write("Usul satu kelompok")
    group.next()
    group.at(3, 4)
    settled(page)
    group.at(3, 4)
    group.write("Usul kedua")
    group.next()
    page.locator("label.option").first.click()
    group.next()
    group.sees_state("kirim_terkirim")
    (stored,) = town.responses(gathering)
    assert (stored["mode"], stored["finished"]) == ("group", True)
    assert stored["answers"]["cerita"] == "Usul satu kelompok"


def test_a_preview_sends_nothing(laptop: Open, town: School) -> None:
    """J_S6: to the last screen, without one request to the API and without a row."""
    page = laptop("/pratinjau")
    posted: list[str] = []
    page.on("request", lambda asked: posted.append(asked.url) if "/api/" in asked.url else None)
    before = len(responses_in(town.store))
    child = Child(page)
    child.button("mau").click(timeout=READY_MS)
    answer_face(child)
    for text in ("satu", "dua"):
        child.write(text)
        child.next()
    page.locator("label.option").first.click()
    child.next()
    expect(page.locator(".foot .main-one")).to_have_count(0)
    assert posted == []
    assert len(responses_in(town.store)) == before


def answer_face(child: Child) -> None:
    """The first question: a face, and on."""
    child.page.locator("label.option").first.click(timeout=READY_MS)
    child.next()


def test_a_theme_has_an_address(laptop: Open, heard: Heard) -> None:
    """J_S7: press a theme, share its address, go back to the clusters."""
    page = laptop("/tema")
    page.locator("[class*=st-key-theme_] button").first.click()
    expect(page.locator(".st-key-card_theme")).to_be_visible()
    shared = page.url
    assert "tema=tema-" in shared
    page.get_by_role("button", name="Semua klaster").click()
    expect(page.locator(".st-key-card_others")).to_be_visible()
    again = laptop(shared.removeprefix(page.url.split("/tema")[0]))
    number = shared.rpartition("-")[2]
    expect(again.locator(".st-key-card_theme")).to_contain_text(phrase(int(number)))


def test_pages_of_the_role(laptop: Open, heard: Heard) -> None:
    """J_S8: a facilitator has no Tema, neither in the menu nor by its address."""
    page = laptop("/tema", Role.FACILITATOR)
    expect(page.get_by_text("Peran akun Anda tidak boleh melakukan ini.")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(1)  # "Keluar"
    menu = page.get_by_test_id("stSidebarNav")
    expect(menu).to_contain_text("Pertemuan")
    expect(menu).not_to_contain_text("Tema")
    page.get_by_role("link", name="Ke Beranda").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Halo")


def test_the_own_account(laptop: Open, town: School, new_name: str) -> None:
    """J_S10: with the new password one comes in again; the other laptop has to sign in anew."""
    new = "sumur lonceng genteng"
    token = people.sign_in(town.store, new_name, PASSWORD)
    there, here = (people.sign_in(town.store, new_name, PASSWORD), token)
    page = laptop("/akun", token=here)
    for label, typed in zip(_FIELDS, (PASSWORD, new, new), strict=True):
        page.get_by_label(label, exact=True).fill(typed)
    page.get_by_role("button", name="Simpan kata sandi").click()
    expect(page.get_by_text("Kata sandi diganti.")).to_be_visible()
    assert people.staff_by_token(town.store, there) is None
    assert people.sign_in(town.store, new_name, new)
    page.get_by_role("button", name="Keluar di semua perangkat").click()
    page.get_by_role("button", name="Ya, keluar semua").click()
    expect(page.get_by_role("link", name="Masuk")).to_be_visible()
    page.reload()
    expect(page).to_have_title("Masuk · Suara Anak")


def test_disclosures(laptop: Open, heard: Heard) -> None:
    """J_S9: the officer can read the words; every page of an administrator is looked at above."""
    officer = settled(laptop("/perlindungan", Role.SAFEGUARDING_OFFICER))
    urgent = officer.locator("[class*=st-key-card_case_]", has_text="Mendesak")
    urgent.get_by_role("button", name="Buka").click()
    expect(officer.get_by_text(SECRET_WORDS)).to_be_visible()


def _state(town: School, code: str) -> GatheringState:
    found = gatherings.by_code(town.store, code)
    assert found is not None
    return found.state
