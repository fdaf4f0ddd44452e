"""From stored answers to themes: the one place where the app calls the analysis.

A run works in a process of its own (`python -m survey_app.review NUMBER`), so that the process
that serves the tablets never carries scikit-learn; how far it is stands in the database.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import analysis
from analysis import Analysis, Comment, CommentAnalysis, Theme
from survey_app import logs, settings
from survey_app.errors import AnalysisError, SuaraError
from survey_app.gathering import GatheringState, RoundId
from survey_app.people import By, Program
from survey_app.screening import found_alert, taught_level
from survey_app.settings import Settings
from survey_app.store import (
    Store,
    alerts,
    findings,
    gatherings,
    lessons,
    responses,
    rounds,
    runs,
    samples,
    standing,
    waiting,
)
from survey_app.store.cases import Judgement
from survey_app.store.counting import SMALLEST_GROUP
from survey_app.store.envelopes import ResponseId
from survey_app.store.findings import (
    CommentOutcome,
    CommentRef,
    FoundCluster,
    FoundComment,
    FoundTheme,
    ThemeKey,
)
from survey_app.store.runs import RunId
from survey_app.store.standing import StandingTheme

_SIGN_EVERY = 5.0  # seconds; `runs.SILENT_AFTER` is twelve times as long
# A theme of fewer children is made anew by each run out of what belongs to none: the first ones of
# a round are heard one by one, and would otherwise each keep a theme of their own.
LASTING_FROM = 5
_WAITING = (
    "Jawaban {} anak terbaru sudah disaring dan menunggu: tema ditambah mulai 10 anak sekaligus, "
    "supaya tidak ada anak yang bisa ditebak. Setelah semua pertemuan putaran ini ditutup, tekan "
    "“Analisis sekarang” dan semuanya ikut."
)
_SEPARATOR = "/"  # neither a response's UUID nor a question's key contains it

_log = logging.getLogger(__name__)
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run read and found; ``waiting`` are new children whose words are not in themes yet."""

    comments: int
    themes: int
    alerts: int
    waiting: int = 0


def run(
    store: Store,
    round_id: RoundId,
    *,
    by: By = Program.COMMAND_LINE,
    progress: Progress | None = None,
) -> RunSummary:
    """Read a round's words and put themes in the place of those of the run before.

    Where fewer than ten new children wrote, what a person must read is noted and the themes wait.
    Raises ``AnalysisError`` where another run works on the round, or this one cannot be finished;
    the themes of the run before then stay as they are.
    """
    return _work(store, round_id, runs.start_run(store, round_id, by=by), progress=progress)


def start_in_background(store: Store, chosen: Settings, round_id: RoundId, *, by: By) -> RunId:
    """Start a run in a process of its own and return its number; raise as ``run`` does.

    Raises ``SignInError`` where ``by`` may not start one.

    Should that process die, the run is marked as failed at once.
    """
    run_id = runs.start_run(store, round_id, by=by)
    command = [sys.executable, "-m", "survey_app.review", str(round_id), str(run_id)]
    try:
        process = subprocess.Popen(  # noqa: S603  our own program, two numbers  # nosec B603
            command, env=_environment(chosen), stdin=subprocess.DEVNULL
        )
    except OSError as error:
        _note_failure(store, run_id)
        raise AnalysisError(
            f"Analisis tidak bisa dimulai ({type(error).__name__}).", remedy="Coba lagi."
        ) from None
    threading.Thread(target=_watch, args=(store, run_id, process), daemon=True).start()
    return run_id


def start_where_new(store: Store, chosen: Settings) -> tuple[RunId, ...]:
    """Start a run for every round in which children finished since it was last read.

    The app does so on a timer, so that a disclosure does not wait for somebody to press a button.
    """
    started = []
    for round_ in rounds.all_rounds(store):
        last = runs.last_finished_run(store, round_.id)
        if waiting.children_since(store, round_.id, last.started_at if last else None):
            with suppress(AnalysisError):  # somebody is reading it already
                run_id = start_in_background(store, chosen, round_.id, by=Program.SERVER)
                started.append(run_id)
    return tuple(started)


