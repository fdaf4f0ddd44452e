"""Tables for the KLA file: what children answered, so that nobody can tell which child it was.

No free text unless asked for, and then only as masked by the analysis and without any comment that
has an alert; no exact time; rows in random order; places only of groups of at least ten children.
"""

import csv
import io
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from survey_app.answers import Answer
from survey_app.gathering import RoundId
from survey_app.places import kelurahan_by_code
from survey_app.questionnaire import Language, Question, Questionnaire, QuestionType
from survey_app.store import Store, responses, rounds
from survey_app.store.counting import SMALLEST_GROUP
from survey_app.store.findings import CommentRef
from survey_app.store.responses import StoredResponse

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = dict[str, Cell]

HIDDEN_PLACE = f"(kurang dari {SMALLEST_GROUP} anak)"
_TEXTS = {QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT}
# A cell that starts so is calculated by Excel and LibreOffice (OWASP, "CSV Injection").
_FORMULA = re.compile(r"^[\s\u200b-\u200f\ufeff]*[=+\-@\t\r＝＋－＠]")
# Control characters that XML 1.0, and so XLSX, cannot hold.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class ExportFormat(StrEnum):
    """The kinds of file a table can be written to."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


def export_responses(
    store: Store, round_id: RoundId, kind: ExportFormat, *, free_text: bool = False
) -> bytes:
    """The responses of a round as a file, one row a child.

    Columns are named ``<questionnaire>.<question>``, since one round may ask several
    questionnaires. Numbers of rows say nothing about the order in which children answered.
    """
    everyone = list(responses.all_responses(store, round_id))
    masked = responses.masked_texts(store, round_id) if free_text else {}
    round_ = rounds.by_id(store, round_id)
    rows = _rows(everyone, masked, round_name=round_.name if round_ else "", free_text=free_text)
    secrets.SystemRandom().shuffle(rows)
    asked = {(one.key, one.version): one for one in (each.questionnaire for each in everyone)}
    return _WRITERS[kind](rows, _legend(list(asked.values()), free_text=free_text))


def _rows(
    everyone: Sequence[StoredResponse],
    masked: Mapping[CommentRef, str],
    *,
    round_name: str,
    free_text: bool,
) -> list[Row]:
    venues = Counter(one.kelurahan for one in everyone)
    homes = Counter(
        (key, answer.value)
        for one in everyone
        for key, question, answer in _asked(one)
        if question.type is QuestionType.PLACE and isinstance(answer.value, str)
    )
    rows = []
    for one in everyone:
        row: Row = {
            "putaran": round_name,
            "kuesioner": one.questionnaire.key,
            "versi": one.questionnaire.version,
            "jenis_tempat": one.venue_kind.value,
            "kelurahan": _place(one.kelurahan, venues[one.kelurahan]),
            "kelompok_umur": one.age_band.value,
            "bahasa": one.language.value,
            "cara": one.mode.value,
            "selesai": "ya" if one.finished else "tidak",
            "tanggal": one.heard_at.date().isoformat(),
        }
        for key, question, answer in _asked(one):
            if question.type is QuestionType.PLACE and isinstance(answer.value, str):
                row[key] = _place(answer.value, homes[key, answer.value])
            elif question.type not in _TEXTS:
                row[key] = _value(answer)
            elif free_text and question.free_text:
                row[key] = masked.get(CommentRef(one.id, question.key))
        rows.append(row)
    return rows


def _asked(one: StoredResponse) -> Iterable[tuple[str, Question, Answer]]:
    questions = {question.key: question for question in one.questionnaire.questions}
    for answer in one.answers:
        if question := questions.get(answer.question):
            yield f"{one.questionnaire.key}.{question.key}", question, answer


def _value(answer: Answer) -> Cell:
    if isinstance(answer.value, list):
        return "; ".join(str(one) for one in answer.value)
    return answer.value if isinstance(answer.value, str | int | float) else None


def _place(code: str | None, children: int) -> str | None:
    if code is None:
        return None
    place = kelurahan_by_code(code)
    return place.name if place and children >= SMALLEST_GROUP else HIDDEN_PLACE


def _legend(asked: Sequence[Questionnaire], *, free_text: bool) -> dict[str, str]:
    """Every question column with its text; the newest version's text where there are several."""
    columns: dict[str, str] = {}
    for questionnaire in sorted(asked, key=lambda one: (one.key, one.version)):
        for question in questionnaire.questions:
            shown = question.type not in _TEXTS or (free_text and question.free_text)
            if shown and question.type is not QuestionType.INFORMATION:
                text = question.text.get(Language.ID) or next(iter(question.text.values()))
                columns[f"{questionnaire.key}.{question.key}"] = text
    return columns


_ABOUT = {
    "putaran": "Putaran",
    "kuesioner": "Kunci kuesioner",
    "versi": "Versi kuesioner",
    "jenis_tempat": "school = sekolah, forum = Forum Anak, other = lainnya",
    "kelurahan": f"Kelurahan pertemuan; disembunyikan di bawah {SMALLEST_GROUP} anak",
    "kelompok_umur": "Kelompok umur; jangan bandingkan rata-rata antarkelompok",
    "bahasa": "id = Indonesia, jv = Jawa",
    "cara": "child = anak sendiri, group = bersama fasilitator",
    "selesai": "Anak sampai ke akhir",
    "tanggal": "Hari jawaban diterima (UTC), tanpa jam",
}


def _header(legend: Mapping[str, str]) -> list[str]:
    return [*_ABOUT, *legend]


def _csv(rows: Sequence[Row], legend: Mapping[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    header = _header(legend)
    writer.writerow(header)
    writer.writerows([_harmless(row.get(name)) for name in header] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()  # the mark Excel needs to read UTF-8


def _xlsx(rows: Sequence[Row], legend: Mapping[str, str]) -> bytes:
    from openpyxl import Workbook  # half a second that every command would wait for

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Jawaban")
    header = _header(legend)
    sheet.append(header)
    for row in rows:
        sheet.append([_harmless(row.get(name)) for name in header])
    about = book.create_sheet("Kolom")
    about.append(["kolom", "isi"])
    for name, meaning in (_ABOUT | dict(legend)).items():
        about.append([name, _harmless(meaning)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _jsonl(rows: Sequence[Row], _legend: Mapping[str, str]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _harmless(cell: Cell) -> Cell:
    """Text that a spreadsheet shows and never calculates."""
    if not isinstance(cell, str):
        return cell
    clean = _NOT_IN_XML.sub("\ufffd", cell)
    return f"'{clean}" if _FORMULA.match(clean) else clean


_WRITERS: dict[ExportFormat, Callable[[Sequence[Row], Mapping[str, str]], bytes]] = {
    ExportFormat.CSV: _csv,
    ExportFormat.XLSX: _xlsx,
    ExportFormat.JSONL: _jsonl,
}
