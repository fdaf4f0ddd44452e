"""Promises of the screening: a child who tells of harm is before the officer at once.

K001  Words that disclose harm become an alert, others none; each response is looked through once.
K002  A wish to talk is an alert of its own, also from a response that went to quarantine whole.
K003  A text that cannot be looked through is laid before the officer unread, and no other waits.
K004  What waits more than ten seconds is laid before the officer; screened later, it is replaced.
K005  Changed words are looked through anew: an alert nobody took follows them.
K006  What a child withdraws while it is looked through raises no alert; nothing waits afterwards.
K007  An analysis neither doubles nor lowers what the screening found.
K008  The process comes back when it dies, ends with its server, and says how it is.
K009  Screening needs neither mapping, themes nor pandas, also where its model was never learnt
      before: the real detector, ten milliseconds each.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from listening import find
from reading import read_round
from tablet import Tablet

import analysis
from survey_app import screening
from survey_app.gathering import Gathering
from survey_app.screening import Screener
from survey_app.settings import Settings
from survey_app.store import Store
from survey_app.store import screening as shelf
from survey_app.store.database import now
from survey_app.store.responses import Intake
from survey_app.store.screening import ScreeningState
from survey_app.store.tables import Alerts, Answers

MOST_MS = 10


@pytest.fixture
def screener(store: Store) -> Screener:
    """One that knows two words."""
    return Screener(store, find)


def alerts(store: Store) -> dict[str, str]:
    """The level of each alert, by question; of one child."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(Alerts.question_key, Alerts.level))
        return {row.question_key: row.level for row in rows}


def count(store: Store) -> int:
    """How many alerts there are."""
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count(Alerts.id))) or 0


def test_words_become_alerts(store: Store, intake: Intake, gathering: Gathering) -> None:
    """K001: on both databases, in one look; the second look has nothing to do."""
    texts = ["aku dipukul", "aku diejek", "taman kotor", "", None]
    envelopes = [Tablet(store, gathering).envelope({"cerita": text}) for text in texts]
    intake.submit([*envelopes, Tablet(store, gathering).refusal()]).result(timeout=20)
    seen: list[str] = []

    def listen(given: Sequence[str]) -> list[analysis.Alert | None]:
        seen.extend(given)
        return find(given)

    screener = Screener(store, listen)
    assert screener.look() == 6
    assert sorted(seen) == sorted(texts[:3])
    with store.reading() as connection:
        assert sorted(connection.scalars(sa.select(Alerts.level))) == ["concern", "urgent"]
    assert screener.look() == 0
    assert shelf.screening(store).waiting == 0


def test_wishes(store: Store, intake: Intake, gathering: Gathering, screener: Screener) -> None:
    """K002: from a response, from quarantine, and once however often a tablet repeats itself."""
    wrong = Tablet(store, gathering).envelope(talk_to_adult=True) | {"ticket": "salah"}
    asked = Tablet(store, gathering).envelope({"cerita": "aku dipukul"}, talk_to_adult=True)
    intake.submit([wrong, wrong, asked]).result(timeout=20)
    for _ in range(2):
        screener.look()
    Screener(store, find).look()
    with store.reading() as connection:
        assert sorted(connection.scalars(sa.select(Alerts.level))) == ["talk", "talk", "urgent"]


def test_a_text_that_breaks_the_screening(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener
) -> None:
    """K003: its neighbour in the batch is screened; it stays unscreened until that succeeds."""
    bad, good = Tablet(store, gathering), Tablet(store, gathering)
    both = [bad.envelope({"cerita": "meledak"}), good.envelope({"cerita": "aku dipukul"})]
    intake.submit(both).result(timeout=20)
    assert screener.look() == 1
    assert screener.look() == 0
    with store.reading() as connection:
        found = {row.response_id: row.level for row in connection.execute(sa.select(Alerts))}
    assert found == {bad.id: "unscreened", good.id: "urgent"}
    Screener(store, lambda texts: [None for _ in texts]).look()
    assert count(store) == 1


