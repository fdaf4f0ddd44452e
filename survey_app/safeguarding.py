"""The safeguarding officer's queue: what may disclose harm, children who want to talk, and steps.

Nobody else reads it: every function asks who is looking. Others may only be told how many wait.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from survey_app.errors import SignInError, StoreError
from survey_app.gathering import Gathering, RoundId
from survey_app.people import Action, StaffMember, demand, may
from survey_app.store import Store, alerts, people
from survey_app.store.alerts import LONGEST_NOTE, AlertId, Case, OpenedWords
from survey_app.store.cases import AlertLevel, AlertState, Referral, Step
from survey_app.store.database import now as this_moment
from survey_app.store.notices import TARGETED

_ORDER = tuple(AlertLevel)  # urgent, wants to talk, unscreened, concern
# The clock stops when somebody else has been told, or one officer says that it is done.
_ACTED = (Step.REFER, Step.PROPOSE)
_OF_WORDS = frozenset(
    {Step.JUDGE_URGENT, Step.JUDGE_CONCERN, Step.JUDGE_NONE, Step.RELEASE, Step.KEEP_BACK}
)
_WORK = {Step.NOTE, Step.REFER, *_OF_WORDS}
# The state each step leads to, from the state it is made in.
_LEADS: Mapping[AlertState, Mapping[Step, AlertState]] = {
    AlertState.WAITING: {Step.TAKE: AlertState.TAKEN},
    AlertState.TAKEN: {
        **dict.fromkeys(_WORK, AlertState.TAKEN),
        Step.TAKE: AlertState.TAKEN,
        Step.PROPOSE: AlertState.CLOSING,
    },
    AlertState.CLOSING: {
        Step.NOTE: AlertState.CLOSING,
        Step.CONFIRM: AlertState.CLOSED,
        Step.REOPEN: AlertState.TAKEN,
    },
    AlertState.CLOSED: {Step.REOPEN: AlertState.TAKEN},
}


class Clock(NamedTuple):
    """How long a case has waited, or waited until somebody acted, against the city's target."""

    waited: timedelta
    target: timedelta | None
    stopped: bool

    @property
    def late(self) -> bool:
        """Whether the target was missed."""
        return self.target is not None and self.waited > self.target


@dataclass(frozen=True, slots=True)
class Refer:
    """Whom a case is handed to, and on which day."""

    to: Referral
    on: date


def queue(
    store: Store, reader: StaffMember, *, round_id: RoundId | None = None
) -> tuple[Case, ...]:
    """The cases that are not closed, in the order they are to be dealt with.

    Raises ``SignInError`` for everybody else, as all of these do.
    """
    demand(reader, Action.HANDLE_ALERTS)
    found = alerts.open_cases(store, round_id=round_id)
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.weight), one.created_at, one.id)))


def closed(
    store: Store,
    reader: StaffMember,
    *,
    most: int,
    wanted: Callable[[Case], bool] | None = None,
) -> tuple[tuple[Case, ...], int]:
    """Closed cases that are ``wanted``, the newest first, and how many more there are.

    What is asked of ``wanted`` comes without steps.
    """
    demand(reader, Action.HANDLE_ALERTS)
    if wanted is None:
        found = alerts.closed_cases(store, most=most)
        count = alerts.count_closed(store)
    else:
        found = tuple(one for one in alerts.closed_cases(store) if wanted(one))
        count = len(found)
    shown = alerts.with_steps(store, found[:most])
    return shown, count - len(shown)


def case(store: Store, reader: StaffMember, number: AlertId) -> Case | None:
    """One case with what officers noted; the child's words only by ``open_words``."""
    demand(reader, Action.HANDLE_ALERTS)
    return alerts.one_case(store, number)


def open_words(store: Store, reader: StaffMember, number: AlertId) -> OpenedWords | None:
    """What the child wrote; each opening is an entry in the audit log."""
    demand(reader, Action.HANDLE_ALERTS)
    return alerts.open_words(store, reader, number)


