"""Promises of the officer's cases: what is done about a child's words, and by whom.

Q001  Cases stand in the order urgent, wish to talk, unscreened, concern; the oldest first in each.
Q002  Only the officer reads cases, words and notes, and acts on them; others know a number.
Q003  Each opening of words and each step is an entry in the audit log, without a word of the child.
Q004  A case is taken, worked on, proposed as done, closed by a second officer, and opened again.
Q005  What two officers press at once happens once; the second is told.
Q006  A note, a proposal and a referral that say nothing are refused with a remedy.
Q007  The clock runs from arrival until somebody acted, against the city's target.
Q008  What an officer judged the next analysis takes as said; what he released stands in a theme and
      is never quoted; what he kept back stands in none.
Q009  A withdrawal removes alerts nobody works on; an open case stays without the child's words.
Q010  Closed cases come by pages, the newest first, found by a search whatever their page.
"""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from reading import read_round
from rows import all_text
from tablet import Tablet

from survey_app import review, safeguarding
from survey_app.errors import SignInError, StoreError
from survey_app.gathering import Gathering
from survey_app.people import Role, StaffMember
from survey_app.safeguarding import Refer
from survey_app.store import Store, alerts, findings, people, responses, themes
from survey_app.store import screening as shelf
from survey_app.store.alerts import AlertId, Case
from survey_app.store.cases import AlertLevel, AlertState, Judgement, Referral, Step
from survey_app.store.database import now
from survey_app.store.findings import FoundAlert
from survey_app.store.responses import Intake
from survey_app.store.screening import Looked
from survey_app.store.tables import Audit

WORDS = "aku dipukul paman"
NOTE = "Sudah bicara dengan wali kelas"


@pytest.fixture
def officers(store: Store) -> tuple[StaffMember, StaffMember]:
    """Two of them."""
    return tuple(  # type: ignore[return-value]
        people.add_staff(store, name, "kapal-layar-biru", Role.SAFEGUARDING_OFFICER)
        for name in ("Bu PPA", "Pak PPA")
    )


def found(store: Store, levels: dict[str, AlertLevel]) -> None:
    """Screen everything that waits; ``levels`` says which words raise which alert."""
    looked = []
    for one in shelf.unread(store, most=100):
        raised = {
            question: FoundAlert(levels[text], "perundungan", f"kata '{text}'", "uji")
            for question, text in one.texts.items()
            if text in levels
        }
        looked.append(Looked(one, raised))
    shelf.save(store, looked)


@pytest.fixture
def told(store: Store, intake: Intake, gathering: Gathering) -> Tablet:
    """A child who told of harm."""
    child = Tablet(store, gathering)
    intake.submit([child.envelope({"cerita": WORDS, "usul": "lampu"})]).result(timeout=20)
    found(store, {WORDS: AlertLevel.URGENT})
    return child


def only(store: Store, officer: StaffMember) -> Case:
    """The one case there is."""
    (one,) = safeguarding.queue(store, officer)
    return one