def test_a_damaged_answer(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener
) -> None:
    """K003: what nobody can read any more holds up nobody, neither screened nor overdue."""
    bad, good = Tablet(store, gathering), Tablet(store, gathering)
    both = [one.envelope({"cerita": "aku dipukul"}) for one in (bad, good)]
    intake.submit(both).result(timeout=20)
    of_bad = Answers.response_id == bad.id, Answers.question_key == "cerita"
    with store.writing() as connection:
        sealed = connection.scalar(sa.select(Answers.value).where(*of_bad))
        assert sealed
        damaged = sealed[:-9] + ("A" if sealed[-9] != "A" else "B") + sealed[-8:]
        connection.execute(sa.update(Answers).where(*of_bad).values(value=damaged))
    assert shelf.mark_overdue(store, before=now() + timedelta(seconds=1)) == 1
    assert screener.look() == 2
    with store.reading() as connection:
        found = {row.response_id: row.level for row in connection.execute(sa.select(Alerts))}
    assert found == {good.id: "urgent"}


def test_what_waits_too_long(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener
) -> None:
    """K004: nobody screens; words and wish are there all the same, until they are screened."""
    children = [Tablet(store, gathering) for _ in range(2)]
    texts = {"cerita": "aku dipukul", "usul": "lampu", "nama_taman": "bukan ini"}
    intake.submit(
        [
            children[0].envelope(texts, talk_to_adult=True),
            children[1].envelope(texts, talk_to_adult=True) | {"ticket": "salah"},
        ]
    ).result(timeout=20)
    assert screening.mark_overdue(store) == 0
    later = now() + timedelta(seconds=1)
    assert shelf.mark_overdue(store, before=later) == 5
    assert shelf.mark_overdue(store, before=later) == 0
    assert alerts(store) == {
        "cerita": "unscreened",
        "usul": "unscreened",
        "": "talk",
        "*": "unscreened",
    }
    screener.look()
    assert alerts(store) == {"cerita": "urgent", "": "talk", "*": "urgent"}
    assert count(store) == 4


def test_changed_words(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener
) -> None:
    """K005: half a sentence alarmed, the whole does not; a wish unticked is gone."""
    child = Tablet(store, gathering)

    def write(text: str, *, talk: bool = False) -> dict[str, str]:
        sent = child.envelope({"cerita": text}, finished=False, talk_to_adult=talk)
        intake.submit([sent]).result(timeout=20)
        screener.look()
        return alerts(store)

    assert write("aku diejek", talk=True) == {"cerita": "concern", "": "talk"}
    assert write("aku diejek dan dipukul") == {"cerita": "urgent"}
    assert write("aku diejek") == {"cerita": "concern"}
    assert write("taman") == {}


def test_a_case_somebody_works_on_stays(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener
) -> None:
    """K005: taken by an officer it is not taken away, and can only become more urgent."""
    child = Tablet(store, gathering)
    for text, level in (("diejek", "concern"), ("taman", "concern"), ("dipukul", "urgent")):
        sent = child.envelope({"cerita": text}, finished=False)
        intake.submit([sent]).result(timeout=20)
        screener.look()
        assert alerts(store) == {"cerita": level}
        with store.writing() as connection:
            connection.execute(sa.update(Alerts).values(state="taken"))


def test_withdrawn_meanwhile(store: Store, intake: Intake, gathering: Gathering) -> None:
    """K006: between reading the words and keeping what was found."""
    child = Tablet(store, gathering)
    intake.submit([child.envelope({"cerita": "aku dipukul"})]).result(timeout=20)

    def slowly(texts: Sequence[str]) -> list[analysis.Alert | None]:
        intake.submit([child.withdrawal()]).result(timeout=20)
        return find(texts)

    Screener(store, slowly).look()
    assert count(store) == 0
    assert shelf.screening(store).waiting == 0


