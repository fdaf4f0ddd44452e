"""Promises of the weekly sample: a person reads some of what raised no alert.

L001  2 %, at least 20, at most 200 of the comments of a week that is over, each week once, by lot.
L002  Comments with an alert, not yet screened, of a demo round, skipped or of a week to come are
      not drawn; weeks without the app are made up for.
L003  Only the officer reads them, one by one; each opening is written down, without a word of it.
L004  A missed one becomes a case with its step; a harmless one teaches, and can be taken back.
L005  The interval is the exact one of Clopper and Pearson; the estimate never claims more than was
      there, nor less than was found.
L006  What a child withdraws leaves the sample, also between drawing and reading.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from listening import find
from rows import all_text
from tablet import Tablet

from survey_app import safeguarding, sampling
from survey_app.errors import SignInError
from survey_app.gathering import Gathering
from survey_app.people import Role, StaffMember
from survey_app.screening import Screener
from survey_app.store import Store, alerts, people, samples
from survey_app.store.cases import Judgement, Step
from survey_app.store.findings import CommentRef
from survey_app.store.responses import Intake
from survey_app.store.samples import WeekOfSamples
from survey_app.store.tables import Audit, Responses, Rounds, SampledComments

MONDAY = datetime(2027, 1, 10, 17, tzinfo=UTC)  # the 11th, midnight in Kediri
LAST_WEEK = MONDAY - timedelta(days=3)


@pytest.fixture
def officer(store: Store) -> StaffMember:
    """Who reads the sample."""
    return people.add_staff(store, "Bu PPA", "kapal-layar-biru", Role.SAFEGUARDING_OFFICER)


def hear(store: Store, intake: Intake, gathering: Gathering, *texts: str | None) -> list[Tablet]:
    """One child each; screened, and last heard of a few days ago."""
    tablets = [Tablet(store, gathering) for _ in texts]
    sent = [one.envelope({"cerita": text}) for one, text in zip(tablets, texts, strict=True)]
    intake.submit(sent).result(timeout=20)
    while Screener(store, find).look():
        pass
    with store.writing() as connection:
        connection.execute(sa.update(Responses).values(heard_at=LAST_WEEK))
    return tablets


def drawn(store: Store) -> list[Any]:
    """The rows of the sample."""
    with store.reading() as connection:
        return list(connection.execute(sa.select(SampledComments).order_by(SampledComments.id)))


def test_twenty_of_a_week(store: Store, intake: Intake, gathering: Gathering) -> None:
    """L001: in the middle of the next week, and again an hour later."""
    hear(store, intake, gathering, *(f"taman {number}" for number in range(50)))
    assert sampling.draw_what_is_over(store, now=MONDAY + timedelta(days=2)) == 20
    assert sampling.draw_what_is_over(store, now=MONDAY + timedelta(days=2, hours=1)) == 0
    rows = drawn(store)
    assert {row.drawn_from for row in rows} == {50}
    assert len({row.response_id for row in rows}) == 20
    assert {row.drawn_at for row in rows} == {MONDAY}
    (week,) = samples.weeks(store, most=8)
    assert (week.comments, week.drawn, week.read, week.missed) == (50, 20, 0, 0)


@pytest.mark.parametrize(
    ("comments", "expected"), [(5, 5), (1_000, 20), (1_100, 22), (99_999, 200)]
)
def test_how_many(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, comments: int, expected: int
) -> None:
    """L001: the rule, for weeks of every size."""
    asked: list[int] = []

    def draw(_store: object, _connection: object, found: range, number: int) -> list[object]:
        asked.append(min(number, len(found)))
        return []

    monkeypatch.setattr(samples, "_unflagged", lambda *_: range(comments))
    monkeypatch.setattr(samples, "_with_words", draw)
    sampling.draw_what_is_over(sqlite_store, now=MONDAY)
    assert asked == [expected]


def test_by_lot(sqlite_store: Store) -> None:
    """L001: whatever stands first in the database; every one may be the first to be read."""
    rows = [type("Row", (), {"response_id": str(n), "question_key": "x"})() for n in range(30)]
    with pytest.MonkeyPatch.context() as patched, sqlite_store.reading() as connection:
        patched.setattr(samples, "legible_text", lambda *_: "taman")
        first = {
            samples._with_words(sqlite_store, connection, rows, 1)[0].response_id
            for _ in range(200)
        }
    assert len(first) > 20


def test_what_is_not_drawn(store: Store, intake: Intake, gathering: Gathering) -> None:
    """L002: flagged, skipped, blank, not screened, this week's; and nothing of a demo round."""
    hear(store, intake, gathering, "aku dipukul", None, "  ", "taman")
    intake.submit([Tablet(store, gathering).envelope({"cerita": "lampu"})]).result(timeout=20)
    with store.writing() as connection:
        connection.execute(sa.update(Responses).values(heard_at=LAST_WEEK))
    fresh = Tablet(store, gathering)
    intake.submit([fresh.envelope({"cerita": "kali"}, finished=False)]).result(timeout=20)
    with store.writing() as connection:
        mine = sa.update(Responses).where(Responses.id == fresh.id)
        connection.execute(mine.values(heard_at=MONDAY, screened=Responses.content_hash))
        connection.execute(sa.update(Rounds).values(demo=True))
    assert sampling.draw_what_is_over(store, now=MONDAY + timedelta(days=1)) == 0
    with store.writing() as connection:
        connection.execute(sa.text("DELETE FROM installation WHERE key = 'sampled_until'"))
        connection.execute(sa.update(Rounds).values(demo=False))
    assert sampling.draw_what_is_over(store, now=MONDAY + timedelta(days=1)) == 1