def steps_for(one: Case, reader: StaffMember) -> frozenset[Step]:
    """What this officer may do about the case now."""
    steps = set(_LEADS[one.state])
    if not one.has_words:
        steps -= _OF_WORDS
    if one.is_kept_aside:
        steps -= {Step.RELEASE, Step.KEEP_BACK}
    taken = one.last(Step.TAKE)
    if one.state is AlertState.TAKEN and taken and taken.by == reader.id:
        steps.discard(Step.TAKE)
    proposed = one.last(Step.PROPOSE)
    if proposed and proposed.by == reader.id:
        steps.discard(Step.CONFIRM)
    return frozenset(steps)


def act(
    store: Store,
    by: StaffMember,
    number: AlertId,
    step: Step,
    *,
    note: str = "",
    refer: Refer | None = None,
    today: date | None = None,
) -> None:
    """Do a step; raise a sentence where this person, at this state, may not.

    A note and a proposal need words, a referral whom to and a day that is not to come.
    """
    demand(by, Action.HANDLE_ALERTS)
    one = alerts.one_case(store, number)
    if one is None:
        raise StoreError(
            "Kasus ini tidak ada lagi: anaknya menarik jawaban.", remedy="Kembali ke daftar."
        )
    _check(one, by, step)
    note = note.strip()
    if step in (Step.NOTE, Step.PROPOSE) and not 1 <= len(note) <= LONGEST_NOTE:
        raise StoreError(
            "Catatan kosong atau terlalu panjang.",
            remedy=f"Tulis apa yang sudah dilakukan, paling banyak {LONGEST_NOTE} huruf.",
        )
    if step is Step.REFER and (refer is None or refer.on > (today or this_moment().date())):
        raise StoreError(
            "Rujukan belum lengkap atau tanggalnya belum tiba.",
            remedy="Pilih tujuan dan hari rujukan, paling lambat hari ini.",
        )
    alerts.add_step(
        store,
        by,
        number,
        step,
        to=_LEADS[one.state][step],
        seen=one.state,
        note=note,
        referred_to=refer.to if refer else None,
        referred_on=refer.on.isoformat() if refer else None,
    )


def _check(one: Case, by: StaffMember, step: Step) -> None:
    if step in steps_for(one, by):
        return
    if step is Step.CONFIRM and one.state is AlertState.CLOSING:
        raise SignInError(
            "Penutupan harus diperiksa orang kedua.",
            remedy="Minta petugas perlindungan anak yang lain membuka kasus ini.",
        )
    raise StoreError(
        "Langkah ini tidak bisa sekarang: kasusnya sudah berubah.", remedy="Muat ulang kasus ini."
    )


def clock(one: Case, *, target_hours: int, now: datetime | None = None) -> Clock:
    """The time from arrival until somebody acted, or until now."""
    acted = next((made.made_at for made in one.steps if made.step in _ACTED), None)
    waited = (acted or now or this_moment()) - one.created_at
    target = timedelta(hours=target_hours) if one.weight in TARGETED else None
    return Clock(waited, target, stopped=acted is not None)


def officers(store: Store, reader: StaffMember) -> int:
    """How many people may confirm a closing; with one alone no case can be closed."""
    demand(reader, Action.HANDLE_ALERTS)
    everybody = people.all_staff(store)
    return sum(one.active and may(one.role, Action.HANDLE_ALERTS) for one in everybody)


def asked_to_talk(store: Store, reader: StaffMember, gathering: Gathering) -> int:
    """How many children of a gathering let whoever opened it know that they want to talk.

    Nobody else is told, nor who they are: their wish itself goes to the officer alone.
    """
    demand(reader, Action.RUN_GATHERINGS)
    if gathering.opened_by != reader.id:
        return 0
    return alerts.asked_to_talk(store, gathering.id)


def waiting(store: Store) -> int:
    """How many cases nobody has taken: a number anybody on duty may know."""
    return sum(alerts.waiting_by_level(store).values())
