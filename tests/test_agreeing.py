"""Two reviewers of the same comments.

A001  kappa of the main clusters and alpha of all of them, each with a sentence what it means
A002  alerts are measured too, and only what both have said counts
A003  a later line about a comment stands for an earlier one, as everywhere in such files
A004  no comment read by both is refused, with the remedy
A005  one choice only is no agreement that can be measured
"""

import json
from pathlib import Path

import pytest

from analysis.agreeing import agreement
from analysis.errors import AnalysisRefused


def told(folder: Path, first: list[dict], second: list[dict], capsys) -> str:
    """What the command prints for these lines of two people."""
    for name, rows in (("satu.jsonl", first), ("dua.jsonl", second)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / name).write_text(lines, encoding="utf-8")
    agreement(folder / "satu.jsonl", folder / "dua.jsonl")
    return capsys.readouterr().out


def clusters(*given: list[str]) -> list[dict]:
    """A line a comment."""
    return [{"comment_id": str(i), "clusters": one} for i, one in enumerate(given)]


def test_clusters(tmp_path, capsys):
    """A001: three of four main clusters alike; a second cluster costs alpha, not kappa."""
    home, school, outside = ["keluarga"], ["pendidikan"], ["di_luar_klaster"]
    first = clusters(home, home, school, outside)
    text = told(tmp_path, first, clusters(home, school, school, outside), capsys)
    assert "Klaster: 4 komentar dibaca keduanya, 3 di antaranya sama." in text
    assert "Kesepakatan kuat (kappa 0,636; skala Landis & Koch)." in text  # (3/4 - 5/16) / (11/16)
    assert "alfa 0,667" in text  # 1 - 1/4 / (42/56)
    second = clusters(["keluarga", "kesehatan"], home, school, outside)
    text = told(tmp_path, first, second, capsys)
    assert "4 di antaranya sama" in text
    assert "kappa 1,000" in text
    assert "alfa 1,000" not in text
    assert "Peringatan" not in text


def test_alerts(tmp_path, capsys):
    """A002: a comment one of them has said nothing about is left out."""
    first = [{"comment_id": i, "alert": level} for i, level in zip("abc", ("none", "urgent", "concern"), strict=True)]  # fmt: skip # noqa: E501
    second = [{"comment_id": "a", "alert": "none"}, {"comment_id": "b", "alert": "urgent"}]
    second.append({"comment_id": "c", "theme": "c87d20ae8bbc"})
    text = told(tmp_path, first, second, capsys)
    assert "Peringatan: 2 komentar dibaca keduanya, 2 di antaranya sama." in text
    assert "kappa 1,000" in text
    assert "Klaster:" not in text


def test_the_latest_word_counts(tmp_path, capsys):
    """A003: changed from school to family."""
    changed = clusters(["pendidikan"]) + clusters(["keluarga"], ["kesehatan"])
    text = told(tmp_path, changed, clusters(["keluarga"], ["kesehatan"]), capsys)
    assert "2 komentar dibaca keduanya, 2 di antaranya sama" in text


def test_nothing_in_common(tmp_path, capsys):
    """A004: other comments, or other questions about them."""
    with pytest.raises(AnalysisRefused, match="orang kedua membaca sebagian"):
        told(tmp_path, clusters(["keluarga"]), [{"comment_id": "0", "alert": "none"}], capsys)


def test_one_choice_only(tmp_path, capsys):
    """A005: said once, not once a measure."""
    same = clusters(["keluarga"], ["keluarga"])
    assert told(tmp_path, same, same, capsys).count("tidak dapat diukur") == 1
