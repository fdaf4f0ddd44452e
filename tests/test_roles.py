"""Who may do what: every page, route and function, as every role and as nobody.

All lists here are walked from the tables of the code itself: a new page, route, action or role
without a rule fails.

E001  Every page has a rule, a place in the door, and a role that may open it.
E002  Every role gets its pages, and of every other page a sentence; nobody gets the way to sign in.
E003  Every route of ours has a rule, and answers everybody alike, whoever is signed in.
E004  Every route of Streamlit has a rule: for those who are signed in, for everybody, for nobody.
E005  A facilitator sees and runs only the own gatherings, also by their address.
E006  Opening and changing gatherings, changing themes, starting the analysis and adding a round
      ask the right of whoever does it, and leave an entry in the log; what is refused leaves none.
E007  A button pressed after the account was switched off, signed out or given another role does
      nothing.
E008  An office sees Beranda, which says what will stand there, and its account.
E009  Who may not count alerts is not told how many wait.
E010  docs/rights.md is what the code says, with words for every action.
E011  On Akun one changes the password, sees who tried to sign in, and signs out everywhere.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import httpx
import pytest
import sqlalchemy as sa
from classroom import every_type, plan_for
from doors import FRONT_END, Doors, opened_doors
from heard import SECRET_WORDS, Heard, phrase
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes
from test_pages import (
    Staff,
    button,
    empty_city,
    heard,
    heard_city,
    installed,
    labels,
    opened,
    tokens,
    words_on,
)

from survey_app import api, review, rights_document
from survey_app.api.rights import OURS, STREAMLIT, Who
from survey_app.api.shield import COOKIE, Shield
from survey_app.api.statics import FrontEnd
from survey_app.errors import SuaraError
from survey_app.gathering import Gathering, GatheringState
from survey_app.pages import door
from survey_app.people import PAGE_NEEDS, RIGHTS, Action, Page, Role, StaffMember, may, pages_for
from survey_app.questionnaire import Questionnaire
from survey_app.settings import Settings
from survey_app.store import Store, gatherings, people, rounds, runs, theme_events
from survey_app.store.findings import ThemeKey
from survey_app.store.tables import Audit

# The cities and adults of test_pages serve here as well.
__all__ = ["empty_city", "heard", "heard_city", "installed", "opened", "tokens"]

PASSWORD = "payung-lumut-genteng"
WHO_ASKS = [None, *Role]
ROOT = Path(__file__).parents[1]


def test_every_page_has_a_rule() -> None:
    """E001: also every action: given to somebody, and to no role that does not exist."""
    assert set(PAGE_NEEDS) == set(Page) == set(door._PAGES)
    assert set(RIGHTS) == set(Role)
    assert all(any(page in pages_for(role) for role in Role) for page in Page)
    assert all(any(may(role, action) for role in Role) for action in Action)


@pytest.mark.parametrize("role", WHO_ASKS)
def test_every_page_as_everybody(opened: Staff, heard: Heard, role: Role | None) -> None:
    """E002: what a page would have shown is on none that is refused."""
    for page in Page:
        test = opened(page, role)
        shown = words_on(test)
        allowed = role is not None and may(role, PAGE_NEEDS[page])
        assert ("href=/masuk" in shown) is (role is None)
        refused = role is not None and not allowed
        assert any("Peran akun Anda" in one.value for one in test.error) is refused
        if not allowed:
            assert not test.button
            assert not any(one.title in shown for one in heard.gatherings)
            assert phrase(7) not in shown
            assert SECRET_WORDS not in shown


def templates(routes: list[BaseRoute], prefix: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every address template below these routes, with its methods."""
    for route in routes:
        if isinstance(route, Mount):
            yield from templates(list(route.routes or []), f"{prefix}{route.path}")
        elif isinstance(route, Route):
            yield f"{prefix}{route.path}", route.methods or set()
        elif isinstance(route, WebSocketRoute):
            yield f"{prefix}{route.path}", set()
        else:
            raise AssertionError(route)


@pytest.fixture
def doors(sqlite_store: Store, tmp_path: Path, data_dir: Path) -> Iterator[Doors]:
    url = f"sqlite:///{tmp_path}/suara.db"
    with opened_doors(Settings(data_dir=data_dir, database_url=url)) as running:
        yield running


def _signed_in(store: Store) -> dict[Role | None, str]:
    held: dict[Role | None, str] = {None: ""}
    for role in Role:
        people.add_staff(store, f"Uji {role}", PASSWORD, role)
        held[role] = people.sign_in(store, f"Uji {role}", PASSWORD)
    return held


