"""Promises of a run of the analysis.

V001  Stored words become themes; progress is told in rising shares and stands in the database.
V002  Only one run works on a round at a time; a silent one blocks nobody.
V003  A run that fails is shown as failed with a sentence, and the last themes stay.
V004  A run works in its own process; the process that asked for it never loads scikit-learn.
V005  A run whose process is killed is shown as failed at once.
V006  No word of a child is in the log or the sentence of a failed run.
V007  What nobody has read yet is read without being asked for, once.
V008  Themes keep their address from run to run, small ones that are made anew as well; it is made
      by chance, so that the same words in another round have another.
V009  After a withdrawal and the next run the child's words, and any hash of them, are nowhere.
V010  Fewer than ten new children change nothing that is shown, until every gathering is closed;
      what a person must read is noted all the same.
"""

import logging
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from classroom import opened_gathering
from reading import read_round
from rows import all_text
from tablet import Tablet

import analysis
from analysis.standing import text_key
from survey_app import review, safeguarding
from survey_app.errors import AnalysisError
from survey_app.gathering import Gathering, GatheringState
from survey_app.people import Program
from survey_app.questionnaire import Questionnaire
from survey_app.settings import Settings
from survey_app.store import Store, gatherings, runs, standing, themes
from survey_app.store.findings import CommentRef
from survey_app.store.responses import Intake
from survey_app.store.runs import RunState

STORIES = (
    "taman di kampungku kotor banyak sampah",
    "tamane reged akeh sampah",
    "sampah di taman bau",
    "toilet sekolah kotor dan bau",
    "wc sekolah ora ana banyune",
    "toilet sekolah mampet airnya kotor",
    "lampu jalan di gang mati",
    "dalan peteng lampune mati",
    "jajan di kantin kurang sehat",
    "kantin sekolah jualan ciki terus",
)


@pytest.fixture
def written(store: Store, intake: Intake, gathering: Gathering) -> Gathering:
    """A gathering where twenty children wrote."""
    children = [Tablet(store, gathering) for _ in range(20)]
    envelopes = [
        child.envelope({"cerita": STORIES[n % 10], "usul": STORIES[(n * 3 + 1) % 10]})
        for n, child in enumerate(children)
    ]
    intake.submit(envelopes).result(timeout=20)
    return gathering


def _settings(store: Store, data_dir: Path) -> Settings:
    url = store.engine.url.set(drivername=store.engine.url.get_backend_name())
    return Settings(data_dir=data_dir, database_url=url.render_as_string(hide_password=False))


def test_words_become_themes(store: Store, written: Gathering) -> None:
    """V001: the real analysis on both databases."""
    told: list[tuple[str, float]] = []
    summary = review.run(store, written.round_id, progress=lambda *step: told.append(step))
    assert summary.comments == 40
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    run = runs.latest_run(store, written.round_id)
    assert run is not None
    assert (run.state, run.fraction, run.comments) == (RunState.FINISHED, 1.0, 40)
    assert run.versions
    assert themes.cluster_cards(store, written.round_id).total.children == 20


def test_a_round_without_words(store: Store, gathering: Gathering) -> None:
    """V001: nothing to read is no failure."""
    assert review.run(store, gathering.round_id).comments == 0
    run = runs.latest_run(store, gathering.round_id)
    assert run is not None
    assert run.state is RunState.FINISHED


def test_one_run_at_a_time(store: Store, gathering: Gathering) -> None:
    """V002: the second is refused, also in another process; other rounds are free."""
    first = runs.start_run(store, gathering.round_id)
    with pytest.raises(AnalysisError, match="sedang berjalan"):
        review.run(store, gathering.round_id)
    with pytest.raises(AnalysisError, match="sedang berjalan"):
        review.start_in_background(store, Settings(), gathering.round_id, by=Program.SERVER)
    runs.finish_run(store, first, comments=0, versions={})
    runs.start_run(store, gathering.round_id)


