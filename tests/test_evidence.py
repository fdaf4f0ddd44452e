"""Promises of the tables that leave the system.

E001  One row a child who agreed, with the answers; no id, no time of day, no gathering.
E002  No free text unless asked for; then masked only, and none that has an alert.
E003  A place of fewer than ten children is not named.
E004  Rows come in an order that tells nothing.
E005  A cell never becomes a formula, and every unusual character survives.
E006  CSV, XLSX and JSONL hold the same answers.
"""

import csv
import io
import json
from typing import Any

import pytest
from openpyxl import load_workbook
from reading import read_round
from tablet import FULL_ANSWERS, Tablet

from survey_app.evidence import HIDDEN_PLACE, ExportFormat, export_responses
from survey_app.gathering import Gathering
from survey_app.store import Store
from survey_app.store.responses import Intake

Q = "semua-jenis"


def table(
    store: Store, gathering: Gathering, kind: ExportFormat, **asked: bool
) -> list[dict[str, Any]]:
    """The rows of an export, read back from the file."""
    file = export_responses(store, gathering.round_id, kind, **asked)
    if kind is ExportFormat.JSONL:
        return [json.loads(line) for line in file.decode().splitlines()]
    if kind is ExportFormat.CSV:
        return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline="")))
    header, *rows = load_workbook(io.BytesIO(file))["Jawaban"].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def write(
    intake: Intake, store: Store, gathering: Gathering, *values: dict[str, Any]
) -> list[Tablet]:
    """Children with these answers."""
    children = [Tablet(store, gathering) for _ in values]
    intake.submit([c.envelope(v) for c, v in zip(children, values, strict=True)]).result(timeout=20)
    return children


@pytest.mark.parametrize("kind", ExportFormat)
def test_a_row_for_each_child(
    store: Store, intake: Intake, gathering: Gathering, kind: ExportFormat
) -> None:
    """E001, E006: answers by question; nothing that leads back to a child or its sitting."""
    children = write(intake, store, gathering, *[FULL_ANSWERS] * 12)
    no, gone = Tablet(store, gathering), Tablet(store, gathering)
    intake.submit([no.refusal(), gone.envelope(), gone.withdrawal()]).result(timeout=20)
    rows = table(store, gathering, kind)
    assert len(rows) == 12
    row = rows[0]
    assert str(row[f"{Q}.wajah"]) == "4"
    assert (row[f"{Q}.tempat"], row[f"{Q}.suka"]) == ("taman", "taman; kali")
    assert (row["kelurahan"], row[f"{Q}.rumah"]) == ("Bandar Lor", "Bandar Lor")
    assert (row["putaran"], row["kelompok_umur"], row["selesai"]) == ("Putaran uji", "10-12", "ya")
    assert len(row["tanggal"]) == 10
    everything = json.dumps(rows)
    for telling in (gathering.code, gathering.title, gathering.venue, *(c.id for c in children)):
        assert telling not in everything


@pytest.mark.parametrize("kind", ExportFormat)
def test_free_text_only_when_asked(
    store: Store, intake: Intake, gathering: Gathering, kind: ExportFormat
) -> None:
    """E002: never the short texts nobody masked, never a comment with an alert."""
    stories = ["taman"] * 10 + ["aku dipukul", "aku diejek"]
    values = [{"cerita": one, "nama_taman": "Sekartaji"} for one in stories]
    write(intake, store, gathering, *values)
    unread = table(store, gathering, kind, free_text=True)
    assert "taman" not in {row.get(f"{Q}.cerita") for row in unread}
    read_round(store, gathering.round_id, urgent="dipukul", concern="diejek")
    without = json.dumps(table(store, gathering, kind))
    rows = table(store, gathering, kind, free_text=True)
    assert f"{Q}.cerita" not in without
    assert sorted(row[f"{Q}.cerita"] or "" for row in rows) == ["", "", *["taman"] * 10]
    assert "Sekartaji" not in json.dumps(rows) + without