def entries(store: Store) -> list[str]:
    """The audit log: what and its facts."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(Audit.event, Audit.facts).order_by(Audit.id))
        return [f"{event} {facts}" for event, facts in rows if event.startswith("alert")]


def test_order(
    store: Store,
    intake: Intake,
    gathering: Gathering,
    officers: tuple[StaffMember, StaffMember],
) -> None:
    """Q001: whatever came first; what a person judged goes before what was found."""
    levels = {"a": AlertLevel.CONCERN, "b": AlertLevel.UNSCREENED, "c": AlertLevel.URGENT}
    for text in ("a", "b", "c", "c"):
        sent = Tablet(store, gathering).envelope({"cerita": text}, talk_to_adult=text == "a")
        intake.submit([sent]).result(timeout=20)
        found(store, levels)
    cases = safeguarding.queue(store, officers[0])
    assert [one.level for one in cases] == ["urgent", "urgent", "talk", "unscreened", "concern"]
    assert cases[0].created_at <= cases[1].created_at
    assert [one.wants_to_talk for one in cases] == [False, False, True, False, True]
    last = cases[-1]
    safeguarding.act(store, officers[0], last.id, Step.TAKE)
    safeguarding.act(store, officers[0], last.id, Step.JUDGE_URGENT)
    assert last.id in [one.id for one in safeguarding.queue(store, officers[0])][:3]


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.SAFEGUARDING_OFFICER])
def test_nobody_else(
    store: Store, told: Tablet, officers: tuple[StaffMember, StaffMember], role: Role
) -> None:
    """Q002: every function refuses; a number is all that may be known."""
    number = only(store, officers[0]).id
    other = people.add_staff(store, "Orang lain", "kapal-layar-biru", role)
    for ask in (
        lambda: safeguarding.queue(store, other),
        lambda: safeguarding.closed(store, other, most=1),
        lambda: safeguarding.case(store, other, number),
        lambda: safeguarding.open_words(store, other, number),
        lambda: safeguarding.act(store, other, number, Step.TAKE),
        lambda: safeguarding.officers(store, other),
    ):
        with pytest.raises(SignInError):
            ask()
    assert safeguarding.waiting(store) == 1
    assert entries(store) == []


def test_everything_is_written_down(
    store: Store, told: Tablet, officers: tuple[StaffMember, StaffMember]
) -> None:
    """Q003: who opened it and what was done; neither words nor note."""
    one = only(store, officers[0])
    opened = safeguarding.open_words(store, officers[0], one.id)
    assert opened is not None
    assert (opened.text, opened.detector) == (WORDS, "uji")
    safeguarding.open_words(store, officers[1], one.id)
    safeguarding.act(store, officers[0], one.id, Step.TAKE)
    safeguarding.act(store, officers[0], one.id, Step.NOTE, note=NOTE)
    said = entries(store)
    assert [line.split()[0] for line in said] == ["alert_opened"] * 2 + ["alert_step"] * 2
    assert not any(WORDS in line or NOTE in line for line in said)
    case = safeguarding.case(store, officers[0], one.id)
    assert case is not None
    assert [step.note for step in case.steps] == [None, NOTE]
    assert only(store, officers[0]).steps[1].note is None
    assert safeguarding.open_words(store, officers[0], AlertId(999)) is None


def test_closed_by_two(
    store: Store, told: Tablet, officers: tuple[StaffMember, StaffMember]
) -> None:
    """Q004: in order; who proposes cannot confirm; reopened it goes on."""
    first, second = officers
    number = only(store, first).id
    with pytest.raises(StoreError, match="Langkah ini tidak bisa"):
        safeguarding.act(store, first, number, Step.NOTE, note=NOTE)
    safeguarding.act(store, first, number, Step.TAKE)
    refer = Refer(Referral.UPTD_PPA, date(2026, 11, 26))
    safeguarding.act(store, first, number, Step.REFER, refer=refer, today=date(2026, 11, 27))
    safeguarding.act(store, first, number, Step.PROPOSE, note=NOTE)
    assert only(store, first).state is AlertState.CLOSING
    with pytest.raises(SignInError, match="orang kedua"):
        safeguarding.act(store, first, number, Step.CONFIRM)
    safeguarding.act(store, second, number, Step.CONFIRM)
    assert safeguarding.queue(store, first) == ()
    ((one,), more) = safeguarding.closed(store, first, most=50)
    assert more == 0
    assert one.state is AlertState.CLOSED
    assert safeguarding.steps_for(one, first) == {Step.REOPEN}
    safeguarding.act(store, first, number, Step.REOPEN)
    one = only(store, first)
    assert one.state is AlertState.TAKEN
    made = [(step.step, step.name) for step in one.steps]
    assert made == [
        (Step.TAKE, "Bu PPA"),
        (Step.REFER, "Bu PPA"),
        (Step.PROPOSE, "Bu PPA"),
        (Step.CONFIRM, "Pak PPA"),
        (Step.REOPEN, "Bu PPA"),
    ]
    referred = one.last(Step.REFER)
    assert referred is not None
    assert (referred.referred_to, referred.referred_on) == (Referral.UPTD_PPA, "2026-11-26")
    assert safeguarding.officers(store, first) == 2


def test_both_press_at_once(
    store: Store, told: Tablet, officers: tuple[StaffMember, StaffMember]
) -> None:
    """Q005: the second saw a state that is no longer there, and changes nothing."""
    number = only(store, officers[0]).id
    seen = {"to": AlertState.TAKEN, "seen": AlertState.WAITING}
    alerts.add_step(store, officers[0], number, Step.TAKE, **seen)
    with pytest.raises(StoreError, match="sudah berubah"):
        alerts.add_step(store, officers[1], number, Step.TAKE, **seen)
    assert [step.name for step in only(store, officers[0]).steps] == ["Bu PPA"]
    safeguarding.act(store, officers[1], number, Step.TAKE)  # knowingly: the other one is ill
    taken = only(store, officers[0]).last(Step.TAKE)
    assert taken is not None
    assert taken.name == "Pak PPA"


def test_steps_that_say_nothing(
    store: Store, told: Tablet, officers: tuple[StaffMember, StaffMember]
) -> None:
    """Q006: an empty note, a proposal without a result, a referral to nobody or of tomorrow."""
    officer = officers[0]
    number = only(store, officer).id
    safeguarding.act(store, officer, number, Step.TAKE)
    for step, note in ((Step.NOTE, "  "), (Step.PROPOSE, ""), (Step.NOTE, "x" * 4_001)):
        with pytest.raises(StoreError, match="Catatan kosong"):
            safeguarding.act(store, officer, number, step, note=note)
    tomorrow = Refer(Referral.POLICE, date(2026, 11, 28))
    for refer in (None, tomorrow):
        with pytest.raises(StoreError, match="Rujukan belum lengkap"):
            safeguarding.act(
                store, officer, number, Step.REFER, refer=refer, today=date(2026, 11, 27)
            )
    assert len(only(store, officer).steps) == 1


def test_the_clock(store: Store, told: Tablet, officers: tuple[StaffMember, StaffMember]) -> None:
    """Q007: it goes on after taking, stops with the referral; concern has no target."""
    officer = officers[0]
    one = only(store, officer)
    later = one.created_at + timedelta(hours=25)
    clock = safeguarding.clock(one, target_hours=24, now=later)
    assert (clock.waited, clock.late, clock.stopped) == (timedelta(hours=25), True, False)
    assert not safeguarding.clock(one, target_hours=48, now=later).late
    safeguarding.act(store, officer, one.id, Step.TAKE)
    assert safeguarding.clock(only(store, officer), target_hours=24, now=later).late
    refer = Refer(Referral.SAPA_129, now().date())
    safeguarding.act(store, officer, one.id, Step.REFER, refer=refer)
    clock = safeguarding.clock(only(store, officer), target_hours=24, now=later)
    assert (clock.stopped, clock.late) == (True, False)
    safeguarding.act(store, officer, one.id, Step.JUDGE_CONCERN)
    assert safeguarding.clock(only(store, officer), target_hours=24, now=later).target is None


def test_released_and_kept_back(
    store: Store,
    intake: Intake,
    gathering: Gathering,
    told: Tablet,
    officers: tuple[StaffMember, StaffMember],
) -> None:
    """Q008: with a made-up reading: urgent is out, released is in unquoted, kept back is out."""
    six = [Tablet(store, gathering).envelope({"cerita": "taman kotor"}) for _ in range(6)]
    intake.submit(six).result(timeout=20)
    number = only(store, officers[0]).id

    def read() -> tuple[int, tuple[str, ...]]:
        read_round(store, gathering.round_id, urgent="dipukul")
        details = themes.theme_details(store, gathering.round_id, findings.ThemeKey("tema-cerita"))
        assert details is not None
        texts = [one.text for one in responses.free_text_answers(store, gathering.round_id)]
        assert (WORDS in texts) is (details.card.count.children == 7)
        assert WORDS not in responses.masked_texts(store, gathering.round_id).values()
        return details.card.count.children, details.quotes

    safeguarding.act(store, officers[0], number, Step.TAKE)
    assert read() == (6, ("taman kotor",) * 6)
    safeguarding.act(store, officers[0], number, Step.RELEASE)
    assert read() == (7, ("taman kotor",) * 6)
    safeguarding.act(store, officers[0], number, Step.KEEP_BACK)
    assert read() == (6, ("taman kotor",) * 6)


def test_the_analysis_takes_it_as_said(
    store: Store,
    intake: Intake,
    gathering: Gathering,
    told: Tablet,
    officers: tuple[StaffMember, StaffMember],
) -> None:
    """Q008: the real one. Released as harmless it is a comment; judged urgent it teaches."""
    officer = officers[0]
    number = only(store, officer).id
    review.run(store, gathering.round_id)
    safeguarding.act(store, officer, number, Step.TAKE)
    safeguarding.act(store, officer, number, Step.JUDGE_NONE)
    safeguarding.act(store, officer, number, Step.RELEASE)
    assert review.run(store, gathering.round_id).comments == 2
    safeguarding.act(store, officer, number, Step.KEEP_BACK)
    safeguarding.act(store, officer, number, Step.JUDGE_URGENT)
    again = Tablet(store, gathering).envelope({"cerita": WORDS})
    intake.submit([again]).result(timeout=20)
    assert review.run(store, gathering.round_id).comments == 1
    cases = safeguarding.queue(store, officer)
    assert [one.judged for one in cases if one.id == number] == [Judgement.URGENT]
    assert sorted(one.level for one in cases) == ["urgent", "urgent"]


def test_closed_cases_by_pages(
    store: Store,
    intake: Intake,
    gathering: Gathering,
    officers: tuple[StaffMember, StaffMember],
) -> None:
    """Q010: the newest first, with their steps; a search looks at all of them."""
    for text in ("a", "b", "c"):
        intake.submit([Tablet(store, gathering).envelope({"cerita": text})]).result(timeout=20)
        found(store, {text: AlertLevel.CONCERN})
    numbers = sorted(one.id for one in safeguarding.queue(store, officers[0]))
    for number in numbers:
        safeguarding.act(store, officers[0], number, Step.TAKE)
        safeguarding.act(store, officers[0], number, Step.PROPOSE, note=NOTE)
        safeguarding.act(store, officers[1], number, Step.CONFIRM)
    shown, more = safeguarding.closed(store, officers[0], most=2)
    assert ([one.id for one in shown], more) == (numbers[:0:-1], 1)
    assert [len(one.steps) for one in shown] == [3, 3]
    oldest = numbers[0]
    shown, more = safeguarding.closed(
        store, officers[0], most=2, wanted=lambda one: one.id == oldest
    )
    assert ([one.id for one in shown], more) == ([oldest], 0)


@pytest.mark.parametrize("worked_on", [False, True])
def test_withdrawal(
    store: Store,
    intake: Intake,
    told: Tablet,
    officers: tuple[StaffMember, StaffMember],
    worked_on: bool,
) -> None:
    """Q009: gone, or open without words; closed again it goes with the next withdrawal."""
    number = only(store, officers[0]).id
    if worked_on:
        safeguarding.act(store, officers[0], number, Step.TAKE)
        safeguarding.act(store, officers[0], number, Step.NOTE, note=NOTE)
    intake.submit([told.withdrawal()]).result(timeout=20)
    assert "dipukul" not in all_text(store)
    case = safeguarding.case(store, officers[0], number)
    assert (case is not None) is worked_on
    if worked_on:
        opened = safeguarding.open_words(store, officers[0], number)
        assert opened is not None
        assert (opened.text, opened.reason) == (None, "")
    else:
        with pytest.raises(StoreError, match="tidak ada lagi"):
            safeguarding.act(store, officers[0], number, Step.TAKE)
    assert shelf.screening(store).waiting == 0
