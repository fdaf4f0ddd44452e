"""The weekly sample: a person reads some of what raised no alert, and so the misses are known.

Each ISO week 2 % of its comments without alert, at least 20 and at most 200, are drawn once, when
the week is over. What was read of them gives an exact interval for all of them.
"""

import logging
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone

from survey_app.errors import SuaraError
from survey_app.people import Action, StaffMember, demand
from survey_app.store import Store, samples
from survey_app.store.alerts import AlertId
from survey_app.store.cases import Judgement
from survey_app.store.database import now as this_moment
from survey_app.store.samples import Sample, SampleId, WeekOfSamples

PART, FEWEST = 0.02, 20  # of the comments of a week: issue 4
MOST = 200  # what an officer can read in an hour and a half; from 10,000 comments a week on
SHOWN_WEEKS = 8
LEVEL = 0.95
# Weeks in which the app did not run are made up for, as far back as this.
_LOOK_BACK = timedelta(weeks=8)
_WEEK = timedelta(days=7)
_CITY = timezone(timedelta(hours=7))  # western Indonesian time, without summer time
_DRAW_EVERY = 600.0  # seconds between two looks whether a week is over

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Misses:
    """How many disclosures the screening missed, as the sample tells: most likely, and from-to."""

    likely: int
    low: int
    high: int


def draw_what_is_over(store: Store, *, now: datetime | None = None) -> int:
    """Draw from every week that is over and was not drawn; return how many comments."""
    end = _monday(now or this_moment())
    last = samples.sampled_until(store)
    start = end - _WEEK if last is None else max(last, end - _LOOK_BACK)
    drawn = 0
    while start < end:
        drawn += samples.draw(store, start, start + _WEEK, part=PART, fewest=FEWEST, most=MOST)
        start += _WEEK
    return drawn


def keep_drawing(store: Store) -> None:
    """Look on and on whether a week is over, in a thread that ends with its process."""
    threading.Thread(target=_draw_on, args=(store,), name="sampling", daemon=True).start()


def weeks(store: Store, reader: StaffMember) -> tuple[WeekOfSamples, ...]:
    """The latest weeks, the newest first; ``SignInError`` for everybody but the officer."""
    demand(reader, Action.HANDLE_ALERTS)
    return samples.weeks(store, most=SHOWN_WEEKS)


def open_next(store: Store, reader: StaffMember) -> Sample | None:
    """The next comment to be read, or None; each opening is an entry in the audit log."""
    demand(reader, Action.HANDLE_ALERTS)
    return samples.open_next(store, reader)


def judge(store: Store, by: StaffMember, sample: SampleId, judged: Judgement) -> AlertId | None:
    """Say what a comment is; a missed one becomes a case, whose number is returned."""
    demand(by, Action.HANDLE_ALERTS)
    return samples.judge(store, by, sample, judged)


def take_back(store: Store, by: StaffMember, sample: SampleId) -> bool:
    """Let a comment judged harmless be read again."""
    demand(by, Action.HANDLE_ALERTS)
    return samples.take_back(store, by, sample)


def misses(week: WeekOfSamples) -> Misses | None:
    """The estimate for one week's comments, or None where nothing of it was read."""
    if not week.read:
        return None
    low, high = interval(week.missed, week.read)
    return Misses(
        likely=round(week.comments * week.missed / week.read),
        low=max(math.floor(week.comments * low), week.missed),
        high=min(math.ceil(week.comments * high), week.comments - (week.read - week.missed)),
    )


def share(found: Sequence[WeekOfSamples]) -> tuple[int, int, float, float]:
    """Read and missed in all these weeks, and from-to for the share that is missed.

    Weeks may differ; then it is the interval for their mean, weighted by what was read of each,
    and rather too wide than too narrow (Hoeffding 1956, Annals of Mathematical Statistics 27).
    """
    read, missed = sum(one.read for one in found), sum(one.missed for one in found)
    return read, missed, *interval(missed, read)


def interval(missed: int, read: int) -> tuple[float, float]:
    """The exact interval of Clopper and Pearson (1934, Biometrika 26) for a share, 95 %.

    Drawn without putting back it is rather too wide. 0 to 1 where nothing was read.
    """
    tail = (1 - LEVEL) / 2
    low = 0.0 if missed == 0 else _where(lambda p: 1 - _at_most(missed - 1, read, p) - tail)
    high = 1.0 if missed == read else _where(lambda p: tail - _at_most(missed, read, p))
    return low, high


def _at_most(most: int, tries: int, p: float) -> float:
    """The probability of at most so many successes."""
    yes, no = math.log(p), math.log1p(-p)
    return math.fsum(
        math.exp(_ways(tries, count) + count * yes + (tries - count) * no)
        for count in range(most + 1)
    )


def _ways(tries: int, count: int) -> float:
    """The logarithm of the number of ways: itself it would be larger than any float."""
    return math.lgamma(tries + 1) - math.lgamma(count + 1) - math.lgamma(tries - count + 1)


def _where(rising: Callable[[float], float]) -> float:
    """Where a function that rises from 0 to 1 crosses zero."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def _monday(moment: datetime) -> datetime:
    """The beginning of this ISO week, in the city's time."""
    day = moment.astimezone(_CITY).date()
    first = day - timedelta(days=day.weekday())
    return datetime.combine(first, time(), _CITY).astimezone(UTC)


def _draw_on(store: Store) -> None:
    pause = threading.Event()
    while True:
        try:
            draw_what_is_over(store)
        except SuaraError as error:
            _log.error("%s", error)
        pause.wait(_DRAW_EVERY)