def test_beside_the_analysis(
    store: Store, intake: Intake, gathering: Gathering, screener: Screener
) -> None:
    """K007: a later reading that finds nothing, or only a concern, leaves the alert."""
    sent = Tablet(store, gathering).envelope({"cerita": "aku dipukul", "usul": "aku diejek"})
    intake.submit([sent]).result(timeout=20)
    assert shelf.mark_overdue(store, before=now() + timedelta(seconds=1)) == 2
    read_round(store, gathering.round_id, concern="diejek")
    assert alerts(store) == {"cerita": "unscreened", "usul": "concern"}
    screener.look()
    expected = {"cerita": "urgent", "usul": "concern"}
    for reading in ({}, {"concern": "dipukul"}, {"urgent": "dipukul"}):
        assert alerts(store) == expected
        read_round(store, gathering.round_id, **reading)
    assert alerts(store) == expected


def test_the_process(
    sqlite_store: Store, intake_here: Intake, class_here: Gathering, chosen: Settings
) -> None:
    """K008: it signs, screens a new response within two seconds, and is back after a kill."""
    watch = screening.Watch(chosen)
    try:
        _until(lambda: shelf.screening(sqlite_store).state is ScreeningState.READY)
        _write_and_wait(sqlite_store, intake_here, class_here, alerts_then=1)
        killed = watch.pid
        assert killed
        os.kill(killed, signal.SIGKILL)
        _until(lambda: watch.pid != killed)
        _write_and_wait(sqlite_store, intake_here, class_here, alerts_then=2, within=60.0)
        last = watch.pid
        assert last
    finally:
        watch.close()
    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)
    later = now() + shelf.SILENT_AFTER + timedelta(seconds=1)
    assert shelf.screening(sqlite_store, now=later).state is ScreeningState.AWAY


def _write_and_wait(
    store: Store, intake: Intake, gathering: Gathering, *, alerts_then: int, within: float = 2.0
) -> None:
    told = Tablet(store, gathering).envelope({"cerita": "aku dipukul bapak sampai berdarah"})
    intake.submit([told]).result(timeout=20)
    acknowledged = time.monotonic()
    _until(lambda: count(store) == alerts_then)
    assert time.monotonic() - acknowledged <= within


def test_it_ends_with_its_server(chosen: Settings, sqlite_store: Store) -> None:
    """K008: a server that is killed leaves no process behind."""
    command = [sys.executable, "-m", "survey_app.screening"]
    process = subprocess.Popen(command, env=chosen.environment, stdin=subprocess.PIPE)
    assert process.stdin
    process.stdin.close()
    assert process.wait(timeout=60) == 0


def test_the_real_detector(tmp_path: Path) -> None:
    """K009: learnt where nothing was kept; quick even one by one (processor time), and light."""
    code = (
        "import sys, time\n"
        "from survey_app.screening import light_detector\n"
        "detector = light_detector()\n"
        "texts = [f'aku dipukul bapak nomor {n}' for n in range(60)]\n"
        "detector.predict(texts[:1])\n"
        "started = time.process_time()\n"
        "found = [alert for text in texts for alert in detector.predict([text])]\n"
        f"slow = time.process_time() - started > {MOST_MS} / 1000 * len(texts)\n"
        "heavy = {'analysis.mapping', 'analysis.themes', 'pandas'} & set(sys.modules)\n"
        "sys.exit(slow or bool(heavy) or not all(found))\n"
    )
    nothing_kept = os.environ | {"SUARA_CACHE_DIR": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", code], env=nothing_kept).returncode == 0


def test_the_server_stays_light() -> None:
    """K009: who only starts the screening loads no scikit-learn."""
    code = "import sys, survey_app.screening; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.fixture
def chosen(sqlite_store: Store, data_dir: Path) -> Settings:
    """The settings of a process beside this one."""
    url = sqlite_store.engine.url.render_as_string(hide_password=False)
    return Settings(data_dir=data_dir, database_url=url)


@pytest.fixture
def class_here(sqlite_store: Store, questionnaire: object, tmp_path: Path) -> Gathering:
    """An open gathering in the SQLite database."""
    from classroom import opened_gathering

    return opened_gathering(sqlite_store, questionnaire, tmp_path)  # type: ignore[arg-type]


@pytest.fixture
def intake_here(sqlite_store: Store) -> object:
    """The writer of that database."""
    writer = Intake(sqlite_store)
    yield writer
    writer.close()


def _until(so: Callable[[], bool], *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.02)
