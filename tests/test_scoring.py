"""How good the analysis is on answers of two hands that taught it nothing.

S201  no measure falls below what it has reached, with a margin for a changed table
S202  a measure says of how many it speaks, and what it should reach
S203  a perfect answer scores perfectly: the measures themselves are right
"""

from pathlib import Path

import numpy as np
import pytest

from analysis.scoring import calibration_error, read_gold, read_pairs, score

SETS = {"first": Path(__file__).parent / "uji", "second": Path(__file__).parent / "uji" / "kedua"}
# Reached in November 2026, less a few comments: a fall below is a fault, not bad luck. The second
# set is harder, and there some goals of the project are not reached yet.
AT_LEAST = {
    "klaster: macro-F1 dari enam": (0.89, 0.80),
    "klaster pertama = label pertama atau kedua": (0.92, 0.86),
    "indikator pertama benar": (0.90, 0.80),
    "tema: NMI": (0.88, 0.83),
    "tema: ARI": (0.55, 0.40),
    "keluhan sama, dua bahasa, satu tema": (0.75, 0.60),
    "keluhan sama, dua bahasa, satu klaster": (0.90, 0.80),
    "mendesak: ditandai mendesak": (0.93, 0.77),
    "mendesak: ditandai": (0.98, 0.95),
    "perlu dibaca: ditandai": (0.80, 0.80),
    "kata sama, tema sama": (1.0, 1.0),
    "tetap di temanya saat korpus tumbuh": (0.97, 0.97),
}
AT_MOST = {
    "galat kalibrasi (ECE)": (0.05, 0.07),
    "tanpa tema": (0.20, 0.20),
    # An eighth of these are harmless with alarming words.
    "biasa: ditandai mendesak": (0.03, 0.06),
    "identitas yang lolos": (0.10, 0.10),
    "disamarkan tanpa perlu": (0.02, 0.02),
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
