"""What children wrote is sealed: the database without its key tells nothing.

V001  A sealed text opens again as it was, and two of the same text are never alike.
V002  It opens in its own place only; one changed byte, another row or another key is noticed.
V003  The length of a sealed text does not tell which choice a child made.
V004  No raw word of a child, no reason of an alert, no note of an officer stands in a database
      file or the log beside it.
V005  What an older version kept as it was typed is sealed at the first start, and the plain text
      is overwritten.
V006  An empty database gets a key, readable by its owner only; whoever starts together shares it.
V007  A database that knows a key is not opened without it; the sentence says what to do, and no
      key is made in its place.
V008  A new key seals what comes and, while children go on, what is there; then only it is needed.
V009  A running app takes up a key that another process made.
V010  A change of the key that was cut short goes on where it stopped.
V011  One damaged draft keeps nobody else's answers out.
V012  A key can be written down and typed back; a wrong row is named.
V013  A withdrawal leaves no trace in the database, its files, exports or the next analysis.
"""

import json
import re
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from classroom import opened_gathering
from reading import read_round
from rows import all_text, answers_in, rows_in
from tablet import FULL_ANSWERS, Tablet

from survey_app import evidence, safeguarding
from survey_app.errors import StoreError
from survey_app.evidence import ExportFormat
from survey_app.gathering import Gathering
from survey_app.people import Program, Role, StaffMember
from survey_app.store import (
    Store,
    gatherings,
    keys,
    people,
    responses,
    returns,
    sealing,
    unlocking,
)
from survey_app.store.alerts import AlertId, OpenedWords
from survey_app.store.cases import Step
from survey_app.store.keys import KeyPlace
from survey_app.store.responses import Intake
from survey_app.store.tables import (
    Alerts,
    AlertSteps,
    Answers,
    Audit,
    Installation,
    Quarantine,
    Responses,
    Staff,
)
from survey_app.store.vault import DamagedError, Vault, is_sealed, key_name, new_key

STORY = "aku dijothak kanca-kanca ning mburi kelas"
WORDS = "kucing-merah-apel"


@pytest.fixture
def tablet(store: Store, gathering: Gathering) -> Tablet:
    """One child's tablet."""
    return Tablet(store, gathering)


def _vault(*secrets: bytes) -> Vault:
    ring = {key_name(key): key for key in secrets}
    return Vault(ring, list(ring)[-1])


def _send(intake: Intake, *envelopes: Any) -> list[str]:
    return [one.outcome.value for one in intake.submit(envelopes).result(timeout=20)]


def _story(tablet: Tablet, text: str = STORY, **more: Any) -> dict[str, Any]:
    return tablet.envelope({**FULL_ANSWERS, "cerita": text}, **more)


@pytest.mark.parametrize("text", ["", "ya", "x" * 31, "x" * 32, "\x80\0é\0", "🙂 \ud800", STORY])
def test_what_was_sealed_opens_again(text: str) -> None:
    """V001: also half a surrogate pair, and what ends like the filling."""
    vault = _vault(new_key())
    sealed = [vault.seal(text, "answers/a/b") for _ in range(2)]
    assert [vault.open(one, "answers/a/b") for one in sealed] == [text, text]
    assert sealed[0] != sealed[1]


def test_a_sealed_text_cannot_be_moved_or_changed() -> None:
    """V002: another place, each changed letter, another key, and what was never sealed."""
    vault = _vault(new_key())
    sealed = vault.seal(STORY, "answers/a/b")
    for at in range(sealed.rindex(".") + 1, len(sealed) - 4, 7):
        changed = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
        with pytest.raises(DamagedError):
            vault.open(changed, "answers/a/b")
    for text, place in ((sealed, "answers/a/c"), (sealed[:-5], "answers/a/b"), (STORY, "x")):
        with pytest.raises(DamagedError) as refused:
            vault.open(text, place)
        assert "dijothak" not in str(refused.value)
    with pytest.raises(StoreError, match=r"Kunci '[0-9a-f]{8}' .* tidak ada"):
        _vault(new_key()).open(sealed, "answers/a/b")


