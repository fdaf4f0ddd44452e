"""The rows of a file, be it CSV, XLSX or JSONL; a row that cannot be trusted is refused."""

import csv
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any, TextIO

from analysis.errors import AnalysisRefused, reason_of

Rows = Iterator[tuple[int, dict[str, Any]]]

# What spreadsheets put first in a file in UTF-16; "utf-8-sig" takes its own mark away.
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = (",", ";", "\t", "|")  # European spreadsheets write ";"
_SEPARATOR_LINE = re.compile(r'"?sep=([^"\r\n])"?\s*', re.IGNORECASE)  # Excel's own first line
_PART = 1 << 20  # of a file, read at a time
_LONGEST_CELL = 1_000_000  # characters; csv's own limit is 131,072
# A workbook is a zip: more than this unpacked is no survey (a zip bomb promises gigabytes).
_LARGEST_WORKBOOK = 500 * 1024 * 1024
_LONGEST_TAG = 20  # bytes of "<f", with the name space some programs write before it
_FORMULA = re.compile(rb"<(?:\w{1,16}:)?f[\s>/]")
# Bytes that are no letter in the encoding stand as lone surrogates ("surrogateescape").
_NOT_UTF_8 = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\0-\x7f\udc80-\udcff]")


@contextmanager
def opened(path: Path) -> Iterator[None]:
    """``AnalysisRefused`` where a file is empty or cannot be opened."""
    try:
        with path.open("rb") as file:
            empty = not any(part.strip() for part in iter(lambda: file.read(_PART), b""))
        if empty:
            raise AnalysisRefused(f"{path.name}: berkas ini kosong. Ekspor lagi beserta barisnya.")
        yield
    except OSError as error:
        raise AnalysisRefused(
            f"{path.name}: tidak bisa dibuka ({reason_of(error)}). Periksa nama dan izin berkasnya."
        ) from None


# Letters -----------------------------------------------------------------------------------------


@contextmanager
def _text_of(path: Path, *, newline: str) -> Iterator[TextIO]:
    """The text of a file in whichever of the usual encodings it is written, part by part."""
    encoding = _encoding_of(path)
    errors = "strict" if encoding.startswith("utf-16") else "surrogateescape"
    try:
        with path.open(encoding=encoding, errors=errors, newline=newline) as file:
            yield file
    except UnicodeError:
        raise AnalysisRefused(
            f"{path.name}: berkas ini terpotong. Simpan lagi sebagai 'CSV UTF-8'."
        ) from None


def _encoding_of(path: Path) -> str:
    """UTF-16 by its mark or its NULs, else UTF-8, else Windows-1252.

    A file that is UTF-8 but for a few letters stays UTF-8: read as Windows-1252 each "é" would be
    "Ã©", and nobody would be told.
    """
    with path.open("rb") as file:
        first, second = (start := file.read(2).ljust(2, b" "))
    if start in _UTF_16_MARKS:
        return "utf-16"
    if not (first and second):  # both columns we need are ASCII, and so is "{"
        return "utf-16-le" if first else "utf-16-be"
    good = broken = 0
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as text:
        for part in iter(lambda: text.read(_PART), ""):
            if not part.isascii():
                good += len(_BEYOND_ASCII.findall(part))
                broken += len(_NOT_UTF_8.findall(part))
    return "utf-8-sig" if good >= broken else "cp1252"


def _check_letters(name: str, number: int, written: str) -> None:
    if _is_broken(written):
        raise AnalysisRefused(
            f"{name}, baris {number}: ada huruf rusak yang tidak bisa dibaca."
            " Ketik ulang teks di baris itu, lalu simpan lagi."
        )


def _is_broken(written: str) -> bool:
    try:
        written.encode()
    except UnicodeEncodeError:
        return True
    return "\0" in written


# CSV ---------------------------------------------------------------------------------------------

