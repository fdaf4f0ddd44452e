"""The command `suara`, used as people and programs use it.

C001  Every command prints one JSON document with --json.
C002  A gathering is opened, listed and closed from a terminal.
C003  Without the guardians' consent no gathering opens, and the error says what to do.
C004  A questionnaire's faults are reported with file, question, reason and remedy.
C005  A published version is immutable: a change needs a new version.
C006  An account's password is printed once and stored only as a scrypt hash.
C007  An error is one sentence with a remedy and an exit code, never a traceback.
C008  `suara check` says what is wrong and fails when something is.
C010  The key's sheet can be shown, typed back, changed and given back; until it was typed back
      `suara check` fails.
C009  An export never overwrites a file unless told to, and holds no free text unless asked.
C010  The log of who did what is checked and written out; a change of it is found.
C011  A backup is made by a person or a timer, and restored on another machine.

Most commands run in this process (`tests/commands.py`); `alone` says that one starts as a program.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from commands import run_here
from server import free_port
from tablet import Tablet

from survey_app import cli
from survey_app.store import Store, gatherings, installation, unlocking
from survey_app.store.database import now
from survey_app.store.responses import Intake

SHIPPED = Path(__file__).parents[1] / "questionnaires"
OPEN = (
    "gathering",
    "open",
    "--questionnaire",
    "suara-anak-10-12",
    "--venue",
    "SD Uji Coba",
    "--kelurahan",
    "Setono Pande",
)
PASSPHRASE = {"SUARA_BACKUP_PASSPHRASE": "kuda batu lentera sungai"}


class Suara:
    """One installation in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SUARA_")},
            "SUARA_DATA_DIR": str(folder / "data"),
            "SUARA_PORT": str(free_port()),
            "SUARA_PUBLIC_URL": "http://192.0.2.7:8501",
        }

    def run(
        self, *words: str, typed: str = "", alone: bool = False, **changed: str
    ) -> "subprocess.CompletedProcess[str]":
        """The command's whole output and exit code; ``typed`` is its input."""
        environment = self.environment | changed
        if not alone:
            return run_here(
                cli.main, words, folder=self.folder, environment=environment, typed=typed
            )
        return subprocess.run(
            [sys.executable, "-m", "survey_app.cli", *words],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=environment,
            input=typed,
            timeout=120,
            check=False,
        )

    def json(self, *words: str, typed: str = "", alone: bool = False) -> object:
        """What the command prints with --json, after checking that it succeeded."""
        done = self.run(*words, "--json", typed=typed, alone=alone)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def store(self) -> Store:
        """Its database."""
        folder = self.folder / "data"
        return Store.open(f"sqlite:///{folder}/suara.db", data_dir=folder)


@pytest.fixture
def suara(tmp_path: Path) -> Suara:
    """An empty installation."""
    return Suara(tmp_path)


@pytest.fixture(scope="module")
def with_questionnaires(tmp_path_factory: pytest.TempPathFactory) -> Suara:
    """An installation with the shipped questionnaires, to be copied."""
    suara = Suara(tmp_path_factory.mktemp("published"))
    suara.json("kuesioner", "terbitkan", str(SHIPPED), alone=True)
    return suara


@pytest.fixture
def published(suara: Suara, with_questionnaires: Suara) -> Suara:
    """That installation, to be changed."""
    shutil.copytree(with_questionnaires.folder, suara.folder, dirs_exist_ok=True)
    return suara


def test_gathering_from_a_terminal(published: Suara) -> None:
    """C001 C002: open prints code and address; list and close show the state."""
    opened = published.json(*OPEN, "--guardian-consent", alone=True)
    assert isinstance(opened, dict)
    assert opened["url"] == f"http://192.0.2.7:8501/isi/{opened['code']}"
    listed = published.json("gathering", "list")
    assert [(row["code"], row["state"]) for row in listed] == [(opened["code"], "open")]
    shown = "".join(published.run("gathering", "list", COLUMNS="80").stdout.split())
    assert opened["code"] in shown
    assert "…" not in shown, "a table cut off what it should show"
    closed = published.json("gathering", "close", opened["code"].lower())
    assert closed["state"] == "closed"


def test_guardian_consent_is_needed(published: Suara) -> None:
    """C003 C007: the refusal is a sentence with a remedy, and nothing was opened."""
    done = published.run(*OPEN, alone=True)
    assert done.returncode == 1
    assert "izin wali" in done.stderr
    assert "Traceback" not in done.stderr
    assert published.json("gathering", "list") == []
    assert "--guardian-consent" in done.stderr
    nothing = published.run("analyse")
    assert "Belum ada putaran" in nothing.stderr, "a refused gathering left an empty round behind"