def test_the_length_tells_no_choice(store: Store, intake: Intake, tablet: Tablet) -> None:
    """V003: yes, no, maybe and a skipped question are equally long, as are 1 and a kelurahan."""
    choices: list[dict[str, Any]] = [
        {"aman": "yes", "wajah": 1},
        {"aman": "maybe", "adik": 9},
        {"aman": None, "rumah": "35.71.01.1001", "suka": ["taman", "kali"]},
    ]
    children = [Tablet(store, tablet.gathering).envelope(one) for one in choices]
    assert _send(intake, *children) == ["stored"] * 3
    with store.reading() as connection:
        lengths = set(connection.scalars(sa.select(sa.func.length(Answers.value))))
    assert len(lengths) == 1


def test_no_word_stands_in_the_files(
    sqlite_store: Store, tmp_path: Path, questionnaire: Any
) -> None:
    """V004: answers, a draft, quarantine, an alert, a note; also in the log beside it."""
    gathering = opened_gathering(sqlite_store, questionnaire, tmp_path)
    intake = Intake(sqlite_store)
    done, draft, stranger = (Tablet(sqlite_store, gathering) for _ in range(3))
    sent = [
        _story(done),
        _story(draft, "dijothak maneh", finished=False),
        _story(stranger, "dijothak terus") | {"ticket": "palsu"},
        _story(draft, "dijothak", finished=False, revision=1),
    ]
    assert _send(intake, *sent) == ["stored", "stored", "kept", "kept"]
    read_round(sqlite_store, gathering.round_id, urgent="dijothak")
    intake.close()
    officer = _officer(sqlite_store)
    case, words = _opened(sqlite_store, officer)
    assert (words.text, words.reason) == (STORY, "kata 'dipukul'")
    safeguarding.act(sqlite_store, officer, case, Step.TAKE)
    safeguarding.act(sqlite_store, officer, case, Step.NOTE, note="Anaknya dijothak, ditemani BK")
    assert "dijothak" in all_text(sqlite_store), "the test would not see it"
    files = _files(tmp_path)
    for word in (b"dijothak", b"dipukul", b"Taman Sekartaji"):
        assert word not in files
    for table, column in (
        (Answers, "value"), (Quarantine, "content"), (Alerts, "reason"), (AlertSteps, "note"),
    ):  # fmt: skip
        kept = table.__table__.c[column]
        with sqlite_store.reading() as connection:
            stored = list(connection.scalars(sa.select(kept).where(kept.is_not(None))))
        assert stored
        assert all(map(is_sealed, stored))


def _officer(store: Store) -> StaffMember:
    return people.add_staff(store, "Bu PPA", "kapal-layar-biru", Role.SAFEGUARDING_OFFICER)


def _opened(store: Store, officer: StaffMember) -> tuple[AlertId, OpenedWords]:
    """The first case, opened."""
    first, *_ = safeguarding.queue(store, officer)
    words = safeguarding.open_words(store, officer, first.id)
    assert words is not None
    return first.id, words


def _files(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.glob("suara.db*"))


def test_an_older_database_is_sealed(
    store: Store, intake: Intake, tablet: Tablet, database_url: str, data_dir: Path, tmp_path: Path
) -> None:
    """V005: every answer, draft and reason reads as before, and none lies about in clear."""
    other = Tablet(store, tablet.gathering)
    finished = _story(tablet)
    _send(intake, finished, _story(other, finished=False, return_words=WORDS))
    read_round(store, tablet.gathering.round_id, urgent="dijothak")
    assert finished["hash"] not in all_text(store), "answers could be tried out on it"
    officer = _officer(store)
    before, found = answers_in(store), _opened(store, officer)
    _as_an_older_version_kept_it(store, tablet.id, finished["hash"])
    if database_url.startswith("sqlite"):
        assert STORY.encode() in _files(tmp_path)
    store.close()
    (data_dir / "words.key").unlink()
    again = Store.open(database_url, data_dir=data_dir)
    assert answers_in(again) == before
    assert _opened(again, officer) == found
    draft = returns.open_again(again, tablet.gathering.code, WORDS)
    assert draft is not None
    assert json.loads(draft.content)["answers"]["cerita"]["value"] == STORY
    with again.reading() as connection:
        assert sealing.count_stale(connection, again.vault) == 0
    late = Intake(again)
    assert _send(late, finished) == ["again"]
    late.close()
    again.close()
    assert STORY.encode() not in _files(tmp_path)
    assert b"dipukul" not in _files(tmp_path)


