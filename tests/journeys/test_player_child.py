"""What a child can do at any moment, in a real browser with the real server.

C1  The language changes at any time and no answer is lost; each keeps the language it was given in.
C2  Hiding the screen covers everything, for a screen reader too, and brings back what stood there.
C3  A double tap skips one question, not two.
C4  "Tidak mau" sends no answer; stopping can send what is there.
C5  A raised hand and the wish to talk to an adult reach the server, the wish even after the end.
C6  Nothing is chosen for a child: *Lanjut* without an answer says so and stays.
C7  A code that is wrong, closed or paused gets a friendly sentence; a typed code leads in.
C8  Reloading in the middle asks whose answers those are and shows none of them before.
C9  Question and options are read aloud by the tablet's own Indonesian voice, else from a
    recording, else there is no button; never what a child wrote, and silence after leaving.
C10 *Tentang jawabanmu* says what is kept, for how long and who reads it, before and amid the
    answers, by keyboard, aloud and without a network; what was typed is still there afterwards.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from child import Child
from playwright.sync_api import BrowserContext, expect
from school import LAST, STEPS, WRITTEN, School, short_questionnaire

from survey_app.gathering import GatheringState
from survey_app.people import Program
from survey_app.questionnaire import Questionnaire
from survey_app.store import gatherings
from survey_app.store.tables import Answers

pytestmark = pytest.mark.browser

# A headless browser has no voices: this one writes down what it was asked to say.
_VOICE = """
window.said = [];
const voices = [{ lang: "id-ID", localService: true }];
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => voices,
  speak: (utterance) => said.push([utterance.lang, utterance.text]),
  cancel: () => said.push("silence"),
} });
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
"""


def begun(city: School, child: Child) -> str:
    """Stand before the first question of a new class; returns the code."""
    gathering = city.open_class()
    child.come_in(city.app.url, gathering.code).agree()
    child.at(1, STEPS)
    return gathering.code


def at_the_writing(city: School, child: Child) -> str:
    """Stand before the first text question."""
    code = begun(city, child)
    child.choose(child.words("wajah_2"))
    child.next()
    child.at(2, STEPS)
    return code


def answered(city: School, code: str) -> dict[str, object]:
    """The one response stored in this class."""
    found = gatherings.by_code(city.store, code)
    assert found
    [stored] = city.responses(found)
    return stored


def test_language(city: School, child: Child) -> None:
    """C1: tapped and typed in Indonesian, switched, continued in Javanese."""
    code = at_the_writing(city, child)
    child.write("Taman di dekat sekolah")
    child.page.locator(".language").click()
    child.language = "jv"
    expect(child.page.locator("h1")).to_have_text("Pitakon gawean")
    expect(child.page.locator(".suara")).to_have_attribute("lang", "jv")
    expect(child.field).to_have_value("Taman di dekat sekolah")
    expect(child.page.locator(".language")).to_be_focused()
    child.next()
    child.write("Dalane peteng")
    child.tap("kembali")
    child.tap("kembali")
    expect(child.page.get_by_role("radio", name=child.words("wajah_2"))).to_be_checked()
    for _ in range(2):
        child.next()
    child.next()
    child.tap("lewati")
    child.sees_state("kirim_terkirim")
    stored = answered(city, code)
    assert stored["language"] == "jv"
    assert languages(city, stored["id"]) == {
        "wajah": "id", WRITTEN: "id", LAST: "jv", "aman": "jv"
    }  # fmt: skip


def languages(city: School, response: object) -> dict[str, str]:
    """The language each question of a response was answered in."""
    asked = sa.select(Answers.question_key, Answers.language).where(Answers.response_id == response)
    with city.store.engine.connect() as connection:
        return {row.question_key: row.language for row in connection.execute(asked)}


def test_hidden_screen(city: School, child: Child) -> None:
    """C2: while somebody walks by, only a picture and a button are there."""
    at_the_writing(city, child)
    child.write("Iki wadi")
    child.tap("sembunyikan")
    expect(child.button("buka_layar")).to_be_visible()
    assert child.page.locator("textarea, .path, .tools").count() == 0
    assert "Iki wadi" not in child.page.content()
    assert "Pertanyaan" not in child.page.locator("body").aria_snapshot()
    child.tap("buka_layar")
    expect(child.field).to_have_value("Iki wadi")


def test_double_tap(city: School, child: Child) -> None:
    """C3: the second tap of a double tap does not meet the next question."""
    begun(city, child)
    child.button("lewati").dblclick()
    child.at(2, STEPS)


def test_no(city: School, child: Child) -> None:
    """C4: a child who does not want to is thanked, and nothing else is stored."""
    gathering = city.open_class()
    child.come_in(city.app.url, gathering.code).tap("tidak_mau")
    child.sees_state("kirim_terkirim")
    stored = answered(city, gathering.code)
    assert stored["finished"]
    assert not stored["assent"]
    assert stored["answers"] == {}


def test_stop_and_send(city: School, child: Child) -> None:
    """C4: stopping on the second question sends the first and what is half written."""
    code = at_the_writing(city, child)
    child.write("Mung sithik")
    child.tap("berhenti")
    child.tap("berhenti_kirim")
    child.sees_state("kirim_terkirim")
    stored = answered(city, code)
    assert stored["finished"]
    assert stored["answers"] == {"wajah": 2, WRITTEN: "Mung sithik"}


def test_calling_an_adult(city: School, child: Child, eventually: Callable[..., None]) -> None:
    """C5: the hand goes up and down, and is down at the end; both ticks are kept."""
    code = begun(city, child)
    child.tap("bantuan")
    child.tap("angkat_tangan")
    expect(child.button("angkat_tangan")).to_have_attribute("aria-pressed", "true")
    eventually(lambda: bool(answered(city, code)["needs_help"]))
    second = child.page.get_by_role("checkbox", name=child.words("pendamping"))
    expect(second).to_have_count(0)
    first = child.page.get_by_role("checkbox", name=child.words("bicara"))
    first.check()
    expect(second).not_to_be_checked()
    second.check()
    first.uncheck()
    expect(second).to_have_count(0)
    first.check()
    expect(second).not_to_be_checked()
    second.check()
    child.tap("kembali_mengisi")
    child.tap("berhenti")
    child.tap("berhenti_kirim")
    child.sees_state("kirim_terkirim")
    stored = answered(city, code)
    assert stored["talk_to_adult"]
    assert stored["facilitator_may_know"]
    assert not stored["needs_help"]


def test_calling_an_adult_at_the_end(
    city: School, child: Child, eventually: Callable[..., None]
) -> None:
    """C5: a tick on the closing screen still arrives, though the response is finished."""
    code = begun(city, child)
    child.tap("berhenti")
    child.tap("berhenti_kirim")
    child.sees_state("kirim_terkirim")
    child.page.get_by_role("checkbox", name=child.words("bicara")).check()
    eventually(lambda: bool(answered(city, code)["talk_to_adult"]))
    assert not answered(city, code)["facilitator_may_know"]
    eventually(lambda: not child.drafts())


def test_next_without_an_answer(city: School, child: Child) -> None:
    """C6: a kind sentence in an alert; a tap takes it away again."""
    begun(city, child)
    child.next()
    expect(child.page.get_by_role("alert")).to_have_text(child.words("pilih_dulu"))
    child.at(1, STEPS)
    child.choose(child.words("wajah_5"))
    expect(child.page.locator(".alert")).to_be_empty()
    child.next()
    child.next()
    expect(child.page.get_by_role("alert")).to_have_text(child.words("tulis_dulu"))


@pytest.mark.parametrize(
    ("state", "part"),
    [(GatheringState.CLOSED, "ditutup"), (GatheringState.PAUSED, "sebentar"), (None, "kenal")],
)
def test_friendly_sentence(
    city: School, child: Child, state: GatheringState | None, part: str
) -> None:
    """C7: no code of an error and no blank page."""
    code = "CCCCCC"
    if state:
        gathering = city.open_class()
        gatherings.set_state(city.store, gathering.id, state, by=Program.COMMAND_LINE)
        code = gathering.code
    child.come_in(city.app.url, code)
    expect(child.page.locator("h1")).to_contain_text(part)
    expect(child.button("coba_lagi")).to_be_visible()
    child.tap("kode_lain")
    expect(child.page).to_have_url(f"{city.app.url}/")


def test_typed_code(city: School, child: Child) -> None:
    """C7: from the bare address, in small letters and with a hyphen; too short is said."""
    gathering = city.open_class()
    child.page.goto(city.app.url)
    field = child.page.get_by_label(child.words("sapaan"))
    field.fill("c4")
    field.press("Enter")
    expect(child.page.get_by_role("alert")).to_have_text(child.words("kode_belum"))
    field.fill(f"{gathering.code[:3]}-{gathering.code[3:]}".lower())
    field.press("Enter")
    expect(child.button("mau")).to_be_visible()
    expect(child.page).to_have_url(f"{city.app.url}/isi/{gathering.code}")


def test_reload_in_the_middle(city: School, child: Child) -> None:
    """C8: the words come back only after "Ya, lanjutkan"."""
    at_the_writing(city, child)
    child.write("Aku durung rampung")
    child.next()
    child.page.reload()
    expect(child.button("anak_lain")).to_be_visible()
    assert "Aku durung rampung" not in child.page.content()
    child.tap("lanjutkan")
    child.at(3, STEPS)
    child.tap("kembali")
    expect(child.field).to_have_value("Aku durung rampung")


def test_every_type_by_keyboard(
    city: School, tablet: BrowserContext, questionnaire: Questionnaire
) -> None:
    """C6: every type of question, answered with Tab, arrows, Space and Enter only."""
    gathering = city.open_class(questionnaire.model_dump(mode="json", exclude_defaults=True))
    child = Child(tablet.new_page()).come_in(city.app.url, gathering.code)
    keys = child.page.keyboard
    press(child, "mau")
    for kind in ("information", "radio", "radio", "radio", "checkbox", "radio", *["text"] * 3):
        if kind in ("radio", "checkbox"):
            tab_to(child, f"input[type={kind}]")
            keys.press("Space")
        if kind == "radio":
            keys.press("ArrowDown")
        if kind == "text":
            tab_to(child, ".field")
            keys.type("Ngetik")
        press(child, "lanjut")
    tab_to(child, ".field")
    keys.type("3")
    press(child, "lanjut")
    tab_to(child, "input[type=radio]")
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("ArrowDown")
    press(child, "selesai")
    child.sees_state("kirim_terkirim")
    [stored] = city.responses(gathering)
    assert stored["answers"] == {
        "wajah": 2,
        "aman": "maybe",
        "tempat": "kali",
        "suka": ["taman"],
        "nilai": 2,
        "nama_taman": "Ngetik",
        "cerita": "Ngetik",
        "usul": "Ngetik",
        "adik": 3,
        "rumah": stored["answers"]["rumah"],
    }
    assert str(stored["answers"]["rumah"]).startswith("35.71.")


def tab_to(child: Child, selector: str) -> None:
    """Press Tab until the focus is on something that matches."""
    for _ in range(60):
        child.page.keyboard.press("Tab")
        if child.page.evaluate("(css) => document.activeElement.matches(css)", selector):
            return
    raise AssertionError(f"Tab never reached {selector}")


def press(child: Child, key: str) -> None:
    """Tab to a button and press Enter."""
    tab_to(child, f'button[aria-label="{child.words(key)}"]')
    child.page.keyboard.press("Enter")


def test_read_aloud_by_a_voice(city: School, child: Child) -> None:
    """C9: assent and question are said; going on ends it; the child's words are never said."""
    child.page.add_init_script(_VOICE)
    gathering = city.open_class()
    child.come_in(city.app.url, gathering.code)
    child.tap("dengar")
    said = child.page.evaluate("said")
    assert said[-2:] == [["id-ID", child.words("mau")], ["id-ID", child.words("tidak_mau")]]
    expect(child.button("diam")).to_be_focused()
    child.agree()
    assert child.page.evaluate("said.pop()") == "silence"
    child.tap("lewati")
    child.write("Rahasiaku")
    child.page.evaluate("said.length = 0")
    child.tap("dengar")
    assert child.page.evaluate("said") == [["id-ID", "Pertanyaan buatan"]]