_LIMIT = "field limit"  # in the words of csv.Error
_LONG = (
    f"satu sel lebih panjang dari {_LONGEST_CELL} huruf."
    ' Periksa apakah tanda kutip (") di baris ini ditutup.'
)
_UNCLOSED = (
    'tanda kutip (") di baris ini tidak berpasangan.'
    ' Tutup di akhir selnya, dan tulis "" untuk tanda kutip di dalam teks.'
)


def csv_rows(path: Path, *, needed: Sequence[str], known: Sequence[str]) -> Rows:
    """The rows as a spreadsheet numbers them, however many lines a cell has."""
    name = path.name
    csv.field_size_limit(_LONGEST_CELL)
    with _text_of(path, newline="") as file:
        separator = _separator(file)
        reader = csv.reader(file, delimiter=separator, strict=True)
        swallowed = _Swallowed(name, separator)
        columns: list[str] | None = None
        number = 0
        try:
            for number, cells in enumerate(reader, 1):
                if not any(cell.strip() for cell in cells):
                    continue
                if columns is None:
                    _check_header(name, cells)
                    columns = _columns(name, number, cells, needed=needed, known=known)
                    continue
                _check_letters(name, number, "".join(cells))
                if len(cells) > len(columns) and any(cells[len(columns) :]):
                    raise AnalysisRefused(
                        f"{name}, baris {number}: {len(cells)} sel di bawah {len(columns)} kolom."
                        f' Beri tanda kutip pada teks yang berisi "{separator}".'
                    )
                swallowed.look(number, cells, columns)
                row = dict(zip(columns, cells, strict=False))
                _check_typed(name, number, _failed(row, known))
                yield number, row
        except csv.Error as error:
            raise AnalysisRefused(
                f"{name}, baris {number + 1}: {_UNCLOSED if _LIMIT not in str(error) else _LONG}"
            ) from None
        swallowed.check()


# What is left of an answer that a spreadsheet took for a formula: its error, or the formula.
_SIGNS = ("#", "=", " ")  # a look at the first letter is quicker
_FAILED = re.compile(
    r"#(?:NAME\?|N/A|VALUE!|REF!|DIV/0!|NULL!|NUM!)"
    r"|=[-+]?(?:\$?[A-Z]{1,3}\$?\d+|[A-Z][A-Z.]*\()[^\r\n]*"
)


def _failed(row: dict[str, str], known: Sequence[str]) -> list[str]:
    cells = ((one, row.get(one, "")) for one in known)
    return [one for one, cell in cells if cell[:1] in _SIGNS and _FAILED.fullmatch(cell.strip())]


def _check_typed(name: str, number: int, failed: Sequence[str]) -> None:
    if failed:
        raise AnalysisRefused(
            f"{name}, baris {number}: '{failed[0]}' berisi rumus, bukan teks. Ubah kolomnya menjadi"
            " teks di Excel, ketik ulang isinya, lalu simpan lagi."
        )


def _separator(file: TextIO) -> str:
    """What stands between cells; the file is then at its first row."""
    first = next((line for line in iter(file.readline, "") if line.strip()), "")
    if said := _SEPARATOR_LINE.fullmatch(first):
        return said[1]
    file.seek(0)
    return max(_SEPARATORS, key=first.count)


def _check_header(name: str, cells: Sequence[str]) -> None:
    if _is_broken("".join(cells)):
        raise AnalysisRefused(
            f"{name}: hurufnya tidak bisa dibaca. Simpan sebagai 'CSV UTF-8', lalu coba lagi."
        )


