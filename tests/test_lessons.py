"""What an officer says reaches the next verdict: by a whole run, and by a screening that runs.

E001  Disclosures that were missed, found in the weekly sample: after `suara analyse` similar words
      of a child nobody has read are an alert; before they were none.
E002  False alarms judged harmless: similar words raise none, neither in a run nor in the screening.
E003  A running screening learns within half a minute, without a restart, and forgets what is taken
      back or withdrawn; where learning fails it goes on as before.
E004  What was judged in one round teaches in the others; a demo round teaches nobody.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from classroom import opened_gathering
from commands import run_here
from listening import find
from reading import read_round
from tablet import Tablet

import analysis
from survey_app import cli, safeguarding, sampling, screening
from survey_app.gathering import Gathering
from survey_app.people import Role, StaffMember
from survey_app.questionnaire import Questionnaire
from survey_app.screening import Screener
from survey_app.store import Store, lessons, people
from survey_app.store.cases import Judgement, Step
from survey_app.store.responses import Intake
from survey_app.store.tables import (
    Alerts,
    Answers,
    Comments,
    Responses,
    Rounds,
    SampledComments,
)

MONDAY = datetime(2027, 1, 10, 17, tzinfo=UTC)
# What the detector as delivered passes over, and what it takes for a danger.
MISSED = (
    "pak kebun ngajak aku ke gudang",
    "diajak pak kebun ke gudang lagi",
    "pak kebun ngajak ke gudang terus",
    "pak kebun ngajak kita ke gudang belakang",
)
LIKE_MISSED = "pak kebun suka ngajak ke gudang"
ALARMS = (
    "aku tidak mau ke gudang lagi",
    "aku tidak mau ke gudang olahraga lagi",
    "aku tidak mau ambil bola ke gudang lagi",
    "aku tidak mau ke gudang lagi bau",
)
LIKE_ALARMS = "aku tidak mau ke gudang lagi berdebu"


@pytest.fixture
def officer(sqlite_store: Store) -> StaffMember:
    """Who judges."""
    return people.add_staff(sqlite_store, "Bu PPA", "kapal-layar-biru", Role.SAFEGUARDING_OFFICER)


@pytest.fixture
def intake(sqlite_store: Store) -> Iterator[Intake]:
    """The writer of that store."""
    writer = Intake(sqlite_store)
    yield writer
    writer.close()


@pytest.fixture
def classroom(sqlite_store: Store, questionnaire: Questionnaire, tmp_path: Path) -> Gathering:
    """An open gathering of a round."""
    return opened_gathering(sqlite_store, questionnaire, tmp_path)


@pytest.fixture
def plain(sqlite_store: Store) -> Screener:
    """A screening that nobody teaches."""
    return Screener(sqlite_store, analysis.AlertDetector().fit().predict)


@pytest.fixture
def screener(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> Screener:
    """The screening as its process runs it; it looks for lessons each time."""
    monkeypatch.setattr(screening, "LEARN_EVERY", 0.0)
    detector = analysis.AlertDetector().fit()
    return Screener(sqlite_store, detector.predict, teach=detector.correct)


def tell(intake: Intake, gathering: Gathering, *texts: str) -> list[Tablet]:
    """One child each."""
    tablets = [Tablet(intake._store, gathering) for _ in texts]
    sent = [one.envelope({"cerita": text}) for one, text in zip(tablets, texts, strict=True)]
    intake.submit(sent).result(timeout=20)
    return tablets


def level_of(store: Store, child: Tablet) -> str | None:
    """Of the alert about what this child wrote."""
    with store.reading() as connection:
        return connection.scalar(sa.select(Alerts.level).where(Alerts.response_id == child.id))


def read_the_sample(store: Store, officer: StaffMember, judged: Judgement) -> None:
    """As the page does it: last week's is drawn, opened one by one, and judged."""
    with store.writing() as connection:
        connection.execute(sa.update(Responses).values(heard_at=MONDAY - timedelta(days=3)))
    assert sampling.draw_what_is_over(store, now=MONDAY)
    while sample := sampling.open_next(store, officer):
        sampling.judge(store, officer, sample.id, judged)


def say_harmless(store: Store, officer: StaffMember) -> None:
    """As the page does it, of every case: taken, judged, and free for the themes."""
    for case in safeguarding.queue(store, officer):
        for step in (Step.TAKE, Step.JUDGE_NONE, Step.RELEASE):
            safeguarding.act(store, officer, case.id, step)


def analyse(store: Store, data_dir: Path) -> None:
    """`suara analyse`, as the city types it: the newest round."""
    said = {
        "SUARA_DATA_DIR": str(data_dir),
        "SUARA_DATABASE_URL": store.engine.url.render_as_string(hide_password=False),
    }
    done = run_here(cli.main, ["analyse"], environment=os.environ | said)
    assert done.returncode == 0, done.stderr


