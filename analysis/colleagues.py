"""Other processes that learn beside this one; the same numbers whoever learns what."""

from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from itertools import count, cycle
from multiprocessing import current_process
from typing import Any, Generic, Self, TypeVar

from joblib import cpu_count  # type: ignore[import-untyped]
from joblib.externals.loky import ProcessPoolExecutor  # type: ignore[import-untyped]

Learnt = TypeVar("Learnt")

_MOST = 3  # each holds what it was sent, 100 MB in all
# Every label asks glibc for as much as its lesson is long and gives it back. Above 32 MB that goes
# to the kernel and costs a third of the label's time; a process that soon ends may keep it.
_ROOM = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**30)}
_NUMBERS = count()  # of lessons, in this process
_sent: dict[int, Any] = {}  # in a colleague: the lessons it was sent, by number


class Colleagues:
    """A process for each core but this one's, started at once and ended with the ``with`` block.

    Processes, never threads: these would share liblinear's dice, and no two fits be the same.
    Where none may start, or one ends early, this process does what is left.
    """

    def __init__(self) -> None:
        # One worker each: only so what is sent once is sure to meet what is asked about it.
        self._executors: list[ProcessPoolExecutor] = []
        cores = 1 if current_process().daemon else cpu_count()  # a daemon may start no other
        with suppress(BrokenExecutor, OSError):
            for _ in range(min(cores - 1, _MOST)):
                executor = ProcessPoolExecutor(max_workers=1, env=_ROOM)
                executor.submit(_arrive)  # it loads the libraries while we read
                self._executors.append(executor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        for executor in self._executors:
            executor.shutdown(wait=False, kill_workers=error is not None)

    def ask(
        self,
        learn: Callable[[Any, Any], Learnt],
        lesson: Any,
        questions: Sequence[Any],
    ) -> "Asked[Learnt]":
        """Begin to learn each of the questions from the lesson, which is sent once to each."""
        number = next(_NUMBERS)
        futures: list[Future[Learnt]] = []
        with suppress(BrokenExecutor, OSError):
            for executor in self._executors:
                executor.submit(_receive, number, lesson)
            for question, executor in zip(questions, cycle(self._executors), strict=False):
                futures.append(executor.submit(_answer, learn, number, question))
        return Asked(learn, lesson, questions, futures)


class Asked(Generic[Learnt]):
    """Questions that are being learnt; ``answers`` helps from the end until all are."""

    def __init__(
        self,
        learn: Callable[[Any, Any], Learnt],
        lesson: Any,
        questions: Sequence[Any],
        futures: Sequence[Future[Learnt]],
    ) -> None:
        self._learn = learn
        self._lesson = lesson
        self._questions = questions
        self._futures = futures

    def answers(self) -> list[Learnt]:
        """What was learnt, in the order of the questions."""
        begun = len(self._futures)
        ours = {place: self._here(place) for place in range(begun, len(self._questions))}
        for place in reversed(range(begun)):
            if self._futures[place].cancel():
                ours[place] = self._here(place)
        return [
            ours[place] if place in ours else self._theirs(place)
            for place in range(len(self._questions))
        ]

    def _here(self, place: int) -> Learnt:
        return self._learn(self._lesson, self._questions[place])

    def _theirs(self, place: int) -> Learnt:
        # One that ended or had no room costs time; what is wrong with the lesson is raised here.
        with suppress(Exception):
            return self._futures[place].result()
        return self._here(place)


def _arrive() -> None:
    """The libraries are loaded with the first thing a process is asked."""
    import sklearn.linear_model  # noqa: F401


def _receive(number: int, lesson: Any) -> None:
    _sent[number] = lesson


def _answer(learn: Callable[[Any, Any], Learnt], number: int, question: Any) -> Learnt:
    return learn(_sent[number], question)
