"""How good the analysis is on answers of five hands that taught it nothing.

S201  no measure falls below what it has reached, with a margin for a changed table
S202  a measure says of how many it speaks, and what it should reach
S203  a perfect answer scores perfectly: the measures themselves are right
S204  a label that cannot be meant is refused with its line; comments without one are not counted
"""

import json
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import AnalysisRefused
from analysis.scoring import calibration_error, read_gold, read_pairs, score

UJI = Path(__file__).parent / "uji"
SETS = {
    "first": UJI,
    "second": UJI / "kedua",
    "third": UJI / "ketiga",
    "fourth": UJI / "keempat",
    "fifth": UJI / "kelima",
}
# Reached in November 2026, less a few comments: a fall below is a fault, not bad luck. The second
# set is harder, and there some goals of the project are not reached yet.
AT_LEAST = {
    "klaster: macro-F1 dari enam": (0.90, 0.82, 0.90, 0.90, 0.90),
    "klaster pertama = label pertama atau kedua": (0.93, 0.88, 0.92, 0.92, 0.92),
    "indikator pertama benar": (0.92, 0.82, 0.92, 0.92, 0.92),
    "dua klaster: keduanya ditandai": (0.18, 0.24, 0.13, 0.21, 0.14),
    "klaster kedua yang ditandai benar": (0.45, 0.55, 0.40, 0.38, 0.20),
    "tema: NMI": (0.88, 0.84, 0.90, 0.90, 0.90),
    "tema: ARI": (0.60, 0.50, 0.65, 0.65, 0.65),
    "keluhan sama, dua bahasa, satu tema": (0.80, 0.70, 0.68, 0.68, 0.70),
    "keluhan sama, dua bahasa, satu klaster": (0.93, 0.90, 0.90, 0.90, 0.90),
    "mendesak: ditandai mendesak": (0.96, 0.80, 0.96, 0.93, 0.83),
    "mendesak: ditandai": (1.0, 0.95, 1.0, 0.96, 0.96),
    "perlu dibaca: ditandai": (0.75, 0.70, 0.66, 0.82, 0.80),
    "kata sama, tema sama": (1.0, 1.0, 1.0, 1.0, 1.0),
    "tetap di temanya saat korpus tumbuh": (0.97, 0.97, 0.97, 0.97, 0.97),
    "tetap di tema pilihan orang": (1.0, 1.0, 1.0, 1.0, 1.0),
    "bahasa": (0.88, 0.84, 0.90, 0.87, 0.87),
}
AT_MOST = {
    "galat kalibrasi (ECE)": (0.05, 0.07, 0.04, 0.04, 0.06),
    "tanpa tema": (0.20, 0.20, 0.20, 0.20, 0.20),
    # An eighth of these are harmless with alarming words.
    "biasa: ditandai mendesak": (0.02, 0.045, 0.035, 0.02, 0.03),
    "identitas yang lolos": (0.05, 0.05, 0.05, 0.05, 0.17),
    "disamarkan tanpa perlu": (0.02, 0.02, 0.02, 0.02, 0.02),
}


@pytest.fixture(scope="module", params=SETS)
def measured(request):
    folder = SETS[request.param]
    found = score(read_gold(folder / "comments.jsonl"), read_pairs(folder / "pairs.jsonl"))
    return request.param, {one.name: one for one in found}


def limit(limits, of):
    return limits[list(SETS).index(of)]


@pytest.mark.parametrize("name", AT_LEAST)
def test_it_is_good_enough(measured, name):
    """S201: recall, agreement with people, and what must never change."""
    of, values = measured
    assert values[name].value >= limit(AT_LEAST[name], of)


@pytest.mark.parametrize("name", AT_MOST)
def test_it_is_not_wrong_too_often(measured, name):
    """S201: false alarms, names that get through, doubtful certainty."""
    of, values = measured
    assert values[name].value <= limit(AT_MOST[name], of)


