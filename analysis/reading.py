"""Comments from a spreadsheet: CSV, XLSX or JSONL with at least `id` and `text`."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.comments import Comment
from analysis.errors import AnalysisRefused

REQUIRED = ("id", "text")
OPTIONAL = ("round", "gathering", "age_band", "place", "question", "date")
# What spreadsheets put first in a file in UTF-16; "utf-8-sig" takes its own mark away.
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = (",", ";", "\t", "|")  # European spreadsheets write ";"
_LONGEST_CELL = 1_000_000  # characters; csv's own limit is 131,072
# A workbook is a zip: more than this unpacked is no survey (a zip bomb promises gigabytes).
_LARGEST_WORKBOOK = 500 * 1024 * 1024


def read_comments(path: Path) -> list[Comment]:
    """The comments of a file, in its order; raise ``AnalysisRefused`` for anything else.

    The kind is chosen by the ending: ``.csv`` (also ``.tsv``, ``.txt``), ``.xlsx``, ``.jsonl``.
    Encodings: UTF-8 with or without mark, UTF-16 with mark, Windows-1252.
    """
    readers = {
        ".csv": _csv_rows,
        ".tsv": _csv_rows,
        ".txt": _csv_rows,
        ".xlsx": _xlsx_rows,
        ".jsonl": _jsonl_rows,
        ".ndjson": _jsonl_rows,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise AnalysisRefused(
            f"{path.name}: jenis berkas '{path.suffix}' tidak bisa dibaca."
            " Simpan sebagai .csv, .xlsx, atau .jsonl."
        )
    content = content_of(path)
    if not content.strip():
        raise AnalysisRefused(f"{path.name}: berkas ini kosong. Ekspor lagi beserta barisnya.")
    return _comments(path.name, reader(path.name, content))


def content_of(path: Path) -> bytes:
    """The bytes of a file; ``AnalysisRefused`` where it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise AnalysisRefused(
            f"{path.name}: tidak bisa dibuka ({error.strerror}). Periksa nama dan izin berkasnya."
        ) from None


def decoded(name: str, content: bytes) -> str:
    """The text of a file in whichever of the usual encodings it is written."""
    if content.startswith(_UTF_16_MARKS):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise AnalysisRefused(
        f"{name}: hurufnya tidak bisa dibaca. Simpan sebagai 'CSV UTF-8', lalu coba lagi."
    )


def _comments(name: str, rows: Iterable[tuple[int, dict[str, Any]]]) -> list[Comment]:
    comments: list[Comment] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        comment = _comment(name, number, row)
        if comment.id in seen:
            raise AnalysisRefused(
                f"{name}, baris {number}: id '{comment.id[:40]}' sudah ada di baris"
                f" {seen[comment.id]}. Beri setiap komentar id tersendiri."
            )
        seen[comment.id] = number
        comments.append(comment)
    if not comments:
        raise AnalysisRefused(
            f"{name}: tidak ada komentar di bawah judul kolom. Tambahkan barisnya."
        )
    return comments


def _comment(name: str, number: int, row: dict[str, Any]) -> Comment:
    id = _cell(row.get("id"))
    if not id:
        raise AnalysisRefused(
            f"{name}, baris {number}: 'id' kosong. Beri setiap komentar sebuah id."
        )
    text = row.get("text")
    return Comment(
        id=id,
        text="" if text is None else str(text),
        question=_cell(row.get("question")),
        round=_cell(row.get("round")),
        gathering=_cell(row.get("gathering")),
        age_band=_cell(row.get("age_band")),
        place=_cell(row.get("place")),
        date=_cell(row.get("date")),
    )


def _cell(value: Any) -> str:
    """A short value as text; a number that a spreadsheet made of an id loses its ``.0``."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _csv_rows(name: str, content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    text = decoded(name, content)
    csv.field_size_limit(_LONGEST_CELL)
    first = text.lstrip().partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    columns: list[str] | None = None
    try:
        for cells in reader:
            number = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(name, cells)
            elif len(cells) > len(columns) and any(cells[len(columns) :]):
                raise AnalysisRefused(
                    f"{name}, baris {number}: {len(cells)} sel di bawah {len(columns)} kolom."
                    f' Beri tanda kutip pada teks yang berisi "{separator}".'
                )
            else:
                yield number, dict(zip(columns, cells, strict=False))
    except csv.Error:
        raise AnalysisRefused(
            f"{name}, baris {reader.line_num}: baris ini bukan CSV. Ekspor lagi berkasnya."
        ) from None


def _xlsx_rows(name: str, content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    from openpyxl import load_workbook  # heavy, and a spreadsheet is the rarer input

    broken = AnalysisRefused(
        f"{name}: buku kerja ini tidak bisa dibaca. Simpan lagi sebagai .xlsx."
    )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size > _LARGEST_WORKBOOK:
            raise broken
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        columns: list[str] | None = None
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            if all(cell is None or not str(cell).strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(name, ["" if cell is None else str(cell) for cell in cells])
            else:
                yield number, dict(zip(columns, cells, strict=False))
        book.close()
    except AnalysisRefused:
        raise
    except Exception:  # openpyxl lets through whatever its parsers throw
        raise broken from None
    if columns is None:
        raise AnalysisRefused(f"{name}: lembar pertama kosong. Taruh komentarnya di sana.")


def _columns(name: str, cells: Sequence[str]) -> list[str]:
    columns = [cell.strip().lower().replace(" ", "_") for cell in cells]
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        found = ", ".join(column[:30] for column in columns[:12] if column)
        raise AnalysisRefused(
            f"{name}, baris 1: kolom {' dan '.join(repr(one) for one in missing)} tidak ada"
            f" (yang ada: {found}). Namai kolomnya 'id' dan 'text'."
        )
    twice = next((one for one in (*REQUIRED, *OPTIONAL) if columns.count(one) > 1), None)
    if twice:
        raise AnalysisRefused(
            f"{name}, baris 1: kolom '{twice}' ada dua. Ganti nama salah satunya."
        )
    return columns


def _jsonl_rows(name: str, content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    return json_rows(name, content, required=REQUIRED)


def json_rows(
    name: str, content: bytes, *, required: Sequence[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSONL file with their line numbers; each must have what is required."""
    for number, line in enumerate(decoded(name, content).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise AnalysisRefused(
                f"{name}, baris {number}: baris ini bukan objek JSON."
                ' Tulis seperti {"id": "1", "text": "..."} di setiap baris.'
            )
        missing = [column for column in required if column not in row]
        if missing:
            raise AnalysisRefused(
                f"{name}, baris {number}: {' dan '.join(repr(one) for one in missing)} tidak ada."
                f" Setiap baris memerlukan {', '.join(repr(one) for one in required)}."
            )
        yield number, row