class _Swallowed:
    """Cells that hold rows: a quotation mark was opened in one row and closed in a later one.

    An answer may have lines and commas. A line of it counts as a row where it has as many cells as
    there are columns, and an id like that of its own row which no row of the file has.
    """

    def __init__(self, name: str, separator: str) -> None:
        self._name, self._separator = name, separator
        self._ids: set[str] = set()
        self._doubtful: dict[str, int] = {}  # id -> row whose cell holds it

    def look(self, number: int, cells: Sequence[str], columns: Sequence[str]) -> None:
        """Remember the row's id and the ids of what may be rows inside its cells."""
        place = columns.index("id") if "id" in columns else 0
        id = cells[place].strip() if place < len(cells) else ""
        self._ids.add(id)
        written = "".join(cells)
        if "\n" not in written and "\r" not in written:
            return
        for cell in (cell for cell in cells if "\n" in cell or "\r" in cell):
            after = cells[cells.index(cell) + 1 :]
            # The last line ends in the cells that follow.
            for line in self._separator.join([cell, *after]).splitlines()[1:]:
                parts = line.split(self._separator)
                if len(parts) == len(columns) and _alike(parts[place].strip(), id):
                    self._doubtful.setdefault(parts[place].strip(), number)

    def check(self) -> None:
        """Refuse the first row that holds others."""
        rows = [number for id, number in self._doubtful.items() if id not in self._ids]
        if rows:
            raise AnalysisRefused(
                f"{self._name}, baris {min(rows)}: satu sel berisi baris-baris berikutnya."
                ' Tutup tanda kutip (") yang dibuka di baris ini.'
            )


def _alike(one: str, id: str) -> bool:
    """Whether both could be ids of one list: "k9" and "k10", not "terus" or "2" for "k9"."""
    signs = [re.sub(r"\d", "", text) for text in (one, id)]
    return signs[0] == signs[1] and one != signs[0] and abs(len(one) - len(id)) <= 1


# XLSX --------------------------------------------------------------------------------------------


def xlsx_rows(path: Path, *, needed: Sequence[str], known: Sequence[str]) -> Rows:
    """The rows of the first sheet; ``AnalysisRefused`` for a formula without its result.

    Also where another sheet holds comments: nobody would miss them in the report.
    """
    name = path.name
    columns: list[str] | None = None
    try:
        with _books(path) as (book, typed):
            _check_other_sheets(name, book, needed)
            saved = book.properties.modified.year
            for number, cells in enumerate(_cells(book, typed), 1):
                if columns is None:
                    if any(_shown(cell) for cell, _ in cells):
                        header = [_shown(cell) for cell, _ in cells]
                        columns = _columns(name, number, header, needed=needed, known=known)
                    continue
                row = dict(zip(columns, cells, strict=False))
                _check_results(name, number, [one for one in known if one in row and row[one][1]])
                if any(_shown(cell) for cell, _ in cells):
                    yield number, {one: _value(one, cell, saved) for one, (cell, _) in row.items()}
    except AnalysisRefused:
        raise
    except Exception:  # openpyxl lets through whatever its parsers throw
        raise AnalysisRefused(
            f"{name}: buku kerja ini tidak bisa dibaca. Simpan lagi sebagai .xlsx."
        ) from None
    if columns is None:
        raise AnalysisRefused(f"{name}: lembar pertama kosong. Taruh komentarnya di sana.")


def _check_other_sheets(name: str, book: Any, needed: Sequence[str]) -> None:
    for sheet in book.worksheets[1:]:
        full = (cells for cells in sheet.iter_rows() if any(map(_shown, cells)))
        titles = [_titled(_shown(cell)) for cell in next(full, ())]
        if set(needed) <= set(titles) and next(full, None):
            raise AnalysisRefused(
                f"{name}: lembar '{sheet.title[:40]}' juga berisi komentar. Gabungkan ke lembar"
                " pertama, atau hapus lembar itu."
            )


def _titled(cell: str) -> str:
    """The name of a column, however its title is typed."""
    return cell.strip().lower().replace(" ", "_")


@contextmanager
def _books(path: Path) -> Iterator[tuple[Any, Any]]:
    """The workbook with the results last calculated, and as typed where it has a formula."""
    from openpyxl import load_workbook  # heavy, and a spreadsheet is the rarer input

    with zipfile.ZipFile(path) as parts:
        if sum(part.file_size for part in parts.infolist()) > _LARGEST_WORKBOOK:
            raise ValueError("a workbook of more than 500 MB")
        calculating = any(map(_has_formula, _sheets(parts)))
    book = load_workbook(path, read_only=True, data_only=True)
    typed = load_workbook(path, read_only=True) if calculating else book
    try:
        yield book, typed
    finally:
        book.close()
        typed.close()


