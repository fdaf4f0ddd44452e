"""Everything somebody can fill in, full of script, shown on every page: it stays text.

J_X1  On every page of the Page table, and in every state of it that has an address, no script of
      theirs runs, no foreign host is asked, the content policy is not broken once, and no markup,
      link, picture or formula comes out of it.
J_X2  So it is on a tablet, in the texts of a questionnaire and in what a child writes.
J_X3  A page that fails says a number; under it the kind and the place stand in the log.
J_X4  Hundreds of pieces of raw nonsense on a real socket: no fault, and what was stored is there.
J_X5  Streamlit's own address takes a websocket only from our own page.
J_X6  After all this the log holds no answer, code, password, cookie or token.
"""

import base64
import os
import random
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

import heard
import pytest
import sqlalchemy as sa
from child import Child
from heard import Heard, hear
from laptop import READY_MS, SCREEN, settled
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as Tab
from rows import answers_in
from school import LAST, School, school, short_questionnaire
from tablet import Tablet

from survey_app.api.shield import COOKIE
from survey_app.people import Page, Role, pages_for
from survey_app.safeguarding import Step
from survey_app.store import alerts, people, theme_events
from survey_app.store.alerts import AlertId, AlertState
from survey_app.store.findings import ThemeKey
from survey_app.store.responses import Intake
from survey_app.store.tables import Gatherings, Rounds

PASSWORD = "kapal-layar-biru"
MARK = "jahat"
HTML = "<script>caught(1)</script><img src=x onerror=caught(2)><svg onload=caught(3)>"
MARKDOWN = "![p](http://jahat.example/p.png) [k](javascript:caught(4)) **tebal** :red[m] $x^2$ `k`"
STYLE = "</style><style>@import 'http://jahat.example/c.css'</style>"
STRANGE = "=HYPERLINK('http://jahat.example') \u202emirag\u202c \u2066x\u2069 a\u200bb {{7*7}}"
EVERYTHING = f"{HTML} {MARKDOWN} {STYLE} {STRANGE}"
NASTY = (HTML, MARKDOWN, STYLE, STRANGE)
# Whatever came out of it: an element, an address or a formula of theirs.
CAME_OUT = (
    "[href*='jahat' i], [src*='jahat' i], [href^='javascript' i], [onerror], [onload], "
    "strong:text('tebal'), code:text-is('k'), .katex"
)
# Something of it is on the page, as text or in an attribute: otherwise nothing was tried.
SHOWN = "xpath=//body[contains(., 'caught(') or .//@*[contains(., 'caught(')]]"

pytestmark = pytest.mark.browser
Open = Callable[..., Tab]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    with school(tmp_path_factory.mktemp("script")) as opened:
        yield opened