def test_weeks_without_the_app(store: Store, intake: Intake, gathering: Gathering) -> None:
    """L002: drawn when it runs again, each week by itself; what was drawn is not drawn twice."""
    sampling.draw_what_is_over(store, now=MONDAY - timedelta(days=14))
    children = hear(store, intake, gathering, "taman", "lampu")
    with store.writing() as connection:
        mine = sa.update(Responses).where(Responses.id == children[0].id)
        connection.execute(mine.values(heard_at=LAST_WEEK - timedelta(days=7)))
    assert sampling.draw_what_is_over(store, now=MONDAY) == 2
    assert [week.comments for week in samples.weeks(store, most=8)] == [1, 1]


def test_read_one_by_one(
    store: Store, intake: Intake, gathering: Gathering, officer: StaffMember
) -> None:
    """L003: nobody else; what is open stays open until it is judged."""
    hear(store, intake, gathering, "taman indah")
    sampling.draw_what_is_over(store, now=MONDAY)
    for role in set(Role) - {Role.SAFEGUARDING_OFFICER}:
        other = people.add_staff(store, role.value, "kapal-layar-biru", role)
        for ask in (
            lambda other=other: sampling.weeks(store, other),
            lambda other=other: sampling.open_next(store, other),
            lambda other=other: sampling.judge(store, other, 1, Judgement.NONE),
            lambda other=other: sampling.take_back(store, other, 1),
        ):
            with pytest.raises(SignInError):
                ask()
    first, again = (sampling.open_next(store, officer) for _ in range(2))
    assert first is not None
    assert first == again
    assert first.text == "taman indah"
    assert "taman" not in repr(first)
    with store.reading() as connection:
        entries = [f"{row.event} {row.facts}" for row in connection.execute(sa.select(Audit))]
    assert sum(line.startswith("sample_read") for line in entries) == 2
    assert not any("taman" in line for line in entries)