def test_a_silent_run_blocks_nobody(store: Store, gathering: Gathering) -> None:
    """V002: after a minute without a sign it is shown as failed, and the next one may start."""
    first = runs.start_run(store, gathering.round_id)
    later = datetime.now(UTC) + timedelta(minutes=2)
    shown = runs.latest_run(store, gathering.round_id, now=later)
    assert shown is not None
    assert (shown.state, shown.sentence) == (RunState.FAILED, runs.STOPPED)
    second = runs.start_run(store, gathering.round_id, now=later)
    runs.finish_run(store, first, comments=5, versions={})
    latest = runs.latest_run(store, gathering.round_id, now=later)
    assert latest is not None
    assert (latest.id, latest.state) == (second, RunState.RUNNING)
    assert runs.last_finished_run(store, gathering.round_id) is None


def test_a_failed_run_keeps_the_last_themes(
    store: Store,
    written: Gathering,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """V003, V006: the sentence names the kind of fault, never the words it stumbled over."""
    read_round(store, written.round_id)
    before = themes.cluster_cards(store, written.round_id)

    def fail(comments: Any, **_: Any) -> None:
        raise ValueError(comments[0].text)

    monkeypatch.setattr(analysis, "analyse", fail, raising=False)
    with caplog.at_level(logging.DEBUG), pytest.raises(AnalysisError) as failed:
        review.run(store, written.round_id)
    run = runs.latest_run(store, written.round_id)
    assert run is not None
    assert run.state is RunState.FAILED
    assert "ValueError" in run.sentence
    for place in (run.sentence, str(failed.value), caplog.text):
        assert not any(story in place for story in STORIES)
    assert themes.cluster_cards(store, written.round_id) == before


def test_new_words_are_read_unasked(store: Store, written: Gathering, data_dir: Path) -> None:
    """V004, V007: a round with new children is read elsewhere; then it is left alone."""
    chosen = _settings(store, data_dir)
    assert len(review.start_where_new(store, chosen)) == 1
    assert review.start_where_new(store, chosen) == ()  # it is being read
    run = _wait_for_end(store, written)
    assert (run.state, run.comments) == (RunState.FINISHED, 40)
    assert themes.cluster_cards(store, written.round_id).total.children == 20
    assert review.start_where_new(store, chosen) == ()


def test_addresses_stay(store: Store, intake: Intake, written: Gathering) -> None:
    """V008: the second run has ten more children; all old themes have the keys they had."""
    review.run(store, written.round_id)
    before = _places(store, written)
    texts = ("lampu gang mati semua", "toilet sekolah bau pesing"), ("halte rusak", "sungai kotor")
    envelopes = [
        Tablet(store, written).envelope({"cerita": one, "usul": other}) for one, other in texts * 5
    ]
    intake.submit(envelopes).result(timeout=20)
    review.run(store, written.round_id)
    after = _places(store, written)
    assert len(after) > len(before)
    assert {ref: after[ref] for ref in before} == before


def test_addresses_tell_nothing(
    store: Store, intake: Intake, gathering: Gathering, questionnaire: Questionnaire, tmp_path: Path
) -> None:
    """V008: one sentence in two rounds; neither key can be guessed from the other."""
    both = gathering, opened_gathering(store, questionnaire, tmp_path)
    keys = set()
    for one in both:
        twice = {"cerita": STORIES[0], "usul": STORIES[0]}  # said once is no theme
        intake.submit([Tablet(store, one).envelope(twice)]).result(timeout=20)
        review.run(store, one.round_id)
        keys |= set(_places(store, one).values())
    assert len(keys) == 2


def test_nothing_of_a_withdrawn_child(store: Store, intake: Intake, written: Gathering) -> None:
    """V009: its words were a theme's phrase and in its profile; nothing but numbers is left."""
    child = Tablet(store, written)
    secret = "kolam ikan koi sing jembar"
    intake.submit([child.envelope({"cerita": secret, "usul": f"{secret}!"})]).result(20)
    review.run(store, written.round_id)
    assert secret in all_text(store)
    intake.submit([child.withdrawal()]).result(timeout=20)
    for _ in range(2):
        kept = all_text(store)
        lines = [line for line in kept.splitlines() if secret in line or "kolam" in line]
        assert lines == []
        assert not re.search(r"\b(kolam|ikan|koi|jembar)\b", kept)
        words = [secret, f"pengin {secret}", "kolam ikan koi yang lebar"]
        assert not any(text_key(one)[:8] in kept for one in words)
        assert not any(sha256(one.encode()).hexdigest()[:8] in kept for one in words)
        review.run(store, written.round_id)


def test_one_more_child_changes_no_number(store: Store, intake: Intake, written: Gathering) -> None:
    """V010: nine late children move nothing that is shown; the tenth brings all of them."""
    review.run(store, written.round_id)
    before = _everything_shown(store, written)
    late = [{"cerita": STORIES[n], "usul": STORIES[n]} for n in range(10)]
    for number, answers in enumerate(late, 1):
        intake.submit([Tablet(store, written).envelope(answers)]).result(timeout=20)
        if number in (1, 9):
            summary = review.run(store, written.round_id)
            assert (summary.waiting, summary.comments) == (number, 40)
            assert _everything_shown(store, written) == before
            last = runs.last_finished_run(store, written.round_id)
            assert last is not None
            assert f"Jawaban {number} anak terbaru sudah disaring" in last.sentence
    summary = review.run(store, written.round_id)
    assert (summary.waiting, summary.comments) == (0, 60)
    assert themes.cluster_cards(store, written.round_id).total.children == 30


def test_the_last_children_are_heard(store: Store, intake: Intake, written: Gathering) -> None:
    """V010: one late child waits while a gathering is open, and is told of when all are closed."""
    review.run(store, written.round_id)
    intake.submit([Tablet(store, written).envelope({"cerita": STORIES[0]})]).result(timeout=20)
    assert review.run(store, written.round_id).waiting == 1
    gatherings.set_state(store, written.id, GatheringState.CLOSED, by=Program.COMMAND_LINE)
    assert review.run(store, written.round_id).waiting == 0
    assert themes.cluster_cards(store, written.round_id).total.children == 21


def test_an_alert_never_waits(store: Store, intake: Intake, written: Gathering) -> None:
    """V010: one late child discloses harm; the officer sees it after the next run."""
    review.run(store, written.round_id)
    before = _everything_shown(store, written)
    words = {"cerita": "aku dipukuli bapak setiap malam", "usul": "taman"}
    intake.submit([Tablet(store, written).envelope(words)]).result(timeout=20)
    review.run(store, written.round_id)
    assert safeguarding.waiting(store) == 1
    assert _everything_shown(store, written) == before


def _everything_shown(store: Store, gathering: Gathering) -> object:
    """The overview, and every theme with its quotes and who stands behind it."""
    cards = themes.all_themes(store, gathering.round_id)
    details = [themes.theme_details(store, gathering.round_id, one.key) for one in cards]
    return themes.cluster_cards(store, gathering.round_id), details


def _places(store: Store, gathering: Gathering) -> dict[CommentRef, str]:
    """In which theme each comment stands."""
    return {
        ref: theme.key
        for theme in standing.standing_themes(store, gathering.round_id)
        for ref in theme.comments
    }


def test_the_asking_process_stays_light() -> None:
    """V004: importing the review, the store and all they need loads no scikit-learn."""
    code = "import sys, survey_app.review, survey_app.evidence; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_killed_run_is_failed_at_once(
    store: Store, written: Gathering, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V005: SIGKILL while it works; nobody waits a minute for the sentence."""
    started: list[int] = []
    popen = subprocess.Popen

    def remember(*arguments: Any, **options: Any) -> Any:
        process = popen(*arguments, **options)
        started.append(process.pid)
        return process

    monkeypatch.setattr(subprocess, "Popen", remember)
    review.start_in_background(
        store, _settings(store, data_dir), written.round_id, by=Program.SERVER
    )
    os.kill(started[0], signal.SIGKILL)
    run = _wait_for_end(store, written)
    assert (run.state, run.sentence) == (RunState.FAILED, runs.STOPPED)


def _wait_for_end(store: Store, gathering: Gathering) -> runs.Run:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        run = runs.latest_run(store, gathering.round_id)
        assert run is not None
        if run.state is not RunState.RUNNING:
            return run
        time.sleep(0.1)
    raise AssertionError("the run did not end")