def _sheets(parts: zipfile.ZipFile) -> Iterator[IO[bytes]]:
    for name in parts.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            with parts.open(name) as sheet:
                yield sheet


def _has_formula(sheet: IO[bytes]) -> bool:
    """Looked up first: to read a sheet a second time takes as long as the first."""
    end = b""
    for part in iter(lambda: sheet.read(_PART), b""):
        if _FORMULA.search(end + part):
            return True
        end = part[-_LONGEST_TAG:]
    return False


def _cells(book: Any, typed: Any) -> Iterator[list[tuple[Any, bool]]]:
    """The rows of the first sheet: each cell, and whether its result is lost.

    Lost is an error ("#N/A"), and a formula that nobody calculated.
    """
    rows = book.worksheets[0].iter_rows()
    if typed is book:
        yield from ([(cell, cell.data_type == "e") for cell in cells] for cells in rows)
        return
    formulas = typed.worksheets[0].iter_rows(values_only=True)
    for cells, written in zip(rows, formulas, strict=True):
        yield [
            (cell, _is_lost(cell, formula)) for cell, formula in zip(cells, written, strict=True)
        ]


def _is_lost(cell: Any, formula: Any) -> bool:
    if cell.value is None:  # "str": the result is the empty text
        return formula is not None and cell.data_type != "str"
    return bool(cell.data_type == "e")


def _shown(cell: Any) -> str:
    return "" if cell.value is None else str(cell.value).strip()


def _check_results(name: str, number: int, lost: Sequence[str]) -> None:
    if lost:
        raise AnalysisRefused(
            f"{name}, baris {number}: '{lost[0]}' berisi rumus tanpa hasil. Buka di Excel,"
            " salin kolomnya, lalu tempel sebagai nilai (Paste Special > Values)."
        )


def _value(column: str, cell: Any, saved: int) -> Any:
    """What the cell holds; an age band that Excel took for a day is a band again.

    It makes "10-12" a day of the year in which it is typed: 12 October, in Indonesia 10 December.
    The birthday of somebody who answers lies years back.
    """
    day = cell.value
    if column == "age_band" and isinstance(day, date) and 0 <= saved - day.year <= 1:
        return "-".join(map(str, sorted((day.day, day.month))))
    return day


def _columns(
    name: str, number: int, cells: Sequence[str], *, needed: Sequence[str], known: Sequence[str]
) -> list[str]:
    columns = [_titled(cell) for cell in cells]
    missing = [column for column in needed if column not in columns]
    if missing:
        found = ", ".join(column[:30] for column in columns[:12] if column)
        raise AnalysisRefused(
            f"{name}, baris {number}: kolom {' dan '.join(repr(one) for one in missing)} tidak ada"
            f" (yang ada: {found}). Namai kolomnya 'id' dan 'text'."
        )
    twice = next((one for one in known if columns.count(one) > 1), None)
    if twice:
        raise AnalysisRefused(
            f"{name}, baris {number}: kolom '{twice}' ada dua. Ganti nama salah satunya."
        )
    return columns


# JSONL -------------------------------------------------------------------------------------------


def json_rows(path: Path, *, required: Sequence[str]) -> Rows:
    """The objects of a JSONL file with their line numbers; each must have what is required.

    ``AnalysisRefused`` where it cannot be opened or a line is something else.
    """
    with opened(path):
        yield from json_lines(path, required)


# NaN is how pandas writes an empty cell.
_read_json = json.JSONDecoder(parse_constant=lambda constant: None).decode


def json_lines(path: Path, required: Sequence[str]) -> Rows:
    """As ``json_rows``, of a file that is open already."""
    name, wanted = path.name, set(required)
    with _text_of(path, newline="\n") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            _check_letters(name, number, line)
            try:
                row = _read_json(line)
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