def test_faults_of_a_questionnaire(suara: Suara) -> None:
    """C004: file, question, reason, remedy; exit code 1."""
    text = (SHIPPED / "suara-anak-10-12.yaml").read_text(encoding="utf-8")
    broken = suara.folder / "rusak.yaml"
    broken.write_text(text.replace("indicator: gizi", "indicator: makan"), encoding="utf-8")
    done = suara.run("kuesioner", "periksa", str(broken), "--json")
    assert done.returncode == 1
    problems = json.loads(done.stdout)["problems"]
    assert problems[0]["file"] == "rusak.yaml"
    assert "makanan_kantin" in problems[0]["place"]
    assert "makan" in problems[0]["reason"]
    assert "gizi" in problems[0]["remedy"]


def test_brackets_in_a_fault_are_shown(suara: Suara) -> None:
    """C004 C007: what an author typed is text for the terminal, never its markup."""
    broken = suara.folder / "rusak.yaml"
    broken.write_text('key: "[/b]"', encoding="utf-8")
    for command in ("periksa", "terbitkan"):
        done = suara.run("kuesioner", command, str(broken))
        assert done.returncode == 1
        assert "[/b]" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_published_version_is_immutable(published: Suara) -> None:
    """C005: other content under the same version is refused; the next version is taken."""
    folder = published.folder
    (folder / "pictures").symlink_to(SHIPPED / "pictures")
    text = (SHIPPED / "suara-anak-10-12.yaml").read_text(encoding="utf-8")
    changed = folder / "suara-anak-10-12.yaml"
    changed.write_text(text.replace("Naik sepeda", "Bersepeda"), encoding="utf-8")
    refused = published.run("kuesioner", "terbitkan", str(changed))
    assert refused.returncode == 1
    assert "versi" in refused.stderr.lower()
    raised = changed.read_text(encoding="utf-8").replace("\nversion: 1\n", "\nversion: 2\n")
    changed.write_text(raised, encoding="utf-8")
    assert published.json("kuesioner", "terbitkan", str(changed))[0]["version"] == 2


def test_password_is_shown_once(suara: Suara) -> None:
    """C006: the database holds a scrypt hash and nowhere the password."""
    made = suara.json("user", "add", "Petugas", "--role", "task_force")
    database = suara.folder / "data" / "suara.db"
    with sqlite3.connect(database) as connection:
        stored = connection.execute("SELECT password_hash FROM staff").fetchone()[0]
    assert stored.startswith("scrypt$")
    held = b"".join(file.read_bytes() for file in database.parent.glob("suara.db*"))
    assert made["password"].encode() not in held
    again = suara.json("user", "password", "Petugas")
    assert again["password"] != made["password"]


def test_roles_and_accounts(suara: Suara) -> None:
    """C006: roles, off and on, invitations, a lost telephone; the last administrator stays."""
    suara.json("user", "add", "Kepala", "--role", "administrator")
    suara.json("user", "add", "Bu Guru")
    assert suara.json("user", "role", "Bu Guru", "task_force")["role"] == "task_force"
    assert suara.json("user", "off", "Bu Guru")["active"] is False
    assert suara.json("user", "on", "Bu Guru")["active"] is True
    for words in (("off", "Kepala"), ("role", "Kepala", "office"), ("off", "Siapa")):
        refused = suara.run("user", *words)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
    invited = suara.json("user", "invite", "Bu Sari", "safeguarding_officer")
    assert "/undangan/" in invited["link"]
    assert (invited["name"], invited["role"]) == ("Bu Sari", "safeguarding_officer")
    assert suara.run("user", "invite", "Kepala", "office").returncode == 1
    assert suara.json("user", "two-step", "Kepala")["two_step"] is False
    assert suara.json("user", "two-step", "Kepala", "--off")["two_step"] is False
    listed = {row["name"]: (row["role"], row["active"]) for row in suara.json("user", "list")}
    assert listed["Kepala"] == ("administrator", True)
    assert listed["Bu Guru"] == ("task_force", True)


@pytest.mark.parametrize(
    "words",
    [
        ("gathering", "close", "XXXXXX"),
        ("gathering", "open", "--questionnaire", "tidak-ada", "--venue", "SD Uji"),
        ("analyse",),
        ("user", "add", "A", "--role", "raja"),
        ("kuesioner", "periksa", "tidak-ada.yaml"),
        ("export", "responses", "--format", "pdf"),
        ("gathering", "open", "--json"),
        ("tidak-ada",),
    ],
)
def test_errors_are_sentences(suara: Suara, words: tuple[str, ...]) -> None:
    """C007: exit code, words on standard error, no traceback; a slip is no fault of the app."""
    done = suara.run(*words, alone=words == ("tidak-ada",))
    assert done.returncode in (1, 2)
    assert done.stderr.strip() or done.stdout.strip()
    assert "Traceback" not in done.stderr + done.stdout
    assert "tidak terduga" not in done.stderr + done.stdout