def test_every_route_of_ours(doors: Doors) -> None:
    """E003: an account opens nothing more here; only the sign-in itself knows who is there."""
    found = list(templates(api.routes(doors.service)))
    assert {template for template, _ in found} == set(OURS)
    assert set(OURS.values()) == {Who.EVERYBODY}
    held = _signed_in(doors.store)
    for template, methods in found:
        address = _filled(template)
        for method in sorted(methods - {"HEAD"}):
            answers = {
                role: httpx.request(method, f"{doors.url}{address}", cookies={COOKIE: token})
                for role, token in held.items()
                if (template, role) != ("/masuk", None)  # the form, in the place of going on
                and template != "/keluar"  # it would sign out whoever is tried next
            }
            assert len({answer.status_code for answer in answers.values()}) <= 1, address
            assert len({answer.content for answer in answers.values()}) <= 1, address
            assert all(answer.status_code < 500 for answer in answers.values()), address
    assert httpx.post(f"{doors.url}/keluar").status_code == 303


def test_every_route_of_streamlit(doors: Doors) -> None:
    """E004: asked through the shield, with an app behind it that would answer anything."""
    from_streamlit = create_streamlit_routes(MagicMock())
    known = {template for template, _ in templates(from_streamlit[:-1])}
    assert isinstance(from_streamlit[-1], Mount)  # its files and every other address
    assert known <= set(STREAMLIT)
    asyncio.run(_everybody_asks(doors, _signed_in(doors.store)))


async def _everybody_asks(doors: Doors, held: Mapping[Role | None, str]) -> None:
    for template, who in (STREAMLIT | {"/{any}": Who.NOBODY, "/_stcore/new": Who.NOBODY}).items():
        for role, token in held.items():
            let_in = who is Who.EVERYBODY or (who is Who.SIGNED_IN and role is not None)
            for method in ("GET", "POST", "PUT", "DELETE"):
                status = await _asked(doors, _filled(template), token, method)
                if method == "GET" and template in {f"/{page}" for page in Page}:
                    assert status == (200 if let_in else 303)
                elif template == "/static/{path:path}":
                    assert status == 404  # the app's own files only
                elif method == "GET":
                    assert (status != 404) is let_in, (template, role)
                else:
                    inside = who is Who.SIGNED_IN and template not in {f"/{page}" for page in Page}
                    assert (status != 404) is (inside and let_in), (template, role, method)


@pytest.mark.parametrize("path", ["/_stcore/stream", "/_stcore/other", "/tema", "/masuk"])
def test_every_connection(doors: Doors, path: str) -> None:
    """E004: the one connection pages live on is for those who are signed in."""
    for role, token in _signed_in(doors.store).items():
        reached = asyncio.run(_asked(doors, path, token, "GET", kind="websocket")) == 101
        assert reached is (path == "/_stcore/stream" and role is not None)


@cache
def _front_end() -> FrontEnd:
    """Streamlit's files, looked through once."""
    return FrontEnd(FRONT_END)


async def _asked(doors: Doors, path: str, token: str, method: str, *, kind: str = "http") -> int:
    """The status of one request; 101 where a connection reaches the app behind the shield."""
    status: list[int] = []

    async def behind(scope: Any, _receive: Any, send: Any) -> None:
        status.append(101 if scope["type"] == "websocket" else 202)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if "status" in message:
            status.append(message["status"])

    shield = Shield(behind, front_end=_front_end(), signed_in=doors.service.signed_in)
    at_home = [(b"host", b"sekolah.test"), (b"origin", b"http://sekolah.test")]
    cookie = [(b"cookie", f"{COOKIE}={token}".encode())] if token else []
    await shield(
        {
            "type": kind, "path": path, "method": method, "headers": at_home + cookie,
            "client": ("10.0.0.1", 5000), "scheme": "http", "query_string": b"",
        },
        receive,
        send,
    )  # fmt: skip
    return status[0] if status else 0


@cache
def _front_end() -> FrontEnd:
    return FrontEnd(FRONT_END)


def _filled(template: str) -> str:
    values = {"{questionnaire:int}": "1", "{name}": "player.mjs", "{path:path}": "a/b"}
    for part, value in values.items():
        template = template.replace(part, value)
    while "{" in template:
        before, _, rest = template.partition("{")
        template = f"{before}C4D7FH{rest.partition('}')[2]}"
    return template