def test_what_was_missed(
    sqlite_store: Store,
    data_dir: Path,
    intake: Intake,
    classroom: Gathering,
    officer: StaffMember,
    plain: Screener,
    screener: Screener,
) -> None:
    """E001, E003: once the sample is read, the run finds it, and the screening of the next one."""
    missed = tell(intake, classroom, *MISSED)
    screener.look()
    assert {level_of(sqlite_store, one) for one in missed} == {None}
    read_the_sample(sqlite_store, officer, Judgement.URGENT)
    (unread,) = tell(intake, classroom, LIKE_MISSED)
    plain.look()
    assert level_of(sqlite_store, unread) is None
    analyse(sqlite_store, data_dir)
    assert level_of(sqlite_store, unread) == "urgent"
    (after,) = tell(intake, classroom, LIKE_MISSED)
    screener.look()
    assert level_of(sqlite_store, after) == "urgent"
    intake.submit([one.withdrawal() for one in missed]).result(timeout=20)
    (forgotten,) = tell(intake, classroom, LIKE_MISSED)
    screener.look()
    assert level_of(sqlite_store, forgotten) is None


def test_false_alarms(
    sqlite_store: Store,
    data_dir: Path,
    intake: Intake,
    classroom: Gathering,
    officer: StaffMember,
    plain: Screener,
    screener: Screener,
) -> None:
    """E002: without the judgement it would be an alert; with it neither of the two raises one."""
    alarms = tell(intake, classroom, *ALARMS)
    screener.look()
    assert None not in {level_of(sqlite_store, one) for one in alarms}
    (before,) = tell(intake, classroom, LIKE_ALARMS)
    plain.look()
    assert level_of(sqlite_store, before) == "urgent"
    intake.submit([before.withdrawal()]).result(timeout=20)
    say_harmless(sqlite_store, officer)
    (after,) = tell(intake, classroom, LIKE_ALARMS)
    screener.look()
    assert level_of(sqlite_store, after) is None
    analyse(sqlite_store, data_dir)
    assert level_of(sqlite_store, after) is None


@pytest.mark.parametrize("demo", [False, True])
def test_other_rounds(
    sqlite_store: Store,
    data_dir: Path,
    intake: Intake,
    questionnaire: Questionnaire,
    tmp_path: Path,
    officer: StaffMember,
    plain: Screener,
    demo: bool,
) -> None:
    """E004: the run of a round nobody has judged anything in."""
    last_year = opened_gathering(sqlite_store, questionnaire, tmp_path)
    tell(intake, last_year, *MISSED)
    plain.look()
    read_the_sample(sqlite_store, officer, Judgement.URGENT)
    with sqlite_store.writing() as connection:
        connection.execute(sa.update(Rounds).values(demo=demo))
    this_year = opened_gathering(sqlite_store, questionnaire, tmp_path)
    (unread,) = tell(intake, this_year, LIKE_MISSED)
    plain.look()
    assert len(lessons.judged(sqlite_store)) == (0 if demo else len(MISSED))
    assert lessons.judged(sqlite_store, but=last_year.round_id) == frozenset()
    if not demo:
        analyse(sqlite_store, data_dir)
        assert level_of(sqlite_store, unread) == "urgent"


def test_judged_harmless_and_taken_back(
    sqlite_store: Store,
    intake: Intake,
    classroom: Gathering,
    officer: StaffMember,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """E003: told once, told again when it changes; learning that fails stops no screening."""
    monkeypatch.setattr(screening, "LEARN_EVERY", 0.0)
    told: list[list[tuple[str, object]]] = []

    def teach(texts: Sequence[str], levels: Sequence[object]) -> None:
        told.append(list(zip(texts, levels, strict=True)))
        raise ValueError(texts)

    screener = Screener(sqlite_store, find, teach=teach)
    tell(intake, classroom, "taman", "lampu mati")
    screener.look()
    read_the_sample(sqlite_store, officer, Judgement.NONE)
    for _ in range(2):
        screener.look()
    assert [sorted(one) for one in told] == [[("lampu mati", None), ("taman", None)]]
    with sqlite_store.reading() as connection:
        number = connection.scalar(sa.select(sa.func.min(SampledComments.id)))
    assert sampling.take_back(sqlite_store, officer, number)  # type: ignore[arg-type]
    (child,) = tell(intake, classroom, "aku dipukul")
    screener.look()
    assert len(told[-1]) == 1
    assert level_of(sqlite_store, child) == "urgent"


def test_where_words_are_gone(
    sqlite_store: Store, intake: Intake, classroom: Gathering, officer: StaffMember, plain: Screener
) -> None:
    """E003: what was typed is over its period: the masked comment teaches; without one, nothing."""
    tell(intake, classroom, *MISSED[:2])
    plain.look()
    read_the_sample(sqlite_store, officer, Judgement.NONE)
    read_round(sqlite_store, classroom.round_id)
    first, second = sorted(one.ref.response_id for one in lessons.judged(sqlite_store))
    with sqlite_store.writing() as connection:
        connection.execute(sa.delete(Answers))
        connection.execute(sa.update(Comments).values(masked="[nama] ngajak"))
        connection.execute(sa.delete(Comments).where(Comments.response_id == second))
    (left,) = lessons.judged(sqlite_store)
    assert (left.ref.response_id, left.typed) == (first, False)
    assert lessons.words(sqlite_store, [left]) == [("[nama] ngajak", Judgement.NONE)]
