"""Bad input in a real browser: it arrives exactly as it stands, or is kept aside; nothing runs.

B1  Markup, direction overrides, invisible characters, emoji, quotes and SQL in an answer arrive
    character for character.
B2  A text longer than its question allows is cut in the field, in sight of the child, and what
    stands there arrives; a longer one that got past the field is kept aside, the rest is stored.
B3  Half characters and NUL are left out, because no database takes them; the rest arrives.
B4  Markup in a questionnaire is shown as text, in every place a questionnaire has words.
B5  Nonsense in the address gets the friendly sentence for a wrong code.
B6  Damaged records in the tablet's memory do not stop a child's answers.
Nothing of it runs: no script, no dialog, no breach of the content policy.
"""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from child import Child
from playwright.sync_api import BrowserContext, expect
from school import LAST, STEPS, WRITTEN, School, short_questionnaire

pytestmark = pytest.mark.browser

LONGEST = 2000  # of the question WRITTEN
MARKUP = '<script>caught("a")</script><img src=x onerror=\'caught("b")\'><svg onload=caught(1)>'
NASTY = {
    "markup": MARKUP,
    "closing": '</textarea></script><script>caught("c")</script>]]>-->"\'`${caught(2)}',
    "direction": "gedhe \u202esirek\u202c cilik \u2067rtl\u2069 مدرسة",
    "invisible": "\ufeffa\u200bb\u200cc\u200dd\u2060e\u00adf\u180eg",
    "emoji": "👧🏽 🏳️‍🌈 👨‍👩‍👧‍👦 🇮🇩",
    "zalgo": "t\u0301\u0302\u0303\u0304\u0305\u0306\u0307" * 20,
    "sql": "'; DROP TABLE answers; -- \\' %s %(x)s {0} {{ 7*7 }}",
    "lines": "siji\n\nloro\ttelu  \n",
    "javanese": "ꦱꦸꦮꦫ ꦧꦺꦴꦕꦃ",
    "json": '{"suara":1,"results":[{"status":200}]}',
}


@pytest.fixture
def watched(tablet: BrowserContext, faults: list[str]) -> Iterator[Child]:
    """A child whose page tells of every script, dialog and breach of the content policy."""
    tablet.expose_function("caught", lambda what: faults.append(f"ran: {what}"))
    tablet.add_init_script(
        "addEventListener('securitypolicyviolation', event => caught(event.violatedDirective))"
    )
    page = tablet.new_page()
    page.on("dialog", lambda dialog: (faults.append("a dialog"), dialog.dismiss()))
    yield Child(page)
    page.wait_for_timeout(100)  # what was started has time to be caught


def at_the_writing(child: Child) -> Child:
    """Answer the first question and stand before the field of the second."""
    child.agree()
    child.choose(child.words("wajah_4"))
    child.next()
    child.at(2, STEPS)
    return child


def finish(child: Child) -> None:
    """Skip the rest and wait until it is sent."""
    child.next()
    child.at(3, STEPS)
    child.tap("lewati")
    child.at(4, STEPS)
    child.tap("lewati")
    child.sees_state("kirim_terkirim")


def test_answers_arrive_character_for_character(city: School, watched: Child) -> None:
    """B1: also after a reload, which reads them from the tablet's memory."""
    gathering = city.open_class()
    for text in NASTY.values():
        at_the_writing(watched.come_in(city.app.url, gathering.code))
        watched.write(text)
        watched.next()
        watched.at(3, STEPS)
        watched.page.reload()
        watched.tap("lanjutkan")
        watched.tap("kembali")
        expect(watched.field).to_have_value(text)
        finish(watched)
    stored = city.responses(gathering)
    assert {row["answers"][WRITTEN] for row in stored} == set(NASTY.values())
    assert city.quarantined(gathering) == []


def test_a_text_that_is_too_long(city: School, watched: Child) -> None:
    """B2: 5,000 characters pasted, then the same past the limit of the field."""
    gathering = city.open_class()
    at_the_writing(watched.come_in(city.app.url, gathering.code))
    watched.field.focus()
    watched.page.keyboard.insert_text("Aku wis " * 625)
    stands = watched.field.input_value()
    assert len(stands) == LONGEST
    expect(watched.page.locator(".room")).to_have_text(watched.words("sisa", n=0))
    finish(watched)
    [stored] = city.responses(gathering)
    assert stored["answers"][WRITTEN] == stands
    watched.tap("anak_berikutnya")

    at_the_writing(watched)
    watched.field.evaluate("field => field.removeAttribute('maxlength')")
    watched.field.focus()
    watched.page.keyboard.insert_text("Aku ora " * 625)
    finish(watched)
    [other] = [row for row in city.responses(gathering) if row["id"] != stored["id"]]
    assert other["answers"] == {"wajah": 4, LAST: None, "aman": None}
    assert any("Aku ora " * 625 in kept["content"] for kept in city.quarantined(gathering))


