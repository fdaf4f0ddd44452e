"""Tables for the KLA file: what children answered, so that nobody can tell which child it was.

What children said and where they sat never stand in one row: who has a class's rows has the class's
answers. So there are two tables. `export_responses`: one row a child with its answers to a
questionnaire, of the whole city. `export_children`: how many were asked, where and on which day, in
groups of at least ten. No free text unless asked for, and then only as masked by the analysis and
without any comment that has an alert; no time of day; rows in random order; each export is noted.
"""

import csv
import io
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from survey_app.answers import Answer
from survey_app.gathering import RoundId
from survey_app.people import StaffMember
from survey_app.places import kelurahan_by_code
from survey_app.questionnaire import Language, Question, Questionnaire, QuestionType
from survey_app.store import Store, audit, responses, rounds
from survey_app.store.counting import SMALLEST_GROUP
from survey_app.store.findings import CommentRef
from survey_app.store.responses import StoredResponse

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = dict[str, Cell]

HIDDEN = "(disamarkan)"
_TEXTS = {QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT}
_CITY_WIDE = {QuestionType.INFORMATION, QuestionType.PLACE}  # never in a row: it tells where
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
    store: Store,
    round_id: RoundId,
    kind: ExportFormat,
    *,
    by: StaffMember | str,
    free_text: bool = False,
) -> bytes:
    """The answers of a round as a file, one row a child, and nothing of where, when or how old.

    Columns are named ``<questionnaire>.<question>``, since one round may ask several
    questionnaires; one that fewer than ten children answered is left out, unless it was the only
    one. Numbers of rows say nothing about the order in which children answered.
    """
    everyone = list(responses.all_responses(store, round_id))
    asked = Counter(one.questionnaire.key for one in everyone)
    told = [one for one in everyone if _enough(asked[one.questionnaire.key]) or len(asked) == 1]
    masked = responses.masked_texts(store, round_id) if free_text else {}
    rows = _rows(told, masked, round_name=_name(store, round_id), free_text=free_text)
    secrets.SystemRandom().shuffle(rows)
    known = {(one.key, one.version): one for one in (each.questionnaire for each in told)}
    legend = _ABOUT | _legend(list(known.values()), free_text=free_text)
    _note(store, round_id, kind, by, table="responses", rows=len(rows), free_text=free_text)
    return _WRITERS[kind](rows, legend)


def export_children(
    store: Store, round_id: RoundId, kind: ExportFormat, *, by: StaffMember | str
) -> bytes:
    """How many children were asked, by day, kind of place, kelurahan and age; not what they said.

    Where fewer than ten are alike, the day is hidden, then the kelurahan, the kind, and the age.
    """
    name = _name(store, round_id)
    groups = _coarser(
        Counter(
            (
                one.heard_at.date().isoformat(),
                place.name if (place := kelurahan_by_code(one.kelurahan or "")) else None,
                one.venue_kind.value,
                one.age_band.value,
            )
            for one in responses.all_responses(store, round_id)
        )
    )
    rows: list[Row] = [
        dict(zip(_GROUPS, (name, *group, children), strict=True))
        for group, children in groups.items()
    ]
    secrets.SystemRandom().shuffle(rows)
    _note(store, round_id, kind, by, table="children", rows=len(rows), free_text=False)
    return _WRITERS[kind](rows, _GROUPS)


_Group: TypeAlias = tuple[str | None, ...]


def _coarser(groups: Mapping[_Group, int]) -> dict[_Group, int]:
    """The same children with details hidden, column by column, until no group is small."""
    found = Counter(groups)
    width = len(next(iter(found), ()))
    for column in range(width):
        merged: Counter[_Group] = Counter()
        for group, children in found.items():
            kept = group if _enough(children) else _without(group, column)
            merged[kept] += children
        found = merged
    rest = (HIDDEN,) * width
    while found[rest] and not _enough(found[rest]) and len(found) > 1:
        smallest = min(found.keys() - {rest}, key=lambda group: (found[group], str(group)))
        found[rest] += found.pop(smallest)
    return {group: children for group, children in found.items() if children}


def _without(group: _Group, column: int) -> _Group:
    return *group[:column], HIDDEN, *group[column + 1 :]


def _enough(children: int) -> bool:
    return children >= SMALLEST_GROUP


