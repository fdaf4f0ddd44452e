"""Comments from a spreadsheet: CSV, XLSX or JSONL with at least `id` and `text`."""

import csv
import json
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from analysis.comments import Comment
from analysis.errors import AnalysisRefused

REQUIRED = ("id", "text")
OPTIONAL = ("round", "gathering", "age_band", "place", "question", "date")
# What spreadsheets put first in a file in UTF-16; "utf-8-sig" takes its own mark away.
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = (",", ";", "\t", "|")  # European spreadsheets write ";"
_PART = 1 << 20  # of a file, read at a time
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
    with _opened(path):
        return _comments(path.name, reader(path))


@contextmanager
def _opened(path: Path) -> Iterator[None]:
    """``AnalysisRefused`` where a file is empty or cannot be opened."""
    try:
        with path.open("rb") as file:
            empty = not any(part.strip() for part in iter(lambda: file.read(_PART), b""))
        if empty:
            raise AnalysisRefused(f"{path.name}: berkas ini kosong. Ekspor lagi beserta barisnya.")
        yield
    except OSError as error:
        raise AnalysisRefused(
            f"{path.name}: tidak bisa dibuka ({error.strerror}). Periksa nama dan izin berkasnya."
        ) from None


@contextmanager
def _text_of(path: Path, *, newline: str) -> Iterator[TextIO]:
    """The text of a file in whichever of the usual encodings it is written, part by part."""
    with path.open("rb") as file:
        marked = file.read(2) in _UTF_16_MARKS
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            with path.open(encoding=encoding, newline="") as file:
                readable = not any("\0" in part for part in iter(lambda: file.read(_PART), ""))
        except UnicodeError:
            continue
        if readable:
            with path.open(encoding=encoding, newline=newline) as file:
                yield file
            return
    raise AnalysisRefused(
        f"{path.name}: hurufnya tidak bisa dibaca. Simpan sebagai 'CSV UTF-8', lalu coba lagi."
    )


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
    return Comment(id=id, text=same.setdefault(text, text), **cells)


def _cell(value: Any) -> str:
    """A short value as text; a number that a spreadsheet made of an id loses its ``.0``."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    name = path.name
    csv.field_size_limit(_LONGEST_CELL)
    with _text_of(path, newline="") as file:
        first = next((line for line in file if line.strip()), "")
        separator = max(_SEPARATORS, key=first.count)
        file.seek(0)
        reader = csv.reader(file, delimiter=separator)
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


def _xlsx_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    from openpyxl import load_workbook  # heavy, and a spreadsheet is the rarer input

    name = path.name
    broken = AnalysisRefused(
        f"{name}: buku kerja ini tidak bisa dibaca. Simpan lagi sebagai .xlsx."
    )
    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size > _LARGEST_WORKBOOK:
            raise broken
        book = load_workbook(path, read_only=True, data_only=True)
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


def _jsonl_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    return _json_lines(path, REQUIRED)


def json_rows(path: Path, *, required: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSONL file with their line numbers; each must have what is required.

    ``AnalysisRefused`` where it cannot be opened or a line is something else.
    """
    with _opened(path):
        yield from _json_lines(path, required)


def _json_lines(path: Path, required: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    name, wanted = path.name, set(required)
    with _text_of(path, newline="\n") as file:
        for number, line in enumerate(file, 1):
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
            if not row.keys() >= wanted:
                missing = [column for column in required if column not in row]
                named = " dan ".join(map(repr, missing))
                raise AnalysisRefused(
                    f"{name}, baris {number}: {named} tidak ada."
                    f" Setiap baris memerlukan {', '.join(repr(one) for one in required)}."
                )
            yield number, row
