"""Promises of the tables that leave the system.

E001  One row a child who agreed, with the answers; no id, gathering, place, age or day.
E002  No free text unless asked for; then masked only, and none that has an alert.
E003  Where children sat and on which day is told in groups of at least ten, and in a table of its
      own; nothing of one to nine follows from it, nor from an export before one more child came.
E004  Rows come in an order that tells nothing.
E005  A cell never becomes a formula, and every unusual character survives.
E006  CSV, XLSX and JSONL hold the same answers.
E007  A questionnaire of fewer than ten children among others is left out, and so is a version.
E008  Each export leaves an entry in the log: who, which round and table, how many rows; no words.
"""

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from classroom import plan_for
from openpyxl import load_workbook
from reading import read_round
from school import short_questionnaire
from tablet import FULL_ANSWERS, Tablet

from survey_app import evidence
from survey_app.evidence import HIDDEN, ExportFormat, export_children, export_responses
from survey_app.gathering import Gathering
from survey_app.people import Program
from survey_app.questionnaire import Questionnaire
from survey_app.store import Store, gatherings, questionnaires
from survey_app.store.responses import Intake
from survey_app.store.tables import Audit

Q = "semua-jenis"


def table(
    store: Store, gathering: Gathering, kind: ExportFormat, **asked: bool
) -> list[dict[str, Any]]:
    """The rows of an export, read back from the file."""
    file = export_responses(store, gathering.round_id, kind, by="uji", **asked)
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
    assert (row["putaran"], row["bahasa"], row["selesai"]) == ("Putaran uji", "id", "ya")
    everything = json.dumps(rows)
    around = ("Bandar Lor", "10-12", "school", gathering.created_at.date().isoformat())
    for telling in (gathering.code, gathering.title, gathering.venue, *(c.id for c in children)):
        assert telling not in everything
    for telling in around:
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


def test_where_children_sat(
    store: Store, intake: Intake, gathering: Gathering, questionnaire: Questionnaire
) -> None:
    """E003: nine alone are merged with a larger class; ten stand for themselves, on their day."""
    plan = replace(plan_for(store, questionnaire), round_id=gathering.round_id)
    larger = gatherings.open_gathering(
        store, replace(plan, kelurahan_code="35.71.02.1012"), by=Program.COMMAND_LINE
    )
    write(intake, store, larger, *[FULL_ANSWERS] * 15)
    write(intake, store, gathering, *[FULL_ANSWERS] * 9)
    (merged,) = asked(store, gathering)
    assert merged["anak"] == 24
    assert {merged["tanggal"], merged["kelurahan"], merged["kelompok_umur"]} == {HIDDEN}
    write(intake, store, gathering, FULL_ANSWERS)
    rows = asked(store, gathering)
    assert sorted((row["kelurahan"], row["anak"]) for row in rows) == [
        ("Bandar Lor", 10),
        ("Banjaran", 15),
    ]
    assert {len(row["tanggal"]) for row in rows} == {10}


def asked(store: Store, gathering: Gathering) -> list[dict[str, Any]]:
    """The rows of the table of who was asked."""
    file = export_children(store, gathering.round_id, ExportFormat.JSONL, by="uji")
    return [json.loads(line) for line in file.decode().splitlines()]


def test_no_group_is_small() -> None:
    """E003: of 300 generated rounds: every group is of ten or more, and no child is lost."""
    random = np.random.default_rng(4)
    for _ in range(300):
        groups: Counter[tuple[str | None, ...]] = Counter()
        for _ in range(random.integers(1, 12)):
            group = tuple(str(one) for one in random.integers(0, 3, size=4))
            groups[group] += int(random.integers(1, 31))
        found = evidence._coarser(groups)
        assert sum(found.values()) == sum(groups.values())
        assert min(found.values()) >= 10 or len(found) == 1


def test_small_questionnaires_are_left_out(
    store: Store, intake: Intake, gathering: Gathering, tmp_path: Path
) -> None:
    """E007: of nine children asked something else nothing is told; of ten all is."""
    other = questionnaires.publish(
        store, Questionnaire.model_validate(short_questionnaire()), tmp_path
    )
    plan = replace(plan_for(store, other.questionnaire), round_id=gathering.round_id)
    beside = gatherings.open_gathering(store, plan, by=Program.COMMAND_LINE)
    write(intake, store, gathering, *[FULL_ANSWERS] * 12)
    write(intake, store, beside, *[{"wajah": 3}] * 9)
    rows = table(store, gathering, ExportFormat.CSV)
    assert {row["kuesioner"] for row in rows} == {Q}
    assert not any(name.startswith(other.questionnaire.key) for name in rows[0])
    write(intake, store, beside, {"wajah": 3})
    assert len(table(store, gathering, ExportFormat.CSV)) == 22


def test_an_export_is_noted(store: Store, intake: Intake, gathering: Gathering) -> None:
    """E008: who, what and how much, and nothing of what was in it."""
    write(intake, store, gathering, *[FULL_ANSWERS] * 12)
    table(store, gathering, ExportFormat.CSV, free_text=True)
    asked(store, gathering)
    with store.reading() as connection:
        entries = connection.execute(sa.select(Audit.name, Audit.event, Audit.facts)).all()
    exports = [one for one in entries if one.event == "exported"]
    assert [one.name for one in exports] == ["uji"] * 2
    assert [json.loads(one.facts)["rows"] for one in exports] == [12, 1]
    assert "Lampu" not in str(entries)


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
    file = export_responses(store, gathering.round_id, ExportFormat.XLSX, by="uji")
    book = load_workbook(io.BytesIO(file))
    legend = dict(book["Kolom"].iter_rows(values_only=True))
    header = next(book["Jawaban"].iter_rows(values_only=True))
    assert set(header) == set(legend) - {"kolom"}
    assert legend[f"{Q}.wajah"] == "Pertanyaan?"