def main(arguments: Sequence[str]) -> int:
    """Do the run that another process has claimed: round and run number."""
    round_id, run_id = RoundId(int(arguments[0])), RunId(int(arguments[1]))
    os.nice(5)  # children who are answering come first
    chosen = settings.load()
    store = Store.of(chosen)
    try:
        _work(store, round_id, run_id, progress=None)
    except SuaraError as error:
        _log.error("%s", error)
        return 1
    finally:
        store.close()
    return 0


def _work(
    store: Store, round_id: RoundId, run_id: RunId, *, progress: Progress | None
) -> RunSummary:
    def tell(step: str, fraction: float) -> None:
        runs.report_progress(store, run_id, step, fraction)
        if progress:
            progress(step, fraction)

    try:
        with _signs_of_life(store, run_id):
            summary, versions = _read_and_save(store, round_id, tell)
        sentence = _WAITING.format(summary.waiting) if summary.waiting else ""
        runs.finish_run(
            store, run_id, comments=summary.comments, versions=versions, sentence=sentence
        )
    except BaseException as error:
        failure = _plain(error)
        _note_failure(store, run_id, f"{failure.sentence} {failure.remedy}")
        if not isinstance(error, Exception):
            raise
        raise failure from None
    return summary


def _plain(error: BaseException) -> SuaraError:
    """A sentence for staff; what went wrong inside is named by its kind only, never quoted."""
    if isinstance(error, SuaraError):
        return error
    return AnalysisError(
        f"Analisis tidak selesai ({type(error).__name__}).",
        remedy="Jalankan lagi; jawaban anak tidak berubah.",
    )


def _note_failure(store: Store, run_id: RunId, sentence: str = runs.STOPPED) -> None:
    try:
        runs.fail_run(store, run_id, sentence)
    except SuaraError:
        _log.error("A run of the analysis failed and could not be marked as failed.")


def _read_and_save(
    store: Store, round_id: RoundId, tell: Progress
) -> tuple[RunSummary, dict[str, str]]:
    tell("Mengambil jawaban", 0.0)
    comments = [_comment(one) for one in responses.free_text_answers(store, round_id)]
    stood = standing.standing_themes(store, round_id)
    harmless = dict.fromkeys(samples.judged_harmless(store, round_id), Judgement.NONE)
    judged = harmless | alerts.judgements(store, round_id)
    elsewhere = lessons.words(store, lessons.judged(store, but=round_id))
    analysed = analysis.analyse(
        comments,
        state=analysis.recall(_known(one) for one in stood if _lasts(one)),
        corrections=[_judged(ref, level) for ref, level in judged.items()],
        judged_before=[(text, taught_level(level)) for text, level in elsewhere],
        progress=lambda step, part: tell(step, 0.02 + 0.93 * part),
    )
    tell("Menyimpan tema", 0.96)
    found, themes = _found(analysed, _keys(analysed, stood))
    raised = sum(one.alert is not None for one in analysed.comments)
    few = _too_few(store, round_id, findings.newly_told(store, round_id, found))
    if few:
        kept = findings.save_alerts(store, round_id, found)
        return RunSummary(kept, len(stood), raised, few), dict(analysed.versions)
    kept = findings.save(store, round_id, found, themes)
    return RunSummary(kept, len(themes), raised), dict(analysed.versions)


def _too_few(store: Store, round_id: RoundId, new: int | None) -> int:
    """How many new children have to wait: fewer than ten would show in the numbers as themselves.

    Nobody waits for ever: once every gathering is closed all words are told. A demo round may show
    at once what somebody tried out.
    """
    if not new or new >= SMALLEST_GROUP:
        return 0
    round_ = rounds.by_id(store, round_id)
    over = {GatheringState.CLOSED, GatheringState.ARCHIVED}
    listening = any(
        one.state not in over for one in gatherings.all_gatherings(store, round_id=round_id)
    )
    return new if listening and round_ and not round_.demo else 0


def _lasts(theme: StandingTheme) -> bool:
    """Whether the next run starts from this theme."""
    children = {ref.response_id for ref in theme.comments}
    return theme.changed_by_people or len(children) >= LASTING_FROM


