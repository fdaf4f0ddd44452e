"""What people see of the deletion: the page *Data*, `suara retention` and `suara check`.

K001  The page shows every rule with the period of this installation and who may see it, to those
      who may read the inventory.
K002  A look from the page deletes nothing; what the last run deleted is told by kind.
K003  `suara retention` looks; `--run` asks first, and `--yes` does not; both know `--json`.
K004  `suara check` fails where something is too old and the daily run did not come.
K005  The app deletes by itself, beside what it serves.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from doors import opened_doors
from heard import Heard
from test_cli import Suara
from test_pages import (
    Staff,
    button,
    empty_city,
    heard,
    heard_city,
    installed,
    opened,
    tokens,
    words_on,
)

from survey_app import retention
from survey_app.api import service
from survey_app.cli import checking
from survey_app.inventory import INVENTORY
from survey_app.people import Page, Program, Role
from survey_app.settings import Settings
from survey_app.store import Store

# The cities and adults of test_pages serve here as well.
__all__ = ["empty_city", "heard", "heard_city", "installed", "opened", "tokens"]

OLD = "2020-01-02 03:04:05.000000"


def _grow_old(folder: Path) -> None:
    """All answers are of years ago."""
    with closing(sqlite3.connect(folder / "suara.db")) as database, database:
        database.execute("UPDATE responses SET heard_at = ?", (OLD,))


def test_the_inventory(opened: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """K001: with the city's own period, and a way to look even where nothing was deleted yet."""
    monkeypatch.setenv("SUARA_KEEP_TEXT", "60")
    test = opened(Page.DATA, Role.TASK_FORCE)
    shown = words_on(test)
    assert all(rule.what.ours in shown for rule in INVENTORY)
    assert "2 bulan: sejak jawaban anak terakhir" in shown
    assert "Petugas perlindungan anak: hanya dalam kasus" in shown
    assert "Belum pernah ada penghapusan" in shown
    button(test, "Lihat apa yang akan dihapus")
    assert [one.value for one in test.success] == ["Tidak ada yang melewati masa simpannya."]


def test_a_look_from_the_page(
    opened: Staff, heard: Heard, installed: Store, tmp_path: Path
) -> None:
    """K002: 239 children go at the next run, and 480 answers of theirs; nothing did so far."""
    _grow_old(tmp_path)
    test = opened(Page.DATA, Role.ADMINISTRATOR)
    button(test, "Lihat apa yang akan dihapus")
    (said,) = [one.value for one in test.info]
    assert "Tidak ada yang dihapus sekarang" in said
    assert retention.last_report(installed) is None
    report = retention.run(installed, Settings(), by=Program.SERVER, rest=False)
    assert f"{report.total} melewati masa simpan" in said
    shown = words_on(opened(Page.DATA, Role.TASK_FORCE))
    assert f"{report.total} dihapus" in shown
    assert "Kasus perlindungan anak" in shown
    assert "Penghapusan terakhir" in shown


def test_from_a_terminal(installed: Store, heard: Heard, tmp_path: Path) -> None:
    """K003, K004: look, refuse, run; before it check warns, afterwards it says what went."""
    installed.close()
    suara = Suara(tmp_path)
    suara.environment["SUARA_DATA_DIR"] = str(tmp_path)
    _grow_old(tmp_path)
    looked = suara.json("retention")
    assert isinstance(looked, dict)
    assert not looked["done"]
    assert looked["kinds"]["responses"]["number"] >= 239
    checked = checking._deletion(Settings(data_dir=tmp_path))
    assert not checked.good
    assert f"{looked['total']} melewati masa simpan" in checked.sentence
    asked = suara.run("retention", "--run", typed="n\n")
    assert asked.returncode == 130
    assert "Jumlah" in asked.stdout
    done = suara.json("retention", "--run", "--yes")
    assert isinstance(done, dict)
    assert (done["done"], done["total"]) == (True, looked["total"])
    checked = checking._deletion(Settings(data_dir=tmp_path))
    assert checked.good
    assert f"{done['total']} dihapus" in checked.sentence


def test_the_app_deletes_by_itself(
    sqlite_store: Store, tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K005: nobody presses anything, and the doors stay open."""
    monkeypatch.setattr(service, "DELETE_EVERY", 0.05)
    url = f"sqlite:///{tmp_path}/suara.db"
    with opened_doors(Settings(data_dir=data_dir, database_url=url)) as running:
        until = time.monotonic() + 20
        while retention.last_report(sqlite_store) is None and time.monotonic() < until:
            assert httpx.get(f"{running.url}/healthz").status_code == 200
            time.sleep(0.05)
    report = retention.last_report(sqlite_store)
    assert report is not None
    assert report.by == "server"
