"""Promises of taking everything back.

X001  Whichever way a child takes it back, by words or on the tablet, nothing of it is left: not in
      any table, the files once written anew, an export, a theme, what the analysis reads and
      starts from, alerts, quarantine or samples, nor in the log.
X002  What stays is an empty row; a late copy from another tablet changes nothing.
X003  Guardians come first at every door: no gathering for anybody under 18 opens without them.
"""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from classroom import plan_for
from reading import read_round
from rows import all_text, responses_in, rows_in
from tablet import FULL_ANSWERS, Tablet
from test_safeguarding import found

import analysis
from survey_app import evidence, review
from survey_app.errors import GatheringError
from survey_app.evidence import ExportFormat
from survey_app.gathering import Gathering, GatheringState, RoundId
from survey_app.people import Program, Role, StaffMember
from survey_app.questionnaire import AgeBand, Questionnaire
from survey_app.store import (
    Store,
    alerts,
    gatherings,
    people,
    responses,
    returns,
    sealing,
    standing,
    theme_events,
    themes,
)
from survey_app.store.cases import AlertLevel
from survey_app.store.database import now
from survey_app.store.findings import ThemeKey
from survey_app.store.responses import Intake
from survey_app.store.tables import Alerts, Answers, Gatherings, Quarantine, SampledComments

WORDS = "kucing-merah-apel"
STORY = "kolam ikan koi sing jembar"
TRACES = ("ikan koi", "jembar")  # nothing so short that sealed text may spell it


@pytest.fixture
def child(store: Store, intake: Intake, gathering: Gathering) -> Tablet:
    """Who wrote something no other did, in every place where words may lie."""
    others = [Tablet(store, gathering) for _ in range(6)]
    mine = Tablet(store, gathering)
    fork = mine.envelope({"cerita": f"draf {STORY}", "wajah": 3}, finished=False)
    shorter = mine.envelope({"wajah": 3}, finished=False)
    done = mine.envelope(
        FULL_ANSWERS | {"cerita": STORY, "usul": f"bikin {STORY}", "wajah": 99},
        return_words=WORDS,
        talk_to_adult=True,
    )
    for one in (fork, shorter, done, *(other.envelope() for other in others)):
        intake.submit([one]).result(timeout=20)
    found(store, {STORY: AlertLevel.CONCERN})
    read_round(store, gathering.round_id)
    _sample(store, mine, gathering)
    chief = people.add_staff(store, "Bu Uji", "kapal-layar-biru", Role.TASK_FORCE)
    theme = ThemeKey("tema-cerita")
    theme_events.rename(store, gathering.round_id, theme, STORY, by=chief)
    return mine


def _sample(store: Store, child: Tablet, gathering: Gathering) -> None:
    with store.writing() as connection:
        connection.execute(
            sa.insert(SampledComments).values(
                response_id=child.id, question_key="usul", round_id=gathering.round_id,
                drawn_from=7, drawn_at=now(),
            )
        )  # fmt: skip


def _sealed(store: Store, child: Tablet) -> list[bytes]:
    """How the words stand in the file: a copy of these would be a trace as well."""
    with store.reading() as connection:
        return [
            stored.encode()
            for column in (Answers.value, Quarantine.content, Alerts.reason)
            for stored in connection.scalars(
                sa.select(column).where(column.class_.response_id == child.id, column != "")
            )
        ]


@pytest.mark.parametrize("way", ["words", "tablet"])
def test_no_trace(
    store: Store,
    intake: Intake,
    gathering: Gathering,
    child: Tablet,
    way: str,
    database_url: str,
    tmp_path: Path,
) -> None:
    """X001: everywhere it was before, looked at again afterwards."""
    before = all_text(store)
    sealed = _sealed(store, child)
    assert all(trace in before for trace in TRACES)
    assert len(sealed) > len(FULL_ANSWERS)
    if way == "words":
        assert returns.withdraw(store, gathering.code, WORDS)
    else:
        intake.submit([child.withdrawal()]).result(timeout=20)
    _is_gone(store, gathering, child)
    read_round(store, gathering.round_id)
    _is_gone(store, gathering, child)
    sealing.sweep(store)
    if database_url.startswith("sqlite"):
        held = b"".join(one.read_bytes() for one in tmp_path.glob("suara.db*"))
        assert not [one for one in (*sealed, *(trace.encode() for trace in TRACES)) if one in held]


