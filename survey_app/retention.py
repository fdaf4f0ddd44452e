"""Deleting what is older than it may be kept: looking first, then batch by batch, with a report.

The periods are those of `inventory`. A look changes nothing; a run is what the server does once a
day and `suara retention --run` at once. What went is told in numbers, on the page *Data*, by
`suara check` and in the log.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from survey_app.inventory import Kind, rule_of
from survey_app.people import By, Program, StaffMember
from survey_app.settings import Settings
from survey_app.store import Store, audit, expiry, installation, space
from survey_app.store.audit import Event
from survey_app.store.database import now as this_moment
from survey_app.store.expiry import Bounds

EVERY = timedelta(hours=24)
LATE_AFTER = timedelta(days=3)  # a school laptop is off at weekends
_REPORT, _TURN = "retention_report", "retention_turn"
_LOCK = 5_283_010  # on PostgreSQL: several servers ask for the day's turn one after the other
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Line:
    """One kind: how many days it is kept, so what is older than when goes, and how much that is."""

    kind: Kind
    days: int
    older_than: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Report:
    """What would go (a look), or what went (``done``), at a moment and by whom.

    ``open_cases`` are older than closed ones may get; they stay.
    """

    at: datetime
    by: str
    done: bool
    lines: tuple[Line, ...]
    open_cases: int

    @property
    def total(self) -> int:
        """How much of everything together."""
        return sum(line.number for line in self.lines)


def look(store: Store, chosen: Settings, *, now: datetime | None = None) -> Report:
    """What a run would delete now; nothing is changed."""
    now = now or this_moment()
    bound = expiry.bounds(store, _moments(chosen, now))
    numbers = {kind: expiry.count(store, kind, bound) for kind in expiry.KINDS}
    return _report(store, chosen, now, numbers, by="", done=False)


def run(
    store: Store,
    chosen: Settings,
    *,
    by: By,
    now: datetime | None = None,
    progress: Progress | None = None,
    rest: bool = True,
    anew: bool = False,
    over: threading.Event | None = None,
) -> Report:
    """Delete what is older than its period, and give the space back.

    With ``rest`` it pauses as long as it works, so that children who answer meanwhile do not wait.
    ``anew`` lets SQLite write a file of an older version anew, with everybody waiting. Once
    ``over`` is set it ends after the batch it is in; the rest goes next time.
    """
    now = now or this_moment()
    bound = expiry.bounds(store, _moments(chosen, now))
    expiry.archive_the_old(store, bound, by=by)
    whole = sum(expiry.count(store, kind, bound) for kind in expiry.KINDS)
    numbers = dict.fromkeys(expiry.KINDS, 0)
    begin = time.perf_counter()
    for kind, went in _batches(store, bound, by):
        numbers[kind] += went
        if progress:
            progress(min(sum(numbers.values()) / max(whole, 1), 1.0), rule_of(kind).what.ours)
        if over and over.is_set():
            break
        if rest:
            time.sleep(time.perf_counter() - begin)
        begin = time.perf_counter()
    report = _report(store, chosen, now, numbers, by=_name(by), done=True)
    _remember(store, by, report)
    if report.total and not (over and over.is_set()):
        space.give_back(store, rest=rest, anew=anew)
    return report


def _batches(store: Store, bound: Bounds, by: By) -> Iterator[tuple[Kind, int]]:
    for kind in expiry.KINDS:
        for went in expiry.remove(store, kind, bound, by=by):
            yield kind, went


def run_if_due(
    store: Store, chosen: Settings, *, over: threading.Event | None = None
) -> Report | None:
    """Run once a day, whichever of several servers asks first; None where it is not time.

    Where ``over`` cut it short, the next server to start goes on.
    """
    with store.writing(lock=_LOCK) as connection:
        turn = installation.recall(connection, _TURN)
        if turn and this_moment() - turn.changed_at < EVERY:
            return None
        installation.remember(connection, _TURN, "server")
    report = run(store, chosen, by=Program.SERVER, over=over)
    if over and over.is_set():
        with store.writing() as connection:
            installation.forget(connection, _TURN)
    return report


def last_report(store: Store) -> Report | None:
    """What the last run deleted, or None before the first."""
    with store.reading() as connection:
        kept = installation.recall(connection, _REPORT)
    if kept is None:
        return None
    told = json.loads(kept.value)
    lines = tuple(
        Line(
            Kind(one["kind"]),
            one["days"],
            datetime.fromisoformat(one["older_than"]),
            one["number"],
        )
        for one in told["lines"]
    )
    at = datetime.fromisoformat(told["at"])
    return Report(at, told["by"], told["done"], lines, told["open_cases"])


def is_late(store: Store, *, now: datetime | None = None) -> bool:
    """Whether the daily run has not come for some days."""
    last = last_report(store)
    return last is None or (now or this_moment()) - last.at > LATE_AFTER


def _moments(chosen: Settings, now: datetime) -> MappingProxyType[Kind, datetime]:
    """Before which moment each kind goes.

    Responses by whole months: the fewer dates there are at which numbers change, the less tells
    a comparison of before and after.
    """
    moments = {kind: now - timedelta(days=_days(chosen, kind)) for kind in expiry.KINDS}
    month = moments[Kind.RESPONSES].astimezone(UTC)
    moments[Kind.RESPONSES] = month.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return MappingProxyType(moments)


def _days(chosen: Settings, kind: Kind) -> int:
    days = rule_of(kind).days(chosen)
    assert days is not None, f"{kind} goes by age and has no period"  # noqa: S101
    return days


def _report(
    store: Store,
    chosen: Settings,
    now: datetime,
    numbers: dict[Kind, int],
    *,
    by: str,
    done: bool,
) -> Report:
    moments = _moments(chosen, now)
    lines = tuple(
        Line(kind, _days(chosen, kind), moments[kind], number) for kind, number in numbers.items()
    )
    left = expiry.open_cases_before(store, moments[Kind.CASES])
    return Report(now, by, done, lines, left)


def _remember(store: Store, by: By, report: Report) -> None:
    """Numbers only: here, and in the log where something went."""
    told = json.dumps(asdict(report), default=lambda moment: moment.isoformat())
    went = {line.kind.value: line.number for line in report.lines if line.number}
    with store.writing() as connection:
        installation.remember(connection, _REPORT, told)
        if went:
            audit.note(connection, by, Event.DELETED, what="retention", **went)


def _name(by: By) -> str:
    return by.name if isinstance(by, StaffMember) else str(by)
