"""Comments come from whatever a spreadsheet program writes.

F001  CSV in UTF-8, UTF-16 and Windows-1252, separated by comma, semicolon or tab
F002  XLSX and JSONL give the same comments
F003  every fault is one sentence with the file, the row and the remedy
F004  nothing a child wrote stands in an error
F005  a quotation mark that is never closed, or too late, is told; answers of many lines are read
F006  a row has the number a spreadsheet gives it
F007  a text or an age that a spreadsheet lost is told, and an age it turned into a day is read back
F008  one wrong byte never changes how the rest of the file is read
F009  half a surrogate pair becomes U+FFFD
F010  comments on a second sheet are told
"""

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from analysis import Comment
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
        ("a.csv", b"id,text\n1,\0\0\n", "baris 2: ada huruf rusak"),
        ("a.csv", b"id,text\n1,rahasia\n2,\x81\n", "baris 3: ada huruf rusak"),
        ("a.csv", b"PK\3\4\0\0\n\n", "CSV UTF-8"),
        ("a.csv", b"\xff\xfei\0d\0,", "terpotong"),
        ("a.csv", b"id,text\n1," + b"a" * 1_000_001, "baris 2: satu sel lebih panjang"),
        ("a.jsonl", b'{"id": 1, "text": "rahasia"}\n{"id": 2', "baris 2: baris ini bukan objek"),
        ("a.jsonl", b'{"id": 1}', "baris 1: 'text' tidak ada"),
        ("a.jsonl", b"[1]", "bukan objek JSON"),
        ("a.jsonl", b'{"id": 1, "text": ["rahasia"]}', "baris 1: 'text' berisi daftar"),
        ("a.jsonl", b'{"id": {"a": 1}, "text": ""}', "baris 1: 'id' berisi daftar"),
        ("a.jsonl", b'{"id": NaN, "text": "rahasia"}', "baris 1: 'id' kosong"),
        ("a.jsonl", b'{"id": 1, "text": "a"}\n{"id": 2, "text": "\0"}', "baris 2: ada huruf"),
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
    """F003: the name is told, and what to look at, in one language."""
    with pytest.raises(AnalysisRefused, match=r"tidak-ada\.csv: tidak bisa dibuka \(tidak ada\)"):
        read_comments(tmp_path / "tidak-ada.csv")


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ('1,"rahasia\n2,b\n3,c\n', 2),  # never closed
        ('1,a\n2,"rahasia\n3,"c"\n4,d\n', 3),  # the next one is opened
        ('1,a\n2,"rahasia" lagi\n', 3),  # closed before the end of the cell
        ('8,a\n9,"rahasia\n10,b\n11,c"\n12,d\n', 3),  # closed two rows later
        ('k-1,"rahasia\nk-2,b"\nk-3,c\n', 2),
    ],
)
def test_quotation_marks_without_their_pair(tmp_path: Path, rows: str, row: int) -> None:
    """F005: the row in which it was opened, and the remedy."""
    (tmp_path / "a.csv").write_text(f"id,text\n{rows}")
    with pytest.raises(
        AnalysisRefused, match=rf"a\.csv, baris {row}: .*(Tutup|Periksa)"
    ) as refused:
        read_comments(tmp_path / "a.csv")
    assert "rahasia" not in str(refused.value)


def test_rows_in_the_middle_of_a_table(tmp_path: Path) -> None:
    """F005: also where the last row of those swallowed ends in its own cells."""
    (tmp_path / "a.csv").write_text('id,text,place\n1,"a,Pojok\n2,b",Pojok\n3,c,Pojok\n')
    with pytest.raises(AnalysisRefused, match="baris 2: satu sel berisi baris-baris"):
        read_comments(tmp_path / "a.csv")


@pytest.mark.parametrize(
    "answer",
    [
        "1, main\n2, makan\n3, tidur",
        "lampu mati,\ngelap, serem\nya, itu",
        'kata ibu "jangan"\nya\n',
    ],
)
def test_answers_of_many_lines(tmp_path: Path, answer: str) -> None:
    """F005: lists and commas are what children write."""
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["id", "text"], *([n, answer] for n in range(1, 8))])
    assert [one.text for one in read_comments(tmp_path / "a.csv")] == [answer] * 7


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    """F006: lines within a cell and Excel's own first line do not count, empty rows do."""
    (tmp_path / "a.csv").write_text('sep=|\nid|text\n1|"a\nb\nc"\n\n1|d\n')
    with pytest.raises(AnalysisRefused, match="baris 4: id '1' sudah ada di baris 2"):
        read_comments(tmp_path / "a.csv")


def workbook(path: Path, *rows: list[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ([2, '=CONCAT("rahasia")'], "text"),
        (["=A2+1", "rahasia"], "id"),
        ([2, "#N/A"], "text"),
        ([2, "rahasia", "#REF!"], "age_band"),
    ],
)
def test_formulas_without_a_result(tmp_path: Path, row: list[object], column: str) -> None:
    """F007: openpyxl and other programs write formulas that nobody has calculated."""
    path = workbook(tmp_path / "a.xlsx", ["id", "text", "age_band"], [1, "a"], row)
    with pytest.raises(AnalysisRefused, match=f"baris 3: '{column}' berisi rumus") as refused:
        read_comments(path)
    assert "rahasia" not in str(refused.value)