def _known(theme: StandingTheme) -> "analysis.KnownTheme":
    return analysis.KnownTheme(theme.key, theme.room, theme.phrase, tuple(theme.comments.values()))


def _keys(analysed: Analysis, stood: Sequence[StandingTheme]) -> dict[str, ThemeKey]:
    """The lasting key of each theme of the analysis.

    One that was made anew gets the key of the theme most of whose comments it took over.
    """
    taken = {one.id: {_ref(id) for id in one.comment_ids} for one in analysed.themes}
    keys: dict[str, ThemeKey] = {one.key: one.key for one in stood if one.key in taken}
    free = [one for one in stood if one.key not in keys]
    shared = [
        (len(refs & old.comments.keys()), id, old)
        for id, refs in taken.items()
        for old in free
        if id not in keys
    ]
    for count, id, old in sorted(shared, key=lambda each: (-each[0], each[1])):
        if 2 * count > len(old.comments) and id not in keys and old.key not in keys.values():
            keys[id] = old.key
    return {id: keys.get(id) or findings.new_key() for id in taken}


def _comment(one: responses.FreeText) -> Comment:
    return Comment(
        id=_comment_id(one.ref),
        text=one.text,
        question=one.ref.question,
        gathering=str(one.gathering_id),
        age_band=one.age_band.value,
        place=one.kelurahan or "",
        asked_about=one.asked_about,
    )


def _judged(ref: CommentRef, level: Judgement) -> "analysis.Correction":
    """What an officer judged stands as said, and the detector learns from it."""
    return analysis.Correction(_comment_id(ref), alert=level.value)


def _comment_id(ref: CommentRef) -> str:
    return f"{ref.response_id}{_SEPARATOR}{ref.question}"


def _ref(comment_id: str) -> CommentRef:
    response, _, question = comment_id.partition(_SEPARATOR)
    return CommentRef(ResponseId(response), question)


def _found(
    analysed: Analysis, keys: Mapping[str, ThemeKey]
) -> tuple[list[FoundComment], list[FoundTheme]]:
    rooms = {one.id: one.room for one in analysed.state.themes}
    return (
        [_found_comment(one) for one in analysed.comments],
        [_found_theme(one, keys[one.id], rooms[one.id]) for one in analysed.themes],
    )


def _found_comment(one: CommentAnalysis) -> FoundComment:
    return FoundComment(
        ref=_ref(one.id),
        masked=one.masked,
        language=one.language,
        outcome=CommentOutcome(one.outcome),
        clusters=tuple(
            FoundCluster(share.cluster, share.indicator, float(share.probability), share.words)
            for share in one.clusters
        ),
        alert=found_alert(one.alert) if one.alert else None,
    )


def _found_theme(one: Theme, key: ThemeKey, room: str) -> FoundTheme:
    return FoundTheme(
        key=key,
        room=room,
        cluster=one.cluster,
        indicator=one.indicator,
        phrase=one.phrase,
        words=one.words,
        comments=tuple(_ref(number) for number in one.comment_ids),
        quotes=tuple((_ref(quote.comment_id), quote.text) for quote in one.quotes),
    )


@contextmanager
def _signs_of_life(store: Store, run_id: RunId) -> Iterator[None]:
    """Say every few seconds that the run is alive, also in the middle of a long step."""
    over = threading.Event()

    def sign() -> None:
        while not over.wait(_SIGN_EVERY):
            try:
                runs.still_alive(store, run_id)
            except SuaraError:
                _log.warning("The run could not say that it is alive.")

    thread = threading.Thread(target=sign, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _watch(store: Store, run_id: RunId, process: "subprocess.Popen[bytes]") -> None:
    """A process that ends without a word has crashed: say so in its place."""
    if process.wait() != 0:
        _note_failure(store, run_id)


def _environment(chosen: Settings) -> dict[str, str]:
    """One core stays free for the tablets."""
    return {**chosen.environment, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


if __name__ == "__main__":
    logs.keep_words_out()
    sys.exit(main(sys.argv[1:]))
