"""Comments come from whatever a spreadsheet program writes.

F001  CSV in UTF-8, UTF-16 and Windows-1252, separated by comma, semicolon or tab
F002  XLSX and JSONL give the same comments
F003  every fault is one sentence with the file, the row and the remedy
F004  nothing a child wrote stands in an error
"""

import csv
import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from analysis.errors import AnalysisRefused
from analysis.reading import read_comments

ROWS = [("1", "kafé dekat sekolah rame"), ("2", 'lampu "gang" mati, gelap;\nserem')]


def written(path: Path, *, separator: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(["ID", " Text ", "Age band"])
        writer.writerows([*row, "10-12"] for row in ROWS)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_spreadsheet_exports(tmp_path: Path, encoding: str, separator: str) -> None:
    """F001: accents, quotation marks and line breaks arrive as they were typed."""
    path = written(tmp_path / "a.csv", separator=separator, encoding=encoding)
    read = read_comments(path)
    assert [(one.id, one.text) for one in read] == ROWS
    assert {one.age_band for one in read} == {"10-12"}


def test_a_workbook(tmp_path: Path) -> None:
    """F002: an id that the program turned into a number stays the id it was."""
    book = Workbook()
    book.active.append(["id", "text"])
    for number, text in ROWS:
        book.active.append([int(number), text])
    book.active.append([3.0, None])
    book.save(tmp_path / "a.xlsx")
    assert [(one.id, one.text) for one in read_comments(tmp_path / "a.xlsx")] == [*ROWS, ("3", "")]


def test_lines_of_json(tmp_path: Path) -> None:
    """F002: one object a line, empty lines between."""
    lines = [json.dumps({"id": number, "text": text, "place": "Pojok"}) for number, text in ROWS]
    (tmp_path / "a.jsonl").write_text("\n\n".join(lines))
    read = read_comments(tmp_path / "a.jsonl")
    assert [(one.id, one.text, one.place) for one in read] == [(*row, "Pojok") for row in ROWS]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "kosong"),
        ("a.csv", b"id,text\n", "tidak ada komentar"),
        ("a.csv", b"no,komentar\n1,x\n", "baris 1: kolom 'id' dan 'text' tidak ada"),
        ("a.csv", b"id,text,text\n1,x,y\n", "kolom 'text' ada dua"),
        ("a.csv", b"id,text\n1,rahasia\n1,rahasia\n", "baris 3: id '1' sudah ada di baris 2"),
        ("a.csv", b"id,text\n,rahasia\n", "baris 2: 'id' kosong"),
        ("a.csv", b"id,text\n1,rahasia,besar\n", "baris 2: 3 sel di bawah 2 kolom"),
        ("a.csv", b"id,text\n1,\0\0\n", "CSV UTF-8"),
        ("a.jsonl", b'{"id": 1, "text": "rahasia"}\n{"id": 2', "baris 2: baris ini bukan objek"),
        ("a.jsonl", b'{"id": 1}', "baris 1: 'text' tidak ada"),
        ("a.jsonl", b"[1]", "bukan objek JSON"),
        ("a.xlsx", b"rahasia", "buku kerja ini tidak bisa dibaca"),
        ("a.pdf", b"rahasia", ".csv, .xlsx, atau .jsonl"),
    ],
)
def test_faults(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    """F003, F004: what is wrong, where, and what to do."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AnalysisRefused) as refused:
        read_comments(tmp_path / name)
    sentence = str(refused.value)
    assert sentence.startswith(name)
    assert said in sentence
    assert "rahasia" not in sentence


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """F003: the name is told, and what to look at."""
    with pytest.raises(AnalysisRefused, match=r"tidak-ada\.csv: tidak bisa dibuka"):
        read_comments(tmp_path / "tidak-ada.csv")