def _is_gone(store: Store, gathering: Gathering, child: Tablet) -> None:
    text = all_text(store)
    assert not [trace for trace in TRACES if trace in text]
    for table in (Alerts, Quarantine, SampledComments, Answers):
        assert child.id not in {row["response_id"] for row in rows_in(store, table.__table__)}
    assert not (*alerts.open_cases(store), *alerts.closed_cases(store))
    round_id = gathering.round_id
    read = responses.free_text_answers(store, round_id)
    assert child.id not in {one.ref.response_id for one in read}
    stood = standing.standing_themes(store, round_id)
    assert child.id not in {ref.response_id for one in stood for ref in one.comments}
    state = analysis.recall(review._known(one) for one in stood)
    shown = [repr(state), repr(themes.all_themes(store, round_id)), repr(_exports(store, round_id))]
    assert not [trace for trace in (*TRACES, child.id) if trace in "".join(shown)]


def _exports(store: Store, round_id: RoundId) -> list[bytes]:
    made = []
    for kind in ExportFormat:
        for free_text in (False, True):
            made.append(
                evidence.export_responses(
                    store, round_id, kind, by=Program.COMMAND_LINE, free_text=free_text
                )
            )
        made.append(evidence.export_children(store, round_id, kind, by=Program.COMMAND_LINE))
    return made


def test_what_stays(
    store: Store, intake: Intake, gathering: Gathering, child: Tablet, tmp_path: Path
) -> None:
    """X002: a gravestone that tells nothing, and a copy that was on its way."""
    late = child.envelope({"cerita": STORY})
    assert returns.withdraw(store, gathering.code, WORDS)
    assert [one.outcome.value for one in intake.submit([late]).result(timeout=20)] == ["withdrawn"]
    (row,) = [row for row in responses_in(store) if row["id"] == child.id]
    kept = {"id", "gathering_id", "revision", "finished", "first_heard_at", "heard_at"}
    assert not [
        name for name, value in row.items() if value and name not in kept | {"withdrawn_at"}
    ]
    assert gatherings.progress(store, gathering.id).started == 6
    _is_gone(store, gathering, child)


@pytest.mark.parametrize("band", list(AgeBand))
def test_guardians_first(
    store: Store, questionnaire: Questionnaire, tmp_path: Path, band: AgeBand
) -> None:
    """X003: the store itself refuses, whoever asks; page: G004, command: C003."""
    facilitator = people.add_staff(store, "Pak Uji", "kapal-layar-biru", Role.FACILITATOR)
    plan = plan_for(store, questionnaire, folder=tmp_path)
    askers: tuple[StaffMember | Program, ...] = (facilitator, *Program)
    for by in askers:
        with pytest.raises(GatheringError, match="izin wali"):
            gatherings.open_gathering(
                store, replace(plan, age_band=band, guardian_consent=False), by=by
            )
    assert not gatherings.all_gatherings(store)


def test_no_way_round_by_opening_again(store: Store, gathering: Gathering) -> None:
    """X003: also a gathering from elsewhere, without the consent, is not opened again."""
    with store.writing() as connection:
        connection.execute(sa.update(Gatherings).values(guardian_consent=False, state="paused"))
    with pytest.raises(GatheringError, match="izin wali"):
        gatherings.set_state(store, gathering.id, GatheringState.OPEN, by=Program.COMMAND_LINE)
    for state in (GatheringState.CLOSED, GatheringState.ARCHIVED):
        gatherings.set_state(store, gathering.id, state, by=Program.COMMAND_LINE)