@pytest.fixture(scope="module")
def round_(town: School, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """A round in which everything that can be filled in is filled in with script."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(heard, "SECRET_WORDS", f"rahasia {EVERYTHING}")
        patched.setattr(heard, "_text", lambda n: f"{NASTY[n % 4]} {heard._WISHES[n % 10]} {n}")
        patched.setattr(heard, "phrase", lambda number: f"{NASTY[number % 4]} tema {number}")
        made = hear(town.store, tmp_path_factory.mktemp("round"))
    with town.store.writing() as connection:
        filled_in = {"title": f"{HTML} {MARKDOWN}"[:200], "venue": f"{STYLE} {STRANGE}"}
        connection.execute(sa.update(Gatherings).values(filled_in))
        connection.execute(sa.update(Rounds).values(name=f"{MARKDOWN} {HTML}"))
    return made


@pytest.fixture(scope="module")
def tokens(town: School, round_: Heard) -> dict[Role, str]:
    """Everybody signed in, under names like these; a theme renamed, a case with a note."""
    names = {role: f"{role.value} {HTML} {MARKDOWN}"[:80] for role in Role}
    members = {
        role: people.add_staff(town.store, name, PASSWORD, role) for role, name in names.items()
    }
    chief, officer = members[Role.TASK_FORCE], members[Role.SAFEGUARDING_OFFICER]
    for number, name in enumerate(NASTY):
        key = ThemeKey(f"tema-{number + 5}")
        theme_events.rename(town.store, round_.round.id, key, name[:80], by=chief)
    alerts.add_step(
        town.store, officer, AlertId(1), Step.TAKE,
        seen=AlertState.WAITING, to=AlertState.TAKEN,
    )  # fmt: skip
    alerts.add_step(
        town.store, officer, AlertId(1), Step.NOTE,
        seen=AlertState.TAKEN, to=AlertState.TAKEN, note=EVERYTHING,
    )  # fmt: skip
    return {
        role: people.sign_in(town.store, member.name, PASSWORD) for role, member in members.items()
    }


@pytest.fixture
def watched(chromium: Browser, town: School, faults: list[str]) -> Iterator[BrowserContext]:
    """A browser that tells of all that ran, was asked of others, or broke the content policy.

    One breach is Streamlit's own, on every page: its protobuf library tries a WebAssembly module
    for 64-bit numbers and goes on without. It stays forbidden, and is not counted here.
    """
    context = chromium.new_context(viewport=SCREEN)
    context.expose_function("caught", lambda what: faults.append(f"ran: {what}"))
    context.add_init_script(
        "addEventListener('securitypolicyviolation', event => event.blockedURI === 'wasm-eval' ||"
        " caught(`policy: ${event.violatedDirective} ${event.blockedURI}`))"
    )
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("dialog", lambda dialog: (faults.append("a dialog"), dialog.dismiss()))
    ours = (town.app.url, "data:", "blob:")
    context.on("request", lambda it: None if it.url.startswith(ours) else faults.append(it.url))
    yield context
    context.close()


@pytest.fixture
def laptop(town: School, tokens: dict[Role, str], watched: BrowserContext) -> Open:
    tab = watched.new_page()  # one for all pages: see `desk` in test_staff_pages

    def show(path: str, role: Role) -> Tab:
        watched.clear_cookies()
        watched.add_cookies([{"name": COOKIE, "value": tokens[role], "url": town.app.url}])
        tab.goto(f"{town.app.url}{path}")
        expect(tab.get_by_role("heading", level=1).first).to_be_visible(timeout=READY_MS)
        return settled(tab)

    return show


def addresses(made: Heard) -> Iterator[tuple[Page, str]]:
    """Every page, and every state of it that has an address."""
    code = made.gatherings[0].code
    states = {
        Page.GATHERINGS: ("", f"?kode={code}", "?baru=ya"),
        Page.THEMES: ("", "?tema=tema-6"),
        Page.PREVIEW: (f"?kode={code}",),
        Page.PROTECTION: ("", "?kasus=1"),
        Page.STAFF: ("", "?akun=1"),
    }
    for page in Page:
        for state in states.get(page, ("",)):
            yield page, f"/{page.value}{state}"


def test_every_page(laptop: Open, town: School, round_: Heard, faults: list[str]) -> None:
    """J_X1: as a role that may open it; folded parts are unfolded."""
    town.open_class(_asked("uji-naskah"))
    came_out: list[tuple[str, object]] = []
    for page, path in addresses(round_):
        tab = laptop(path, next(role for role in Role if page in pages_for(role)))
        expect(tab.locator(SHOWN)).to_be_attached(timeout=READY_MS)
        for folded in tab.locator("[data-testid=stMain] summary").all()[:3]:
            folded.click()
        found = settled(tab).locator(CAME_OUT).evaluate_all("all => all.map(e => e.outerHTML)")
        came_out += [(path, one) for one in (*found, *faults)]
        faults.clear()
    assert came_out == []


def _asked(key: str) -> dict[str, object]:
    text = {"id": f"id {EVERYTHING}", "jv": f"jv {EVERYTHING}"}
    questionnaire = short_questionnaire()
    questions = [one | {"text": text} for one in questionnaire["questions"]]  # type: ignore[attr-defined]
    return questionnaire | {
        "key": key, **dict.fromkeys(("title", "assent", "closing"), text), "questions": questions,
    }  # fmt: skip


def test_on_a_tablet(town: School, watched: BrowserContext, faults: list[str]) -> None:
    """J_X2: asked, answered, looked at again, sent."""
    gathering = town.open_class(_asked("uji-tablet"))
    child = Child(watched.new_page()).come_in(town.app.url, gathering.code)
    child.agree()
    child.page.locator("label.option").first.click()
    child.next()
    for step in (2, 3):
        child.at(step, 4)
        child.write(EVERYTHING)
        child.next()
    child.at(4, 4)
    child.tap("kembali")
    expect(child.field).to_have_value(EVERYTHING)
    assert child.page.locator(CAME_OUT).count() == 0
    child.next()
    child.tap("lewati")
    child.sees_state("kirim_terkirim")
    assert town.responses(gathering)[0]["answers"][LAST] == EVERYTHING
    assert faults == []


def test_raw_nonsense(town: School, round_: Heard) -> None:
    """J_X4: seeded; heads and bodies cut, doubled, with bytes turned, and none at all."""
    gathering = round_.gatherings[0]
    child = Tablet(town.store, gathering)
    intake = Intake(town.store)
    intake.submit([child.envelope({"wajah": 3})]).result()
    intake.close()
    dice = random.Random(4)
    whole = (
        b"POST /api/v1/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b'Content-Length: 27\r\n\r\n{"suara":1,"responses":[{}]}'
    )
    told: set[bytes] = set()
    for _ in range(400):
        said = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            place = dice.randrange(len(said))
            said[place : place + dice.randrange(3)] = dice.randbytes(dice.randrange(4))
        with suppress(ConnectionResetError, BrokenPipeError), _line(town) as line:
            line.sendall(bytes(said))
            line.shutdown(socket.SHUT_WR)
            told.add(line.recv(4096))
    assert {answer.split(b" ")[1] for answer in told if answer} <= {
        b"200", b"400", b"403", b"404", b"405", b"415", b"431",
    }  # fmt: skip
    assert not any(re.search(rb"(?i)\nserver:|uvicorn|traceback|\.py", answer) for answer in told)
    assert answers_in(town.store)[child.id]["wajah"] == 3


def _line(town: School) -> socket.socket:
    return socket.create_connection(("127.0.0.1", town.app.port), timeout=10)


def test_a_websocket_from_elsewhere(town: School, tokens: dict[Role, str]) -> None:
    """J_X5: Streamlit itself would take one from any page of this machine, or ask the internet."""
    cookie = f"{COOKIE}={tokens[Role.ADMINISTRATOR]}"
    elsewhere = ("http://localhost:3000", "http://127.0.0.1", "https://jahat.example", "null", "")
    for origin in elsewhere:
        assert _handshake(town, origin, cookie) == 403, origin
    assert _handshake(town, town.app.url, cookie) == 101


def _handshake(town: School, origin: str, cookie: str) -> int:
    said = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: 127.0.0.1:{town.app.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Cookie: {cookie}",
        *([f"Origin: {origin}"] if origin else []),
    ]
    with _line(town) as line:
        line.sendall("\r\n".join([*said, "", ""]).encode())
        return int(line.recv(200).split()[1])


def test_a_page_that_fails(laptop: Open, town: School, round_: Heard) -> None:
    """J_X3, J_X6: a row that cannot be read; then the whole log of the journey is read."""
    with town.store.writing() as connection:
        broken = sa.update(Gatherings).where(Gatherings.id == round_.gatherings[1].id)
        connection.execute(broken.values(age_band=f"{MARK}-umur"))
    page = laptop("/pertemuan", Role.ADMINISTRATOR)
    said = page.get_by_text("Halaman ini tidak bisa ditampilkan")
    expect(said).to_be_visible()
    number = said.locator("strong").inner_text()
    log = town.app.log.read_text(encoding="utf-8")
    assert f"fault {number}: ValueError at" in log
    assert "Traceback" not in page.content()
    assert ".py" not in page.get_by_test_id("stMain").inner_text()


def test_the_log(town: School, round_: Heard, tokens: dict[Role, str]) -> None:
    """J_X6: last, after everything above."""
    log = town.app.log.read_text(encoding="utf-8")
    secrets = {MARK, "caught", "rahasia", PASSWORD, COOKIE, "Traceback", *tokens.values()}
    secrets |= {one.code for one in round_.gatherings}
    assert {one for one in secrets if one in log} == set()