@pytest.mark.parametrize("words", [(), ("gathering",), ("export",)])
def test_a_command_without_words_helps(suara: Suara, words: tuple[str, ...]) -> None:
    """C007: half a command shows what can follow, and nothing that looks like a crash."""
    done = suara.run(*words, alone=words == ())
    assert "Usage" in done.stdout
    assert done.stderr == ""


def test_wrong_settings_are_named(suara: Suara) -> None:
    """C007: the variable that cannot be used is in the sentence."""
    done = suara.run("check", SUARA_PORT="delapan")
    assert done.returncode == 1
    assert "SUARA_PORT" in done.stderr


def test_unreachable_database(suara: Suara) -> None:
    """C007 C008: a database that is not there is one line of the report, without its password."""
    address = "postgresql://suara:rahasia@127.0.0.1:1/suara"
    done = suara.run("check", "--json", SUARA_DATABASE_URL=address)
    assert done.returncode == 1
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert rows["Basis data"]["good"] is False
    assert rows["Basis data"]["remedy"]
    assert "rahasia" not in done.stdout + done.stderr


def test_check_of_a_good_installation(published: Suara) -> None:
    """C008: database, disk, clock and address are looked at."""
    with closing(published.store()) as store:
        unlocking.confirm_backup(store)
    rows = published.json("check")
    assert {row["name"] for row in rows} >= {"Basis data", "Disk", "Jam", "Alamat untuk tablet"}
    assert all(row["good"] for row in rows)
    assert [row["remedy"] for row in rows if row["name"] in ("Disk", "Jam")] == ["", ""]


def _confirm(suara: Suara, rows: list[str], *, slip: bool = False) -> int:
    """Type the rows that are asked for from the sheet; with ``slip`` another one. Exit code."""
    command = [sys.executable, "-m", "survey_app.cli", "key", "confirm"]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(
        command, text=True, bufsize=1, cwd=suara.folder, env=suara.environment, **pipes
    ) as asking:
        assert asking.stdin is not None
        assert asking.stderr is not None
        said = ""
        while letter := asking.stderr.read(1):
            said += letter
            if asked := re.fullmatch(r"\s*Baris (\d):", said):
                number = int(asked[1]) - 1
                asking.stdin.write(f"{rows[number - 1 if slip else number].lower()}\n")
                asking.stdin.flush()
                said = ""
        return asking.wait(timeout=60)


def test_the_key_has_a_backup(published: Suara) -> None:
    """C010: `suara check` fails until the sheet was typed back, and again after a change."""
    shown = published.run("key", "show").stdout
    rows = re.findall(r"[A-Z2-7]{4}-[A-Z2-7]{4}", shown)
    assert len(rows) == 8
    assert _confirm(published, rows, slip=True) == 1
    assert "BELUM" in published.run("key", "status").stdout
    assert _confirm(published, rows) == 0
    before = published.json("key", "status")
    assert before["backup"]
    after = published.json("key", "rotate")
    assert after["key"] != before["key"]
    assert (after["stale"], after["backup"]) == (0, None)
    checked = json.loads(published.run("check", "--json").stdout)
    (found,) = (row for row in checked if row["name"] == "Cadangan kunci")
    assert found["good"] is False
    assert "suara key show" in found["remedy"]


def test_a_lost_key_is_given_back(published: Suara) -> None:
    """C010 C007: without it the sentence names the remedy; typed rows bring it back."""
    rows = published.json("key", "show")["rows"]
    file = published.folder / "data" / "words.key"
    file.unlink()
    for words in (("gathering", "list"), ("check", "--json")):
        done = published.run(*words)
        assert done.returncode == 1
        assert "suara key restore" in done.stdout + done.stderr, words
        assert "Traceback" not in done.stderr
    twice = "\n".join([rows[0], rows[0], *rows[2:]])
    wrong = published.run("key", "restore", typed=twice, alone=True)
    assert wrong.returncode == 1
    assert "Baris 2" in wrong.stderr
    assert not file.exists()
    given = published.run("key", "restore", typed="\n".join(rows))
    assert given.returncode == 0, given.stderr
    assert published.json("gathering", "list") == []
    assert published.run("key", "restore").returncode == 130, "nothing typed is a change of mind"