def test_small_places_are_not_named(store: Store, intake: Intake, gathering: Gathering) -> None:
    """E003: nine children in the gathering's kelurahan, one living elsewhere."""
    here, there = {"rumah": "35.71.01.1001"}, {"rumah": "35.71.03.1001"}
    write(intake, store, gathering, *[here] * 8, there)
    rows = table(store, gathering, ExportFormat.JSONL)
    assert {row["kelurahan"] for row in rows} == {HIDDEN_PLACE}
    write(intake, store, gathering, *[here] * 2)
    rows = table(store, gathering, ExportFormat.JSONL)
    assert {row["kelurahan"] for row in rows} == {"Bandar Lor"}
    assert sorted(row[f"{Q}.rumah"] for row in rows) == [HIDDEN_PLACE] + ["Bandar Lor"] * 10


def test_rows_are_shuffled(store: Store, intake: Intake, gathering: Gathering) -> None:
    """E004: forty children; five exports are not all in one order, nor in that of arrival."""
    for n in range(40):
        write(intake, store, gathering, {"adik": n % 10, "wajah": 1 + n // 10})
    orders = {
        tuple(
            (row[f"{Q}.adik"], row[f"{Q}.wajah"])
            for row in table(store, gathering, ExportFormat.JSONL)
        )
        for _ in range(5)
    }
    assert len(orders) > 1
    assert tuple((n % 10, 1 + n // 10) for n in range(40)) not in orders


@pytest.mark.parametrize("kind", [ExportFormat.CSV, ExportFormat.XLSX])
@pytest.mark.parametrize(
    "typed", ["=1+1", "+62 8", "-1", "@SUM(A1)", "\t=1", " =1", "\u200b=cmd|' /C calc'!A0", "＝1+1"]
)
def test_no_cell_is_a_formula(
    store: Store, intake: Intake, gathering: Gathering, kind: ExportFormat, typed: str
) -> None:
    """E005: such a text starts with an apostrophe, as spreadsheets mark text."""
    write(intake, store, gathering, {"cerita": typed})
    read_round(store, gathering.round_id)
    (row,) = table(store, gathering, kind, free_text=True)
    assert row[f"{Q}.cerita"] == f"'{typed}"


@pytest.mark.parametrize("kind", ExportFormat)
@pytest.mark.parametrize("typed", ['koma, "kutip"; titik', "dua\nbaris", "ꦠꦩꦤ꧀ 🌳 \u202e", "a\x07b"])
def test_unusual_text_survives(
    store: Store, intake: Intake, gathering: Gathering, kind: ExportFormat, typed: str
) -> None:
    """E005: as written; a control character that XLSX cannot hold becomes U+FFFD there."""
    write(intake, store, gathering, {"cerita": typed})
    read_round(store, gathering.round_id)
    (row,) = table(store, gathering, kind, free_text=True)
    expected = typed if kind is ExportFormat.JSONL else typed.replace("\x07", "\ufffd")
    assert row[f"{Q}.cerita"] == expected


@pytest.mark.parametrize("kind", ExportFormat)
def test_an_empty_round(store: Store, gathering: Gathering, kind: ExportFormat) -> None:
    """E001: a file without rows, not an error."""
    assert table(store, gathering, kind) == []


def test_the_workbook_explains_its_columns(
    store: Store, intake: Intake, gathering: Gathering
) -> None:
    """E006: a second sheet says what each column means."""
    write(intake, store, gathering, FULL_ANSWERS)
    file = export_responses(store, gathering.round_id, ExportFormat.XLSX)
    book = load_workbook(io.BytesIO(file))
    legend = dict(book["Kolom"].iter_rows(values_only=True))
    header = next(book["Jawaban"].iter_rows(values_only=True))
    assert set(header) == set(legend) - {"kolom"}
    assert legend[f"{Q}.wajah"] == "Pertanyaan?"