def _note(
    store: Store,
    round_id: RoundId,
    kind: ExportFormat,
    by: StaffMember | str,
    *,
    table: str,
    rows: int,
    free_text: bool,
) -> None:
    facts = {"round": round_id, "rows": rows, "free_text": int(free_text)}
    with store.writing() as connection:
        audit.note(connection, by, audit.Event.EXPORTED, table=table, format=kind.value, **facts)


def _name(store: Store, round_id: RoundId) -> str:
    round_ = rounds.by_id(store, round_id)
    return round_.name if round_ else ""


def _rows(
    told: Sequence[StoredResponse],
    masked: Mapping[CommentRef, str],
    *,
    round_name: str,
    free_text: bool,
) -> list[Row]:
    told_versions = _versions_told(told)
    rows = []
    for one in told:
        asked = one.questionnaire
        row: Row = {
            "putaran": round_name,
            "kuesioner": asked.key,
            "versi": asked.version if asked.key in told_versions else HIDDEN,
            "bahasa": one.language.value,
            "selesai": "ya" if one.finished else "tidak",
        }
        for key, question, answer in _asked(one):
            if question.type not in _TEXTS | _CITY_WIDE:
                row[key] = _value(answer)
            elif free_text and question.free_text:
                row[key] = masked.get(CommentRef(one.id, question.key))
        rows.append(row)
    return rows


def _versions_told(told: Sequence[StoredResponse]) -> Collection[str]:
    """The questionnaires of which enough children answered every version."""
    versions = Counter((one.questionnaire.key, one.questionnaire.version) for one in told)
    few = {key for (key, _), children in versions.items() if not _enough(children)}
    alone = Counter(key for key, _ in versions)
    return {key for key in alone if key not in few or alone[key] == 1}


def _asked(one: StoredResponse) -> Iterable[tuple[str, Question, Answer]]:
    questions = {question.key: question for question in one.questionnaire.questions}
    for answer in one.answers:
        if question := questions.get(answer.question):
            yield f"{one.questionnaire.key}.{question.key}", question, answer


def _value(answer: Answer) -> Cell:
    if isinstance(answer.value, list):
        return "; ".join(str(one) for one in answer.value)
    return answer.value if isinstance(answer.value, str | int | float) else None


def _legend(asked: Sequence[Questionnaire], *, free_text: bool) -> dict[str, str]:
    """Every question column with its text; the newest version's text where there are several."""
    columns: dict[str, str] = {}
    for questionnaire in sorted(asked, key=lambda one: (one.key, one.version)):
        for question in questionnaire.questions:
            shown = question.type not in _TEXTS or (free_text and question.free_text)
            if shown and question.type not in _CITY_WIDE:
                text = question.text.get(Language.ID) or next(iter(question.text.values()))
                columns[f"{questionnaire.key}.{question.key}"] = text
    return columns


_ABOUT = {
    "putaran": "Putaran",
    "kuesioner": f"Kunci kuesioner; yang diisi kurang dari {SMALLEST_GROUP} anak tidak ada di sini",
    "versi": "Versi kuesioner",
    "bahasa": "id = Indonesia, jv = Jawa",
    "selesai": "Anak sampai ke akhir",
}
_GROUPS = {
    "putaran": "Putaran",
    "tanggal": "Hari jawaban diterima (UTC), tanpa jam",
    "kelurahan": "Kelurahan pertemuan",
    "jenis_tempat": "school = sekolah, forum = Forum Anak, other = lainnya",
    "kelompok_umur": "Kelompok umur",
    "anak": f"Jumlah anak; kelompok di bawah {SMALLEST_GROUP} anak digabung dan {HIDDEN}",
}


def _csv(rows: Sequence[Row], legend: Mapping[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(legend)
    writer.writerows([_harmless(row.get(name)) for name in legend] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()  # the mark Excel needs to read UTF-8


def _xlsx(rows: Sequence[Row], legend: Mapping[str, str]) -> bytes:
    from openpyxl import Workbook  # half a second that every command would wait for

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Jawaban")
    sheet.append(list(legend))
    for row in rows:
        sheet.append([_harmless(row.get(name)) for name in legend])
    about = book.create_sheet("Kolom")
    about.append(["kolom", "isi"])
    for name, meaning in legend.items():
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
