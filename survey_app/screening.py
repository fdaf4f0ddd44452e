"""Looks through children's words for disclosures the moment they arrive, beside the server.

`python -m survey_app.screening` is a process of its own, so that the one that serves tablets never
carries scikit-learn and no acknowledgement waits for it; `Watch` keeps it running. What it cannot
look through, and what waits while it is away, is laid before the officer as it is.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeAlias

import analysis
from survey_app import logs, sampling, settings
from survey_app.errors import SuaraError
from survey_app.settings import Settings
from survey_app.store import Store, aside, lessons
from survey_app.store import screening as shelf
from survey_app.store.aside import KeptAside
from survey_app.store.cases import AlertLevel, Judgement
from survey_app.store.database import now
from survey_app.store.envelopes import ResponseId
from survey_app.store.findings import FoundAlert
from survey_app.store.lessons import Lesson
from survey_app.store.screening import SIGN_EVERY, Looked, ScreeningState, Unread

# It loads scikit-learn and learns, 3 s of one core: the server's first pages come before that.
START_AFTER = 10.0  # seconds
LOOK_EVERY = 0.3  # seconds; with the officer's page, which looks twice a second, below two
OVERDUE_AFTER = timedelta(seconds=10)
MARK_EVERY = 5.0  # seconds between two looks of the server for what is overdue
LEARN_EVERY = 30.0  # seconds between two looks for what officers have judged since
_BATCH_ASIDE = 16  # rows of quarantine
_BATCH = 64  # responses: a tenth of a second of work, then what came meanwhile
_AGAIN_AFTER = 60.0  # seconds until a text that could not be looked through is tried again
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0  # seconds before a screening that died is started again
_STOP = 5.0  # seconds it has to end

_log = logging.getLogger(__name__)
Find: TypeAlias = "Callable[[Sequence[str]], Sequence[analysis.Alert | None]]"
Teach: TypeAlias = "Callable[[Sequence[str], Sequence[analysis.AlertLevel | None]], object]"


class Screener:
    """Looks through what waits, again and again; ``find`` reads texts as they were written.

    ``teach`` is told what officers have judged, all of it, whenever that has changed.
    """

    def __init__(self, store: Store, find: Find, *, teach: "Teach | None" = None) -> None:
        self._store = store
        self._find = find
        self._teach = teach
        self._learnt: frozenset[Lesson] = frozenset()
        self._learn_at = 0.0
        self._failed: dict[ResponseId, tuple[str, float]] = {}
        self._failed_aside: dict[int, float] = {}

    def look(self) -> int:
        """Take what waits, up to a batch; return how many responses were looked through.

        What lies in quarantine comes after them, and in smaller batches: it may be long.
        """
        moment = time.monotonic()
        if self._teach and moment >= self._learn_at:
            self._learn_at = moment + LEARN_EVERY
            self._learn(self._teach)
        self._failed = {id: one for id, one in self._failed.items() if one[1] > moment}
        read = shelf.unread(self._store, most=_BATCH, without=list(self._failed))
        looked = self._looked(read)
        shelf.save(self._store, looked)
        self._failed_aside = {
            id: until for id, until in self._failed_aside.items() if until > moment
        }
        kept = aside.unread(self._store, most=_BATCH_ASIDE, without=list(self._failed_aside))
        aside.save(self._store, self._looked_aside(kept))
        return len(looked)

    def _learn(self, teach: Teach) -> None:
        """From what was judged since; what was withdrawn since is forgotten."""
        judged = lessons.judged(self._store)
        if judged == self._learnt:
            return
        told = lessons.words(self._store, judged)
        try:
            teach([text for text, _ in told], [taught_level(said) for _, said in told])
        except Exception as error:
            _log.error("The screening could not learn what was judged (%s).", type(error).__name__)
        self._learnt = judged

    def _looked(self, read: Sequence[Unread]) -> list[Looked]:
        found = _look_through([list(one.texts.values()) for one in read], self._find)
        looked: list[Looked] = []
        for one, alerts in zip(read, found, strict=True):
            if alerts is None:
                shelf.save_unscreened(self._store, [one])
                self._failed[one.id] = (one.content_hash, time.monotonic() + _AGAIN_AFTER)
                continue
            by_question = zip(one.texts, alerts, strict=True)
            looked.append(Looked(one, {question: each for question, each in by_question if each}))
        return looked

    def _looked_aside(self, kept: Sequence[KeptAside]) -> dict[KeptAside, FoundAlert | None]:
        found = _look_through([list(one.texts) for one in kept], self._find)
        looked: dict[KeptAside, FoundAlert | None] = {}
        for one, alerts in zip(kept, found, strict=True):
            if alerts is None:
                aside.save_unread(self._store, [one])
                self._failed_aside[one.number] = time.monotonic() + _AGAIN_AFTER
                continue
            looked[one] = min(filter(None, alerts), key=lambda each: each.weight, default=None)
        return looked


class Watch:
    """Keeps a screening process running beside the server, until it is closed.

    The first begins ``after`` seconds, one that died comes back with a growing pause.
    """

    def __init__(self, chosen: Settings, *, after: float = 0.0) -> None:
        self._after = after
        self._environment = chosen.environment | {"OMP_NUM_THREADS": "1"}
        self._over = threading.Event()
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_running, name="screening", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The number of the process, while there is one."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process; what it was looking through stays unscreened for the next."""
        self._over.set()
        with self._turn:
            if self._process:
                self._process.terminate()
        self._thread.join(_STOP)
        if self._process and self._process.poll() is None:
            self._process.kill()

    def _keep_running(self) -> None:
        pause = _FIRST_PAUSE
        self._over.wait(self._after)
        while not self._over.is_set():
            started = time.monotonic()
            try:
                code = self._run()
            except OSError as error:
                code = type(error).__name__
            if time.monotonic() - started > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            if not self._over.is_set():
                _log.error("The screening ended (%s); it is started again.", code)
            self._over.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _run(self) -> int | str:
        command = [sys.executable, "-m", "survey_app.screening"]
        with self._turn:
            if self._over.is_set():
                return 0
            # Its standard input ends with this process, however that ends, and so does it.
            self._process = subprocess.Popen(  # noqa: S603  our own program  # nosec B603
                command, env=self._environment, stdin=subprocess.PIPE
            )
        with self._process as process:
            return process.wait()