@pytest.mark.parametrize("cell", ["#NAME?", "#N/A", " #REF! ", "=A1+B1", "=SUM(A1:A2)", "=-A3"])
def test_formulas_in_a_table(tmp_path: Path, cell: str) -> None:
    """F007: what Excel made of "-bau", and saved as CSV, is no child's word."""
    path = tmp_path / "a.csv"
    path.write_text(f'id,text,nilai\n1,toilet bau,#N/A\n2,"{cell}",3\n')
    with pytest.raises(AnalysisRefused, match=r"^a\.csv, baris 3: 'text' berisi rumus") as refused:
        read_comments(path)
    assert cell.strip() not in str(refused.value)


@pytest.mark.parametrize("text", ["=)", "= seru", "#toilet", "#1 toilet", "-bau", "=D"])
def test_what_only_looks_like_a_formula(tmp_path: Path, text: str) -> None:
    """F007: a face, a hashtag, a dash."""
    path = tmp_path / "a.csv"
    path.write_text(f"id,text\n1,{text}\n")
    assert read_comments(path)[0].text == text


@pytest.mark.parametrize(("title", "rows", "refused"), [
    ("text", 1, True), ("text", 0, False), ("keterangan", 1, False),
])  # fmt: skip
def test_a_second_class(tmp_path: Path, title: str, rows: int, refused: bool) -> None:
    """F010: comments on another sheet are not left out in silence; notes may stand there."""
    book = Workbook()
    assert book.active is not None
    for row in (["id", "text"], [1, "toilet bau"]):
        book.active.append(row)
    other = book.create_sheet("kelas b")
    for row in (["ID", title], [2, "wifi"])[: 1 + rows]:
        other.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    if not refused:
        assert len(read_comments(path)) == 1
        return
    with pytest.raises(AnalysisRefused, match=r"^a\.xlsx: lembar 'kelas b' juga berisi komentar"):
        read_comments(path)


def test_other_formulas_do_not_matter(tmp_path: Path) -> None:
    """F007: only the columns that are read."""
    path = workbook(tmp_path / "a.xlsx", ["id", "text", "jumlah"], [1, "a", "=1+1"])
    assert [one.text for one in read_comments(path)] == ["a"]


THIS_YEAR = datetime.now().year  # which a workbook saved now carries


@pytest.mark.parametrize("day", [datetime(THIS_YEAR, 10, 12), datetime(THIS_YEAR, 12, 10)])
def test_an_age_that_became_a_day(tmp_path: Path, day: datetime) -> None:
    """F007: in English and in Indonesian Excel; a real date stays one."""
    path = workbook(tmp_path / "a.xlsx", ["id", "text", "age_band", "date"], [1, "a", day, day])
    [read] = read_comments(path)
    assert read.age_band == "10-12"
    assert read.date.startswith(str(THIS_YEAR))


@pytest.mark.parametrize(
    ("written", "band"),
    [
        ("12-Oct", "10-12"),
        ("10-Des", "10-12"),
        ("9-Jun", "6-9"),
        ("06 Sep", "6-9"),
        ("7–9", "7–9"),
        ("Junior 10-12", "Junior 10-12"),
    ],
)
def test_an_age_as_it_was_shown(tmp_path: Path, written: str, band: str) -> None:
    """F007: what Excel writes into a CSV."""
    (tmp_path / "a.csv").write_text(f"id,text,age_band\n1,a,{written}\n", encoding="utf-8")
    assert read_comments(tmp_path / "a.csv")[0].age_band == band


@pytest.mark.parametrize("written", ["2015-08-07", "7/8/2015", "Agu-09", "7 Agustus 2015"])
def test_a_birthday_is_no_age(tmp_path: Path, written: str) -> None:
    """F007: it could be mistaken for a band."""
    (tmp_path / "a.csv").write_text(f"id,text,age_band\n1,a,{written}\n")
    with pytest.raises(AnalysisRefused, match="baris 2: 'age_band' berisi tanggal") as refused:
        read_comments(tmp_path / "a.csv")
    assert written not in str(refused.value)
    day = datetime(THIS_YEAR - 9, 8, 7)
    path = workbook(tmp_path / "a.xlsx", ["id", "text", "age_band"], [1, "a", day])
    with pytest.raises(AnalysisRefused, match="baris 2: 'age_band' berisi tanggal"):
        read_comments(path)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_one_wrong_byte(tmp_path: Path, name: str) -> None:
    """F008: "é" does not become "Ã©"; the row with the byte is named."""
    texts = [b"kaf\xc3\xa9", b"l\xc3\xa9l\xc3\xa9", b"kaf\xe9"]
    form = b"%d,%s\n" if name == "a.csv" else b'{"id": %d, "text": "%s"}\n'
    rows = b"".join(form % pair for pair in enumerate(texts, 1))
    (tmp_path / name).write_bytes(b"id,text\n" + rows if name == "a.csv" else rows)
    row = 4 if name == "a.csv" else 3
    with pytest.raises(AnalysisRefused, match=f"baris {row}: ada huruf rusak"):
        read_comments(tmp_path / name)


def test_utf_16_without_its_mark(tmp_path: Path) -> None:
    """F001: the NULs between the letters tell."""
    for encoding in ("utf-16-le", "utf-16-be"):
        read = read_comments(written(tmp_path / "a.csv", encoding=encoding))
        assert [(one.id, one.text) for one in read] == ROWS


def test_half_a_pair(tmp_path: Path) -> None:
    """F009: from a file and from a program; the place of every other character stays."""
    (tmp_path / "a.jsonl").write_text(
        r'{"id": "\udc00", "text": "\ud800 halo \ud83d\ude00", "place": "\ud800"}'
    )
    [read] = read_comments(tmp_path / "a.jsonl")
    assert read == Comment("\ufffd", "\ufffd halo 😀", place="\ufffd")
    assert Comment("1", "\ud800 halo").text == "\ufffd halo"