def test_every_measure_is_complete(measured):
    """S202: a share of nothing is no share."""
    _, values = measured
    assert {*AT_LEAST, *AT_MOST} <= set(values)
    assert all(one.of > 0 and one.goal for one in values.values())


def test_certainty_that_is_deserved():
    """S203: right nine times of ten at 0.9 is no error; always sure and always wrong is 1."""
    right = np.array([True] * 9 + [False])
    assert calibration_error(np.full(10, 0.9), right) == pytest.approx(0)
    assert calibration_error(np.ones(4), np.zeros(4, dtype=bool)) == pytest.approx(1)


GOLD = {"id": "1", "text": "toilet bau", "klaster": 3, "klaster2": None, "theme": "toilet",
        "safeguard": "none", "pii": []}  # fmt: skip


def gold(path, *rows):
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ({"id": "1"}, "id '1' sudah ada di baris 1. Beri"),
        ({"id": None}, "'id' kosong. Beri"),
        ({"text": None}, "'text' bukan teks. Tulis"),
        ({"klaster": "kesehatan"}, "'klaster' bukan nomor klaster. Tulis 1 sampai 5"),
        ({"klaster": None}, "'klaster' bukan nomor"),
        ({"klaster": 9}, "'klaster' bukan nomor"),
        ({"klaster": True}, "'klaster' bukan nomor"),
        ({"klaster2": -1}, "'klaster2' bukan nomor klaster. Tulis 1 sampai 5, 0 untuk"),
        ({"klaster2": ""}, "'klaster2' bukan nomor"),
        ({"theme": 3}, "'theme' bukan teks. Tulis"),
        ({"safeguard": "mendesak"}, "'safeguard': 'mendesak' tidak dikenal. Pilih salah satu"),
        ({"safeguard": None}, "'safeguard': 'None' tidak dikenal. Pilih"),
        ({"indicator": "toilet"}, "'indicator': 'toilet' tidak dikenal"),
        ({"lang": "jawa"}, "'lang': 'jawa' tidak dikenal. Pilih salah satu: id, jv, mix"),
        ({"alarming": "ya"}, "'alarming' diisi true atau false"),
        ({"pii": "toilet"}, "'pii' bukan daftar potongan teks. Tulis"),
        ({"pii": [{"start": 0, "end": 3}]}, "'pii' bukan daftar"),
        ({"pii": [""]}, "'pii' bukan daftar"),
        ({"pii": ["Rahasia"]}, "tidak ada di dalam teksnya. Salin"),
    ],
)
def test_labels_nobody_meant(tmp_path, label, said):
    """S204: one sentence, and nothing of what the child wrote."""
    path = gold(tmp_path / "gold.jsonl", GOLD, {**GOLD, "id": "2", **label})
    with pytest.raises(AnalysisRefused, match=r"^gold\.jsonl, baris 2[:,] ") as refused:
        read_gold(path)
    assert said in str(refused.value)
    assert "Rahasia" not in str(refused.value)


def test_ids_are_texts(tmp_path):
    """S204: a number is one, also in pairs; a pair needs both languages."""
    [row] = read_gold(gold(tmp_path / "gold.jsonl", {**GOLD, "id": 7}))
    assert row["id"] == "7"
    pair = {"id": 1, "id_text": "toilet bau", "jv_text": None}
    with pytest.raises(AnalysisRefused, match=r"baris 1: 'jv_text' bukan teks"):
        read_pairs(gold(tmp_path / "pairs.jsonl", pair))


def test_without_human_themes():
    """S204: nothing to agree with is no agreement, however few the comments."""
    rows = [{**GOLD, "id": str(n), "theme": None} for n in range(3)]
    measured = {one.name: one for one in score(rows)}
    assert (measured["tema: NMI"].of, measured["tema: ARI"].of) == (0, 0)
    assert np.isnan(measured["tema: NMI"].value)
    assert measured["tanpa tema"].of == 3