def beside(store: Store, chosen: Settings) -> Watch:
    """Start the screening of a server that has just opened ``store``, and say that it comes."""
    shelf.sign(store, ScreeningState.LEARNING)
    return Watch(chosen, after=START_AFTER)


def mark_overdue(store: Store) -> int:
    """Lay before the officer what has waited too long; return how many answers."""
    return shelf.mark_overdue(store, before=now() - OVERDUE_AFTER)


def found_alert(one: "analysis.Alert") -> FoundAlert:
    """An alert of the analysis, as it is stored."""
    return FoundAlert(AlertLevel(one.level), one.category, one.reason, one.detector)


def taught_level(judged: Judgement) -> "analysis.AlertLevel | None":
    """A judgement, as the analysis learns it."""
    return None if judged is Judgement.NONE else analysis.AlertLevel(judged.value)


def light_detector() -> "analysis.AlertDetector":
    """The detector, learnt, without the 75 MB of pandas that scikit-learn loads where it finds it.

    It is "not there" while scikit-learn is loaded, and no longer: in learning that would raise.
    """
    sys.modules["pandas"] = None  # type: ignore[assignment]
    detector = analysis.AlertDetector()
    del sys.modules["pandas"]
    return detector.fit()


def main() -> int:
    """Screen until the server that started this process ends."""
    chosen = settings.load()
    try:
        store = Store.of(chosen)
    except SuaraError as error:
        _log.error("%s", error)
        return 1
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    learnt = threading.Event()
    threading.Thread(target=_sign_on, args=(store, learnt), daemon=True).start()
    detector = light_detector()
    detector.predict(["pemanasan"])
    learnt.set()
    sampling.keep_drawing(store)
    screener = Screener(store, detector.predict, teach=detector.correct)
    while True:
        try:
            busy = screener.look()
        except SuaraError as error:  # the database is away: what waits, waits
            _log.error("%s", error)
            busy = 0
        if busy < _BATCH:
            time.sleep(LOOK_EVERY)


def _look_through(
    texts: Sequence[Sequence[str]], find: Find
) -> list[list[FoundAlert | None] | None]:
    """What was found in the texts of each; None where looking failed, which stops no other."""
    try:
        alerts = iter(find([text for each in texts for text in each]))
        return [
            [found_alert(one) if (one := next(alerts)) else None for _ in each] for each in texts
        ]
    except Exception as error:
        _log.error("Texts could not be screened (%s).", type(error).__name__)
        if len(texts) < 2:
            return [None for _ in texts]
    return [alone for each in texts for alone in _look_through([each], find)]


def _sign_on(store: Store, learnt: threading.Event) -> None:
    """Say every few seconds that this process lives, at once when it is ready."""
    while True:
        ready = learnt.is_set()
        try:
            shelf.sign(store, ScreeningState.READY if ready else ScreeningState.LEARNING)
        except SuaraError:
            _log.warning("The screening could not say that it is alive.")
        if ready:
            time.sleep(SIGN_EVERY)
        else:
            learnt.wait(SIGN_EVERY)


def _end_with_the_server() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    logs.keep_words_out()
    sys.exit(main())
