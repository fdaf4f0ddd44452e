"""Catatan in Indonesian: the log's own words are for programs.

XB01  Every event has an Indonesian wording, and so has every end of a try to sign in.
XB02  Every fact that any line of the app notes has one, and so has every value that is a word.
XB03  A line tells what was done, to whose account by name, in one order; an unknown word stays.
"""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import survey_app
from survey_app.gathering import GatheringState
from survey_app.pages import audit_words
from survey_app.people import Role, StaffId
from survey_app.store import expiry
from survey_app.store.audit import Entry, Event
from survey_app.store.cases import Judgement, Step
from survey_app.store.layer import Change
from survey_app.store.sign_ins import Outcome


def noted() -> list[tuple[str, str | None]]:
    """Each fact that some call of ``note`` names, with its value where that is a word."""
    found: list[tuple[str, str | None]] = []
    for path in Path(survey_app.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else None
            name = call.func.id if isinstance(call.func, ast.Name) else name
            if name != "note":
                continue
            for one in call.keywords:
                value = one.value.value if isinstance(one.value, ast.Constant) else None
                if one.arg:
                    found.append((one.arg, value if isinstance(value, str) else None))
    return found


def test_every_event() -> None:
    """XB01: also one that somebody adds tomorrow."""
    assert set(audit_words.EVENTS) == set(Event)
    assert set(audit_words.OUTCOMES) == set(Outcome)
    assert len(set(audit_words.EVENTS.values())) == len(Event)


def test_every_fact() -> None:
    """XB02: read from the code that notes them."""
    found = noted()
    assert {"change", "staff", "role", "gathering", "outcome"} <= {name for name, _ in found}
    assert {name for name, _ in found} - set(audit_words.FACTS) == set()
    words = {(name, value) for name, value in found if value is not None}
    unknown = {(n, v) for n, v in words if v not in audit_words.VALUES.get(n, {})}
    assert unknown == set()


def test_everything_that_goes_by_age() -> None:
    """XB02: a deletion notes the number of each kind by the name of the kind."""
    assert set(expiry.KINDS) <= set(audit_words.FACTS)


@pytest.mark.parametrize(
    ("fact", "values"),
    [
        ("change", [*GatheringState, *Change]),
        ("outcome", list(Outcome)),
        ("role", list(Role)),
        ("step", list(Step)),
        ("judged", list(Judgement)),
    ],
)
def test_every_value(fact: str, values: list[str]) -> None:
    """XB02: of what is noted by its name in the code."""
    assert {str(value) for value in values} <= {str(one) for one in audit_words.VALUES[fact]}


@pytest.mark.parametrize(
    ("event", "facts", "told"),
    [
        (Event.GATHERING_CHANGED, {"gathering": 10, "change": "opened"},
         "dibuka · pertemuan nomor 10"),
        (Event.STAFF_CHANGED, {"staff": 2, "role": "office", "change": "role"},
         "peran diganti · peran Perangkat daerah · akun Bu Guru"),
        (Event.STAFF_CHANGED, {"staff": 9, "change": "off"}, "dinonaktifkan · akun 9"),
        (Event.SIGN_IN_REFUSED, {"staff": 0, "outcome": "wrong_code"},
         "ditolak: kode salah · akun yang tidak dikenal"),
        (Event.EXPORTED, {"table": "responses", "rows": 3, "round": 1, "free_text": 0,
                          "format": "csv"},
         "putaran nomor 1 · tabel jawaban · 3 baris · berkas csv · tanpa teks anak"),
        (Event.SIGNED_IN, {}, ""),
        (Event.DELETED, {"esok": "lain"}, "esok lain"),
    ],
)  # fmt: skip
def test_a_line(event: Event, facts: dict[str, str | int], told: str) -> None:
    """XB03: what, to whom, how much."""
    one = Entry(1, datetime.now(UTC), None, "Bu Uji", event.value, facts)
    assert audit_words.details(one, accounts={StaffId(2): "Bu Guru"}) == told
    assert not re.search(r"[a-z]_[a-z]", audit_words.event(one))
