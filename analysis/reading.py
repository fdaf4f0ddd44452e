"""Comments from a spreadsheet: CSV, XLSX or JSONL with at least `id` and `text`."""

import re
from array import array
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

from analysis.comments import Comment
from analysis.errors import AnalysisRefused
from analysis.sheets import csv_rows, json_lines, opened, xlsx_rows

REQUIRED = ("id", "text")
OPTIONAL = ("round", "gathering", "age_band", "place", "question", "date")
_KNOWN = (*REQUIRED, *OPTIONAL)
_NESTED = {list, dict}
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb peb", "mar", "apr", "mei may", "jun", "jul", "agu ags agt aug", "sep",
         "okt oct", "nov nop", "des dec"), 1
    )
    for name in names.split()
}  # fmt: skip
_DAY_OF_MONTH = re.compile(r"(\d{1,2})[-/ ]([a-z]{3})[a-z]*", re.IGNORECASE)
_NAMED = f"(?:{'|'.join(_MONTHS)})[a-z]*"
_DATE = re.compile(rf"\d{{4}}-\d.*|\d+([-/.])\d+\1\d+|(?:\d+[-/ ])?{_NAMED}[-/ ]\d+", re.IGNORECASE)


def read_comments(path: Path) -> list[Comment]:
    """The comments of a file, in its order; raise ``AnalysisRefused`` for anything else.

    The kind is chosen by the ending: ``.csv`` (also ``.tsv``, ``.txt``), ``.xlsx``, ``.jsonl``.
    Encodings: UTF-8 and UTF-16 with or without mark, Windows-1252.
    """
    table = partial(csv_rows, needed=REQUIRED, known=_KNOWN)
    lines = partial(json_lines, required=REQUIRED)
    readers = {
        ".csv": table,
        ".tsv": table,
        ".txt": table,
        ".xlsx": partial(xlsx_rows, needed=REQUIRED, known=_KNOWN),
        ".jsonl": lines,
        ".ndjson": lines,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise AnalysisRefused(
            f"{path.name}: jenis berkas '{path.suffix}' tidak bisa dibaca."
            " Simpan sebagai .csv, .xlsx, atau .jsonl."
        )
    with opened(path):
        return _comments(path.name, reader(path))


def _comments(name: str, rows: Iterable[tuple[int, dict[str, Any]]]) -> list[Comment]:
    comments: list[Comment] = []
    numbers = array("l")  # of the rows
    seen: set[str] = set()
    same: dict[str, str] = {}  # children, schools and days repeat: each text is held once
    for number, row in rows:
        comment = _comment(name, number, row, same)
        if comment.id in seen:
            first = next(i for i, one in enumerate(comments) if one.id == comment.id)
            raise AnalysisRefused(
                f"{name}, baris {number}: id '{comment.id[:40]}' sudah ada di baris"
                f" {numbers[first]}. Beri setiap komentar id tersendiri."
            )
        seen.add(comment.id)
        numbers.append(number)
        comments.append(comment)
    if not comments:
        raise AnalysisRefused(
            f"{name}: tidak ada komentar di bawah judul kolom. Tambahkan barisnya."
        )
    return comments


def _comment(name: str, number: int, row: dict[str, Any], same: dict[str, str]) -> Comment:
    if not _NESTED.isdisjoint(map(type, row.values())):
        _check_nested(name, number, row)
    id = _cell(row.get("id"))
    if not id:
        raise AnalysisRefused(
            f"{name}, baris {number}: 'id' kosong. Beri setiap komentar sebuah id."
        )
    text = row.get("text")
    text = "" if text is None else str(text)
    cells: dict[str, Any] = {
        column: same.setdefault(written, written)
        for column in OPTIONAL
        if column in row and (written := _cell(row[column]))
    }
    if age := cells.get("age_band"):
        if (band := _age_band(age)) is None:
            raise AnalysisRefused(
                f"{name}, baris {number}: 'age_band' berisi tanggal."
                " Ubah kolomnya menjadi teks, lalu tulis kelompok umur seperti 10-12."
            )
        cells["age_band"] = band
    return Comment(id=id, text=same.setdefault(text, text), **cells)


def _check_nested(name: str, number: int, row: dict[str, Any]) -> None:
    """Columns nobody reads may hold anything."""
    nested = next((one for one in _KNOWN if type(row.get(one)) in _NESTED), None)
    if nested:
        raise AnalysisRefused(
            f"{name}, baris {number}: '{nested}' berisi daftar atau objek. Tulis sebagai teks."
        )


def _cell(value: Any) -> str:
    """A short value as text; a number that a spreadsheet made of an id loses its ``.0``."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


@cache
def _age_band(written: str) -> str | None:
    """The band as it was typed, "10-12" where Excel wrote "12-Oct" or "10-Des"; None for a date."""
    day = _DAY_OF_MONTH.fullmatch(written)
    if day and (month := _MONTHS.get(day[2].lower())):
        return "-".join(map(str, sorted((int(day[1]), month))))
    return None if _DATE.fullmatch(written) else written