def test_missed(store: Store, intake: Intake, gathering: Gathering, officer: StaffMember) -> None:
    """L004: a case that waits, urgent, with who judged it; a second look at the words leaves it."""
    (child,) = hear(store, intake, gathering, "aku takut pulang")
    sampling.draw_what_is_over(store, now=MONDAY)
    sample = sampling.open_next(store, officer)
    assert sample is not None
    number = sampling.judge(store, officer, sample.id, Judgement.URGENT)
    assert number is not None
    assert sampling.judge(store, officer, sample.id, Judgement.NONE) is None
    assert not sampling.take_back(store, officer, sample.id)
    (one,) = safeguarding.queue(store, officer)
    assert (one.id, one.weight, one.category) == (number, "urgent", "terlewat")
    assert [step.step for step in one.steps] == [Step.JUDGE_URGENT]
    opened = safeguarding.open_words(store, officer, number)
    assert opened is not None
    assert opened.text == "aku takut pulang"
    with store.writing() as connection:
        connection.execute(sa.update(Responses).values(screened=""))
    Screener(store, find).look()
    assert len(safeguarding.queue(store, officer)) == 1
    assert alerts.judgements(store, gathering.round_id) == {
        CommentRef(child.id, "cerita"): Judgement.URGENT  # type: ignore[arg-type]
    }
    assert sampling.weeks(store, officer)[0].missed == 1


def test_harmless(store: Store, intake: Intake, gathering: Gathering, officer: StaffMember) -> None:
    """L004: it teaches the next analysis; taken back it does not, and is read again."""
    (child,) = hear(store, intake, gathering, "taman")
    sampling.draw_what_is_over(store, now=MONDAY)
    sample = sampling.open_next(store, officer)
    assert sample is not None
    assert sampling.judge(store, officer, sample.id, Judgement.NONE) is None
    assert sampling.open_next(store, officer) is None
    assert samples.judged_harmless(store, gathering.round_id) == {CommentRef(child.id, "cerita")}  # type: ignore[arg-type]
    assert safeguarding.queue(store, officer) == ()
    assert sampling.take_back(store, officer, sample.id)
    assert samples.judged_harmless(store, gathering.round_id) == set()
    assert sampling.open_next(store, officer) == sample


# scipy.stats.binomtest(missed, read).proportion_ci(method="exact"), version 1.16.
@pytest.mark.parametrize(
    ("missed", "read", "low", "high"),
    [
        (0, 20, 0.0, 0.16843347098308548),
        (1, 20, 0.0012650894979560339, 0.24873276277202772),
        (3, 160, 0.0038835184430136074, 0.05381561154787645),
        (20, 20, 0.8315665290169145, 1.0),
        (40, 1600, 0.017919053513485887, 0.033888520029911204),
    ],
)
def test_the_interval(missed: int, read: int, low: float, high: float) -> None:
    """L005: as published software computes it."""
    assert sampling.interval(missed, read) == pytest.approx((low, high), abs=1e-9)


def test_it_covers() -> None:
    """L005: of 400 samples from a known share at least 95 in 100 intervals hold it."""
    chance = random.Random(7)
    covered = 0
    for _ in range(400):
        missed = sum(chance.random() < 0.04 for _ in range(60))
        low, high = sampling.interval(missed, 60)
        covered += low <= 0.04 <= high
    assert covered >= 380


def test_the_estimate() -> None:
    """L005: within what is possible; nothing read, nothing said."""
    week = WeekOfSamples(MONDAY, comments=312, drawn=20, read=20, missed=1)
    assert sampling.misses(week) == sampling.Misses(likely=16, low=1, high=78)
    all_read = WeekOfSamples(MONDAY, comments=20, drawn=20, read=20, missed=1)
    assert sampling.misses(all_read) == sampling.Misses(likely=1, low=1, high=1)
    assert sampling.misses(WeekOfSamples(MONDAY, 312, 20, 0, 0)) is None
    assert sampling.share([week, all_read])[:2] == (40, 2)
    assert sampling.share([])[2:] == (0.0, 1.0)


def test_withdrawn(
    store: Store, intake: Intake, gathering: Gathering, officer: StaffMember
) -> None:
    """L006: before it was opened, and while it lies open."""
    children = hear(store, intake, gathering, "taman kita", "taman kota")
    sampling.draw_what_is_over(store, now=MONDAY)
    sample = sampling.open_next(store, officer)
    assert sample is not None
    intake.submit([one.withdrawal() for one in children]).result(timeout=20)
    assert sampling.judge(store, officer, sample.id, Judgement.URGENT) is None
    assert sampling.open_next(store, officer) is None
    assert "taman k" not in all_text(store)
    assert sampling.weeks(store, officer) == ()