def test_half_characters_and_nul(city: School, watched: Child) -> None:
    """B3: cut emoji as old keyboards leave them; the words around them arrive."""
    gathering = city.open_class()
    at_the_writing(watched.come_in(city.app.url, gathering.code))
    watched.field.evaluate(
        """field => {
          field.value = "kucing \\ud83d lan \\udc31 asu\\u0000 🐕";
          field.dispatchEvent(new Event("input"));
        }"""
    )
    finish(watched)
    [stored] = city.responses(gathering)
    assert stored["answers"][WRITTEN] == "kucing  lan  asu 🐕"
    assert city.quarantined(gathering) == []


def test_markup_in_a_questionnaire(city: School, watched: Child) -> None:
    """B4: title, assent, question, hint, choices, points and closing, in both languages."""
    text = {"id": f"id {MARKUP}", "jv": f"jv {MARKUP}"}
    choices = [{"key": key, "text": text} for key in ("siji", "loro")]
    asked = [
        {"key": "pilih", "type": "choice", "choices": choices, "hint": text},
        {"key": "centang", "type": "choices", "choices": choices},
        {"key": "nilai", "type": "rating", "points": [text, text, text, text]},
        {"key": "tulis", "type": "short_text", "hint": text},
        {"key": "kabar", "type": "information"},
    ]
    questionnaire = short_questionnaire() | {
        "key": "uji-markup",
        **dict.fromkeys(("title", "assent", "closing"), text),
        "questions": [question | {"text": text} for question in asked],
    }
    gathering = city.open_class(questionnaire)
    child = watched.come_in(city.app.url, gathering.code)
    sees_markup(child)
    child.agree()
    for step, question in enumerate(asked, 1):
        child.at(step, len(asked))
        sees_markup(child)
        for _ in text:
            child.page.locator("button.language").click()
            child.language = "jv" if child.language == "id" else "id"
            sees_markup(child)
        if question["type"] in ("choice", "choices", "rating"):
            child.page.locator("label.option").nth(1).click()
        elif question["type"] == "short_text":
            child.write(MARKUP)
        child.next()
    child.sees_state("kirim_terkirim")
    assert MARKUP in child.page.locator("main").inner_text()
    [stored] = city.responses(gathering)
    assert stored["answers"] == {"pilih": "loro", "centang": ["loro"], "nilai": 2, "tulis": MARKUP}


def sees_markup(child: Child) -> None:
    """The markup stands on the screen as text, in the language of the screen."""
    expect(child.page.locator("h1")).to_have_text(f"{child.language} {MARKUP}")


@pytest.mark.parametrize(
    "code",
    [MARKUP, "\u202eABCDEF", "🐱🐱🐱🐱🐱🐱", "A" * 3000, "%00%ff", "O0I1L!"],
)
def test_nonsense_in_the_address(city: School, watched: Child, code: str) -> None:
    """B5: a sentence and a way on, whatever stands behind /isi/."""
    watched.page.goto(f"{city.app.url}/isi/{quote(code, safe='')}")
    way_on = watched.button("kode_lain").or_(watched.button("buka"))
    expect(way_on.or_(watched.page.get_by_role("link")).first).to_be_visible()
    assert "caught" not in watched.page.locator("h1").inner_text()


DAMAGED = """async code => {
  const db = await new Promise((resolve, reject) => {
    const asked = indexedDB.open("suara-anak");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const done = db.transaction(["drafts", "sent"], "readwrite");
  const drafts = done.objectStore("drafts");
  const whole = { schema: 1, code, ticket: "", revision: 3, finished: true, withdrawn: false };
  drafts.put({ id: "bukan-uuid" });
  drafts.put({ ...whole, id: crypto.randomUUID(), content: null });
  drafts.put({ ...whole, id: crypto.randomUUID(), content: 5, revision: "banyak" });
  drafts.put({ ...whole, id: crypto.randomUUID(), content: "{", finished: false });
  drafts.put({ ...whole, id: crypto.randomUUID(), content: "{}", schema: 99, finished: false });
  done.objectStore("sent").put({ id: "bukan-uuid" });
  await new Promise(resolve => (done.oncomplete = resolve));
  db.close();
}"""


def test_damaged_records_on_the_tablet(city: School, watched: Child) -> None:
    """B6: the child after them answers and is sent, and sees nothing of it."""
    gathering = city.open_class()
    watched.come_in(city.app.url, gathering.code)
    watched.page.evaluate(DAMAGED, gathering.code)
    watched.come_in(city.app.url, gathering.code)
    at_the_writing(watched).write("Aku isih iso nulis")
    finish(watched)
    [stored] = [row for row in city.responses(gathering) if row["finished"] and row["answers"]]
    assert stored["answers"][WRITTEN] == "Aku isih iso nulis"