def test_read_aloud_from_a_recording(city: School, child: Child, tmp_path: Path) -> None:
    """C9: without a voice the recording is fetched; without either there is no button."""
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "wajah.mp3").write_bytes(b"not really a sound")
    asked = short_questionnaire() | {"key": "uji-suara"}
    questions = asked["questions"]
    assert isinstance(questions, list)
    asked["questions"] = [questions[0] | {"audio": {"id": "wajah.mp3"}}, *questions[1:]]
    gathering = city.open_class(asked, folder=tmp_path)
    child.come_in(city.app.url, gathering.code)
    expect(child.button("dengar")).to_have_count(0)
    child.agree()
    with child.page.expect_response(lambda reply: "/isi/audio/" in reply.url) as fetched:
        child.tap("dengar")
    assert fetched.value.ok
    expect(child.button("dengar")).to_be_visible()
    child.page.locator(".language").click()
    expect(child.page.locator(".hear")).to_be_empty()


def test_what_becomes_of_the_answers(
    city: School, new_tablet: Callable[[], BrowserContext]
) -> None:
    """C10: from the assent with keys alone, read aloud; then without a network from a question."""
    tablet = new_tablet()
    tablet.add_init_script(_VOICE)
    child = Child(tablet.new_page())
    code = city.open_class().code
    child.come_in(city.app.url, code)
    child.keeps_the_page()
    press(child, "tentang")
    long = {"kata": "6 bulan", "jawaban": "2 tahun"}
    expect(child.page.locator("h1")).to_have_text(child.words("tentang"))
    expect(child.page.locator("h1")).to_be_focused()
    expect(child.page.get_by_text(child.words("tentang_lama", **long))).to_be_visible()
    child.tap("dengar")
    said = [text for _, text in child.page.evaluate("said")]
    assert said[0] == child.words("tentang")
    assert child.words("tentang_bahaya") in said
    press(child, "kembali")
    child.agree()
    child.choose(child.words("wajah_2"))
    child.next()
    child.write("Tulisan yang tidak boleh hilang")
    tablet.set_offline(True)
    child.tap("bantuan")
    child.tap("tentang")
    expect(child.page.get_by_text(child.words("tentang_tarik"))).to_be_visible()
    child.tap("kembali")
    child.tap("kembali_mengisi")
    expect(child.field).to_have_value("Tulisan yang tidak boleh hilang")
    child.page.reload()
    child.tap("lanjutkan")
    child.tap("bantuan")
    child.tap("tentang")
    expect(child.page.get_by_text(child.words("tentang_tarik"))).to_be_visible()
    tablet.set_offline(False)
