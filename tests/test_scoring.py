"""How good the analysis is on answers of a hand that taught it nothing.

S201  no measure falls below what it has reached, with a margin for a changed table
S202  a measure says of how many it speaks, and what it should reach
S203  a perfect answer scores perfectly: the measures themselves are right
"""

from pathlib import Path

import numpy as np
import pytest

from analysis.scoring import calibration_error, read_gold, read_pairs, score

SET = Path(__file__).parent / "uji"
# Reached in November 2026, less a few comments: a fall below is a fault, not bad luck.
AT_LEAST = {
    "klaster: macro-F1 dari enam": 0.84,
    "klaster pertama = label pertama atau kedua": 0.88,
    "indikator pertama benar": 0.85,
    "tema: NMI": 0.85,
    "tema: ARI": 0.50,
    "keluhan sama, dua bahasa, satu tema": 0.70,
    "keluhan sama, dua bahasa, satu klaster": 0.90,
    "mendesak: ditandai mendesak": 0.93,
    "mendesak: ditandai": 0.98,
    "perlu dibaca: ditandai": 0.80,
    "kata sama, tema sama": 1.0,
    "tetap di temanya saat korpus tumbuh": 0.97,
}
AT_MOST = {
    "galat kalibrasi (ECE)": 0.06,
    "tanpa tema": 0.20,
    "biasa: ditandai mendesak": 0.05,  # an eighth of these are harmless with alarming words
    "identitas yang lolos": 0.10,
    "disamarkan tanpa perlu": 0.02,
}


@pytest.fixture(scope="module")
def measured():
    found = score(read_gold(SET / "comments.jsonl"), read_pairs(SET / "pairs.jsonl"))
    return {one.name: one for one in found}


@pytest.mark.parametrize("name", AT_LEAST)
def test_it_is_good_enough(measured, name):
    """S201: recall, agreement with people, and what must never change."""
    assert measured[name].value >= AT_LEAST[name]


@pytest.mark.parametrize("name", AT_MOST)
def test_it_is_not_wrong_too_often(measured, name):
    """S201: false alarms, names that get through, doubtful certainty."""
    assert measured[name].value <= AT_MOST[name]


def test_every_measure_is_complete(measured):
    """S202: a share of nothing is no share."""
    assert {*AT_LEAST, *AT_MOST} <= set(measured)
    assert all(one.of > 0 and one.goal for one in measured.values())


def test_certainty_that_is_deserved():
    """S203: right nine times of ten at 0.9 is no error; always sure and always wrong is 1."""
    right = np.array([True] * 9 + [False])
    assert calibration_error(np.full(10, 0.9), right) == pytest.approx(0)
    assert calibration_error(np.ones(4), np.zeros(4, dtype=bool)) == pytest.approx(1)