@pytest.fixture
def staff(store: Store, monkeypatch: pytest.MonkeyPatch) -> dict[Role, StaffMember]:
    """One adult of every role."""
    monkeypatch.setattr("survey_app.passwords._COST", 2**10)
    return {role: people.add_staff(store, f"Uji {role}", PASSWORD, role) for role in Role}


def test_own_gatherings(
    store: Store, staff: Mapping[Role, StaffMember], questionnaire: Questionnaire
) -> None:
    """E005: two facilitators, and a gathering that a command opened."""
    plan = plan_for(store, questionnaire)
    one = staff[Role.FACILITATOR]
    other = people.add_staff(store, "Fasilitator lain", PASSWORD, Role.FACILITATOR)
    mine, theirs = (gatherings.open_gathering(store, plan, by=each) for each in (one, other))
    assert gatherings.seen_by(store, one) == (mine,)
    assert gatherings.seen_by_code(store, one, mine.code) == mine
    assert gatherings.seen_by_code(store, one, theirs.code) is None
    with pytest.raises(SuaraError, match="dibuka orang lain"):
        gatherings.set_state(store, theirs.id, GatheringState.CLOSED, by=one)
    assert gatherings.set_state(store, mine.id, GatheringState.CLOSED, by=one).state == "closed"
    for role in Role:
        every = may(role, Action.RUN_EVERY_GATHERING)
        seen = gatherings.seen_by(store, staff[role])
        assert len(seen) == (2 if every else int(role is Role.FACILITATOR))


@pytest.mark.parametrize("role", list(Role))
def test_functions_ask(
    store: Store,
    staff: Mapping[Role, StaffMember],
    gathering: Gathering,
    questionnaire: Questionnaire,
    role: Role,
) -> None:
    """E006: by the table of rights and nothing else."""
    member, round_id = staff[role], gathering.round_id
    plan = plan_for(store, questionnaire)
    key = ThemeKey("tidak-ada")
    tried: tuple[tuple[Action, str, Callable[[], object]], ...] = (
        (Action.RUN_GATHERINGS, "gathering_changed",
         lambda: gatherings.open_gathering(store, plan, by=member)),
        (Action.RUN_EVERY_GATHERING, "gathering_changed",
         lambda: gatherings.set_state(store, gathering.id, GatheringState.PAUSED, by=member)),
        (Action.RUN_EVERY_GATHERING, "gathering_changed",
         lambda: rounds.add(store, "Putaran lain", 2028, by=member)),
        (Action.START_ANALYSIS, "analysis_started",
         lambda: runs.start_run(store, round_id, by=member)),
        (Action.CHANGE_THEMES, "", lambda: theme_events.take_back(store, round_id, 1, by=member)),
        (Action.CHANGE_THEMES, "", lambda: theme_events.retire(store, round_id, key, by=member)),
    )  # fmt: skip
    for action, event, change in tried:
        before = log_of(store)
        said = ""
        try:
            change()
        except SuaraError as error:
            said = str(error)
        refused = "tidak boleh" in said or "dibuka orang lain" in said
        assert refused is not may(role, action), action
        new = log_of(store)[len(before) :]
        assert new == ([(member.name, event)] if event and not refused else [])


def test_theme_changes_are_noted(installed: Store, heard: Heard) -> None:
    """E006: who, which theme, what; never the name that was given."""
    rini = people.staff_by_name(installed, f"Uji {Role.TASK_FORCE}")
    assert rini is not None
    theme_events.rename(installed, heard.round.id, ThemeKey("tema-7"), "Kantin sehat", by=rini)
    with installed.reading() as connection:
        facts = connection.scalar(sa.select(Audit.facts).order_by(Audit.id.desc()).limit(1))
    assert facts == f'{{"change": "rename", "round": {heard.round.id}, "theme": "tema-7"}}'