def _as_an_older_version_kept_it(store: Store, response: str, content_hash: str) -> None:
    """Plain texts, the hash as it came, and no key that the database knows of."""
    for column in sealing.SEALED:
        table = column.table.__table__
        for row in rows_in(store, table):
            mine = [table.c[name] == row[name] for name in (*table.primary_key.columns.keys(),)]
            with store.writing() as connection:
                connection.execute(
                    sa.update(column.table).where(*mine).values({column.column: row[column.column]})
                )
    with store.writing() as connection:
        mine = sa.update(Responses).where(Responses.id == response)
        connection.execute(mine.values(content_hash=content_hash))
        connection.execute(sa.delete(Installation))


def test_an_empty_database_gets_a_key(store: Store, database_url: str, data_dir: Path) -> None:
    """V006: one line, mode 0600; the next start uses the same."""
    file = data_dir / "words.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    name, key = file.read_text("ascii").split()
    assert name == store.vault.current
    assert key not in all_text(store)
    again = Store.open(database_url, data_dir=data_dir)
    assert again.vault.current == name
    again.close()


def test_servers_that_start_together_share_a_key(database_url: str, data_dir: Path) -> None:
    """V006: four at once on an empty database."""
    opened: list[Store] = []
    together = threading.Barrier(4)

    def start() -> None:
        together.wait()
        opened.append(Store.open(database_url, data_dir=data_dir))

    servers = [threading.Thread(target=start) for _ in range(4)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert len({store.vault.current for store in opened}) == 1
    assert len(opened) == 4
    assert len((data_dir / "words.key").read_text().splitlines()) == 1
    for store in opened:
        store.close()


def test_without_its_key_a_database_stays_closed(
    store: Store, intake: Intake, tablet: Tablet, database_url: str, data_dir: Path, tmp_path: Path
) -> None:
    """V007: the file missing, another key in its place, another machine, a damaged file."""
    _send(intake, _story(tablet))
    file = data_dir / "words.key"
    right = file.read_text()
    file.unlink()
    for attempt in (data_dir, tmp_path / "another-machine"):
        with pytest.raises(StoreError, match=f"Kunci '{store.vault.current}'") as refused:
            Store.open(database_url, data_dir=attempt)
        assert "suara key restore" in refused.value.remedy
        assert not (attempt / "words.key").exists(), "a key was made for words it cannot open"
    wrong = new_key()
    KeyPlace(file).add(wrong)
    with pytest.raises(StoreError, match=f"Kunci '{store.vault.current}'"):
        Store.open(database_url, data_dir=data_dir)
    file.write_text(right.replace(right[:8], "00000000"))
    with pytest.raises(StoreError, match="baris 1 bukan kunci"):
        Store.open(database_url, data_dir=data_dir)
    file.write_text(right)
    again = Store.open(database_url, data_dir=data_dir)
    assert answers_in(again)[tablet.id]["cerita"] == STORY
    again.close()


def test_a_key_from_the_environment(
    store: Store, intake: Intake, tablet: Tablet, database_url: str, data_dir: Path
) -> None:
    """V006 V007: given as base64, with or without its name; no file is asked for or made."""
    _send(intake, _story(tablet))
    file = data_dir / "words.key"
    text = file.read_text()
    file.unlink()
    for given in (text, text.split()[1]):
        again = Store.open(database_url, data_dir=data_dir, key_place=KeyPlace(file, given))
        assert answers_in(again)[tablet.id]["cerita"] == STORY
        with pytest.raises(StoreError, match="SUARA_KEY"):
            unlocking.rotate(again)
        again.close()
    assert not file.exists()
    with pytest.raises(StoreError, match="SUARA_KEY: baris 1"):
        Store.open(database_url, data_dir=data_dir, key_place=KeyPlace(file, "rahasia"))


def test_a_new_key_reseals_everything(
    store: Store, intake: Intake, tablet: Tablet, database_url: str, data_dir: Path
) -> None:
    """V008: all kinds of text; afterwards the old key is not needed, and the log tells of it."""
    other = Tablet(store, tablet.gathering)
    _send(intake, _story(tablet), _story(other, finished=False, return_words=WORDS))
    _send(intake, _story(Tablet(store, tablet.gathering)) | {"ticket": "palsu"})
    read_round(store, tablet.gathering.round_id, urgent="dijothak")
    _note_and_secret(store)
    before, first = _everything(store), store.vault.current
    with store.reading() as connection:
        texts = sum(len(rows_in(store, one.table.__table__)) for one in sealing.SEALED)
        assert sealing.count_stale(connection, store.vault) == 0
    assert 0 < unlocking.rotate(store) <= texts
    assert store.vault.current != first
    assert _everything(store) == before
    last = (data_dir / "words.key").read_text().splitlines()[-1]
    (data_dir / "words.key").write_text(last)
    again = Store.open(database_url, data_dir=data_dir)
    assert _everything(again) == before
    again.close()
    with store.reading() as connection:
        facts = [json.loads(one) for one in connection.scalars(sa.select(Audit.facts))]
    assert {"key": store.vault.current, "step": "made"} in facts


def _everything(store: Store) -> list[str]:
    """What the database holds of people; PostgreSQL gives rows in the order of the last change."""
    return sorted(all_text(store, without={"installation", "audit"}).splitlines())


def _note_and_secret(store: Store) -> None:
    """What an officer wrote, and the secret of a second factor."""
    member = people.add_staff(store, "Petugas", "payung-lumut-genteng", Role.SAFEGUARDING_OFFICER)
    with store.writing() as connection:
        alert = connection.scalar(sa.select(Alerts.id))
        note = sealing.NOTE.seal(store.vault, "sudah bicara dengan anak", alert)
        step = {"alert_id": alert, "step": "note", "staff_id": member.id, "note": note}
        moment = connection.scalar(sa.select(Alerts.created_at))
        connection.execute(sa.insert(AlertSteps).values(**step, made_at=moment))
        secret = sealing.TOTP_SECRET.seal(store.vault, "JBSWY3DPEHPK3PXP" * 2, member.id)
        assert len(secret) <= 200
        connection.execute(sa.update(Staff).values(totp_secret=secret))


def test_children_go_on_while_the_key_changes(
    store: Store, intake: Intake, gathering: Gathering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V008 V009: an intake in another process seals with the new key; no answer is lost."""
    monkeypatch.setattr(sealing, "BATCH", 20)
    url = str(store.engine.url.render_as_string(hide_password=False))
    other = Store.open(url.replace("+psycopg", ""), data_dir=store.key_place.path.parent)
    children = [Tablet(store, gathering) for _ in range(60)]
    assert set(_send(intake, *(_story(one) for one in children[:30]))) == {"stored"}
    failed: list[BaseException] = []

    def change() -> None:
        try:
            unlocking.rotate(other)
        except BaseException as error:
            failed.append(error)

    changing = threading.Thread(target=change)
    changing.start()
    for child in children[30:]:
        assert _send(intake, _story(child)) == ["stored"]
    changing.join()
    assert failed == []
    assert store.vault.current == other.vault.current
    assert {number: one["cerita"] for number, one in answers_in(store).items()} == {
        child.id: STORY for child in children
    }
    assert unlocking.status(store).stale == 0
    other.close()


def test_a_change_cut_short_goes_on(
    store: Store, intake: Intake, gathering: Gathering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V010: the second try makes no third key, and what was left is sealed with the second."""
    _send(intake, *(_story(Tablet(store, gathering)) for _ in range(5)))
    monkeypatch.setattr(sealing, "BATCH", 10)

    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("survey_app.store.sealing.time.sleep", stop)
        with pytest.raises(KeyboardInterrupt):
            unlocking.rotate(store)
    assert unlocking.status(store).stale > 0
    name = store.vault.current
    assert unlocking.rotate(store) > 0
    assert (store.vault.current, unlocking.status(store).stale) == (name, 0)
    assert len(store.key_place.read()) == 2


def test_a_damaged_draft_stands_alone(store: Store, intake: Intake, tablet: Tablet) -> None:
    """V011: the others are stored, and this child can go on too."""
    _send(intake, _story(tablet, finished=False))
    with store.writing() as connection:
        damaged = sa.func.replace(Responses.content, "A", "B")
        connection.execute(sa.update(Responses).values(content=damaged))
    others = [_story(Tablet(store, tablet.gathering)) for _ in range(3)]
    assert _send(intake, *others, _story(tablet)) == ["stored"] * 3 + ["replaced"]
    assert len(answers_in(store)) == 4


def test_a_key_on_paper() -> None:
    """V012: every single wrong letter of a row is noticed nearly always, and the row is named."""
    key = bytes(range(32))
    rows = keys.sheet(key)
    assert len(rows) == 8
    assert all(re.fullmatch(r"[A-Z2-7]{4}-[A-Z2-7]{4}", row) for row in rows)
    assert keys.read_sheet(rows) == key
    assert keys.read_sheet([row.lower().replace("-", " ") for row in rows]) == key
    with pytest.raises(StoreError, match="Baris 3 "):
        keys.read_sheet([*rows[:2], rows[3], *rows[3:]])
    with pytest.raises(StoreError, match="8 baris, yang diketik 7"):
        keys.read_sheet(rows[:7])
    slips = [
        row[:at] + ("A" if row[at] != "A" else "C") + row[at + 1 :]
        for row in rows
        for at in (0, 1, 2, 3, 5, 6, 7, 8)
    ]
    noticed = [keys.read_row(number // 8, slip) is None for number, slip in enumerate(slips)]
    assert sum(noticed) >= len(slips) - 2
    assert keys.read_row(0, "9") is None


def test_a_key_typed_from_its_sheet(
    store: Store, intake: Intake, tablet: Tablet, database_url: str, data_dir: Path
) -> None:
    """V007 V012: the file is gone; the sheet brings it back."""
    _send(intake, _story(tablet))
    rows = keys.sheet(unlocking.show(store))
    place = store.key_place
    place.path.unlink()
    unlocking.give_back(place, keys.read_sheet(rows))
    again = Store.open(database_url, data_dir=data_dir)
    assert answers_in(again)[tablet.id]["cerita"] == STORY
    again.close()


def test_the_backup_of_the_key_is_confirmed(store: Store) -> None:
    """V012: for the key in use only; after a change it has to be confirmed again."""
    assert unlocking.status(store).backup_confirmed_at is None
    unlocking.confirm_backup(store)
    assert unlocking.status(store).backup_confirmed_at is not None
    unlocking.rotate(store)
    assert unlocking.status(store).backup_confirmed_at is None


def test_a_withdrawal_leaves_no_trace(
    store: Store, intake: Intake, tablet: Tablet, database_url: str, tmp_path: Path
) -> None:
    """V013: database, its files after the sweep, both exports, and what the analysis reads."""
    others = [Tablet(store, tablet.gathering) for _ in range(6)]
    _send(intake, _story(tablet, "kolam ikan koi sing jembar", return_words=WORDS))
    _send(intake, *(child.envelope() for child in others))
    read_round(store, tablet.gathering.round_id, concern="koi")
    round_id = tablet.gathering.round_id
    with store.reading() as connection:
        mine = sa.select(Answers.value).where(Answers.response_id == tablet.id)
        sealed = [one.encode() for one in connection.scalars(mine)]
    assert returns.withdraw(store, tablet.gathering.code, WORDS)
    read_round(store, round_id)
    sealing.sweep(store)
    assert "ikan koi" not in all_text(store)
    assert not any("ikan koi" in one.text for one in responses.free_text_answers(store, round_id))
    assert gatherings.progress(store, tablet.gathering.id).started == 6
    for free_text in (False, True):
        made = evidence.export_responses(
            store, round_id, ExportFormat.JSONL, by=Program.COMMAND_LINE, free_text=free_text
        )
        assert b"ikan koi" not in made
    if database_url.startswith("sqlite"):
        files = _files(tmp_path)
        assert b"ikan koi" not in files
        assert not any(one in files for one in sealed)