def test_loopback_address_is_not_for_tablets(published: Suara) -> None:
    """C008: an address that only this machine can open is a fault."""
    done = published.run("check", "--json", SUARA_PUBLIC_URL="http://localhost:8501")
    assert done.returncode == 1
    rows = {row["name"]: row["good"] for row in json.loads(done.stdout)}
    assert rows["Alamat untuk tablet"] is False


def test_export_is_careful(published: Suara) -> None:
    """C009: a second export to the same file is refused until told to overwrite."""
    published.json(*OPEN, "--guardian-consent")
    assert published.run("export", "responses", "--out", "a.csv").returncode == 0
    refused = published.run("export", "responses", "--out", "a.csv")
    assert refused.returncode == 1
    assert "a.csv" in refused.stderr
    assert published.run("export", "responses", "--out", "a.csv", "--overwrite").returncode == 0


def test_the_log_from_a_terminal(suara: Suara) -> None:
    """C010: a log that holds, one that was changed, a hash that is not in it; and all its lines."""
    lines = suara.json("audit", "export", "catatan.jsonl")
    assert suara.run("audit", "export", "catatan.jsonl").returncode == 1
    verdict = suara.json("audit", "verify")
    assert (verdict["entries"], verdict["fault"]) == (lines["entries"], None)
    assert suara.json("audit", "verify", "--noted", verdict["last"])["fault"] is None
    other = suara.run("audit", "verify", "--noted", "0" * 63 + "1")
    assert other.returncode == 1
    assert "ditulis ulang" in other.stderr
    with sqlite3.connect(suara.folder / "data" / "suara.db") as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET name = 'x'")
    changed = suara.run("audit", "verify", "--json")
    assert changed.returncode == 1
    assert json.loads(changed.stdout)["broken"] == 1


def test_backup_and_restore(published: Suara, tmp_path: Path) -> None:
    """C011: to a folder, by a timer; checked; restored elsewhere with all of it."""
    (published.folder / "usb").mkdir()
    done = published.run("backup", "usb", "--json", **PASSPHRASE)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["keys"].startswith("secret.key")
    assert Path(published.folder, made["file"]).suffix == ".cadangan"
    checked = published.run("restore", made["file"], "--check", **PASSPHRASE)
    assert "utuh" in checked.stdout
    refused = published.run("restore", made["file"], **PASSPHRASE)
    assert refused.returncode == 1
    assert "sudah berisi" in refused.stderr
    (tmp_path / "lain").mkdir()
    other = Suara(tmp_path / "lain")
    restored = other.run("restore", str(published.folder / made["file"]), **PASSPHRASE)
    assert restored.returncode == 0, restored.stderr
    assert "Pulih" in restored.stdout
    assert other.json("audit", "verify", "--noted", made["last_entry"])["fault"] is None
    keys = [one.folder / "data" / "secret.key" for one in (published, other)]
    assert keys[0].read_bytes() == keys[1].read_bytes()
    assert other.json(*OPEN, "--guardian-consent")["state"] == "open"


def test_backup_without_a_passphrase(suara: Suara) -> None:
    """C011: nobody is there to type one: a sentence, and no file."""
    done = suara.run("backup", "a.cadangan")
    assert done.returncode == 1
    assert "--passphrase-stdin" in done.stderr
    short = suara.run("backup", "a.cadangan", SUARA_BACKUP_PASSPHRASE="pendek")
    assert "terlalu pendek" in short.stderr
    assert not (suara.folder / "a.cadangan").exists()
    missing = suara.run("restore", "a.cadangan")
    assert "tidak ada" in missing.stderr


def test_check_asks_for_a_backup(published: Suara) -> None:
    """C008: once a child has answered, a backup that is missing or of before yesterday is told."""

    def looked_at() -> tuple[bool, str]:
        rows = json.loads(published.run("check", "--json").stdout)
        one = next(row for row in rows if row["name"] == "Cadangan")
        return one["good"], one["sentence"]

    assert looked_at() == (True, "belum pernah dibuat")
    published.json(*OPEN, "--guardian-consent")
    store = published.store()
    with closing(Intake(store)) as intake:
        child = Tablet(store, gatherings.all_gatherings(store)[0])
        assert intake.submit([child.envelope({})]).result(timeout=20)
    assert looked_at() == (False, "belum pernah dibuat")
    published.run("backup", "a.cadangan", **PASSPHRASE)
    good, sentence = looked_at()
    assert good
    assert sentence.startswith("terakhir")
    with store.writing() as connection:
        old = (now() - timedelta(days=1, minutes=1)).isoformat()
        installation.remember(connection, "last_backup", old)
    store.close()
    assert looked_at()[0] is False