def log_of(store: Store) -> list[tuple[str, str]]:
    """Who did what."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(Audit.name, Audit.event).order_by(Audit.id)).all()
    return [(row.name, row.event) for row in rows]


@pytest.mark.parametrize("address", ["", "kode"])
def test_a_facilitator_s_pages(
    opened: Staff, heard: Heard, installed: Store, tmp_path: Path, address: str
) -> None:
    """E005: list, address, filling in and Beranda have the own gathering and no other."""
    asked = Questionnaire.model_validate(every_type())
    me = people.staff_by_name(installed, f"Uji {Role.FACILITATOR}")
    assert me is not None
    plan = plan_for(installed, asked, folder=tmp_path)
    mine = gatherings.open_gathering(installed, plan, by=me)
    theirs = heard.gatherings[0]
    pages = (Page.GATHERINGS, Page.PREVIEW) if address else (Page.GATHERINGS, Page.HOME)
    for page in pages:
        query = {address: theirs.code} if address else {}
        shown = words_on(opened(page, Role.FACILITATOR, **query))
        assert theirs.title not in shown
        if address:
            assert "dibuka orang lain" in shown
            shown = words_on(opened(page, Role.FACILITATOR, kode=mine.code))
        assert mine.title in shown
    if not address:
        assert "<dt>pertemuan terbuka</dt><dd>1</dd>" in shown


@pytest.mark.parametrize("change", ["off", "role", "out"])
def test_a_late_press_does_nothing(
    opened: Staff, heard: Heard, installed: Store, tokens: Mapping[Role, str], change: str
) -> None:
    """E007: Streamlit calls the function behind a button before it draws the page."""
    name = f"Uji {Role.TASK_FORCE}"
    code = heard.gatherings[0].code
    test = opened(Page.GATHERINGS, Role.TASK_FORCE, kode=code)
    if change == "off":
        people.set_active(installed, name, active=False)
    elif change == "role":
        people.set_role(installed, name, Role.OFFICE)
    else:
        people.sign_out(installed, tokens[Role.TASK_FORCE])
    button(test, "Jeda")
    found = gatherings.by_code(installed, code)
    assert found is not None
    assert found.state is GatheringState.OPEN
    assert "Jeda" not in labels(test)


def test_a_late_analysis_is_not_started(
    opened: Staff, heard: Heard, installed: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E007: nor by whoever may no longer."""
    started: list[object] = []
    monkeypatch.setattr(review, "start_in_background", lambda *_, **__: started.append(1))
    test = opened(Page.THEMES, Role.TASK_FORCE)
    people.set_role(installed, f"Uji {Role.TASK_FORCE}", Role.FACILITATOR)
    button(test, "Analisis sekarang")
    assert started == []
    assert "Peran akun Anda" in test.error[0].value


def test_an_office(opened: Staff, heard: Heard) -> None:
    """E008: no theme, no number of children, no gathering."""
    test = opened(Page.HOME, Role.OFFICE)
    shown = words_on(test)
    assert "akan tampil di sini" in shown
    assert "<dd>" not in shown
    assert set(pages_for(Role.OFFICE)) == {Page.HOME, Page.ACCOUNT}


@pytest.mark.parametrize("role", list(Role))
def test_how_many_wait(opened: Staff, heard: Heard, role: Role) -> None:
    """E009: one of two alerts may be about the facilitator who would read the number."""
    told = "menunggu petugas" in words_on(opened(Page.HOME, role))
    assert told is (may(role, Action.COUNT_ALERTS) and role is not Role.SAFEGUARDING_OFFICER)


def test_the_document() -> None:
    """E010: whoever changes a right also writes the file again (`make schema`)."""
    written = (ROOT / "docs" / "rights.md").read_text(encoding="utf-8")
    assert written == rights_document.document()
    assert set(rights_document.WORDS) == set(Action)


def _fill(test: AppTest, old: str, new: str, again: str) -> None:
    for field, typed in zip(test.text_input, (old, new, again), strict=True):
        field.input(typed)
    button(test, "Simpan kata sandi")


def test_the_own_account(opened: Staff, installed: Store, tokens: Mapping[Role, str]) -> None:
    """E011: errors with a remedy, a yes before all devices are out, and the history."""
    name, new = f"Uji {Role.OFFICE}", "sumur lonceng genteng"
    with pytest.raises(SuaraError):
        people.sign_in(installed, name, "bukan-sandinya", address="10.0.0.9")
    test = opened(Page.ACCOUNT, Role.OFFICE)
    assert "<td>Ditolak: kata sandi salah</td><td>10.0.0.9</td>" in words_on(test)
    _fill(test, "bukan-sandinya", new, new)
    assert "Kata sandi lama salah" in test.error[0].value
    _fill(test, PASSWORD, "kotakediri2026", "kotakediri2026")
    assert "mudah ditebak" in test.error[0].value
    _fill(test, PASSWORD, new, new)
    assert "Kata sandi diganti" in test.success[0].value
    assert [field.value for field in test.text_input] == ["", "", ""]
    assert people.sign_in(installed, name, new)
    button(test, "Keluar di semua perangkat")
    assert people.staff_by_token(installed, tokens[Role.OFFICE])
    button(test, "Batal")
    button(test, "Keluar di semua perangkat")
    button(test, "Ya, keluar semua")
    assert "href=/masuk" in words_on(test)
    assert people.staff_by_token(installed, tokens[Role.OFFICE]) is None
