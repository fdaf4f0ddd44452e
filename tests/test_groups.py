"""Comments that say the same come into one group.

G001  texts of two topics fall into two groups
G002  the slider goes from few broad to many fine groups
G003  never more than a fifth of the comments stays outside
G004  identical rows share a group; the same seed gives the same groups
G005  thousands of texts are grouped as well
"""

import numpy as np
import pytest
from scipy import sparse

from analysis.groups import OUTLIER, Groups
from analysis.vectors import CommentVectors

LAMPS = ["lampu jalan gelap", "lampu gang gelap", "jalan gelap lampu mati", "gang gelap"]
TOILETS = ["toilet bau pesing", "toilet kotor bau", "toilet sekolah bau", "toilet pesing"]


def rows_of(texts):
    return CommentVectors(random_state=0).fit(texts).transform(texts)


def test_two_topics_two_groups():
    """G001: lamps here, toilets there."""
    labels = Groups().fit(rows_of([*LAMPS, *TOILETS])).labels_.tolist()
    assert len(set(labels[:4])) == len(set(labels[4:])) == 1
    assert labels[0] != labels[4]


def test_the_slider_makes_more_groups():
    """G002: at least as many groups with every step."""
    rng = np.random.default_rng(2)
    centres = rng.normal(size=(6, 12))
    points = np.vstack([centre + rng.normal(scale=0.7, size=(20, 12)) for centre in centres])
    rows = sparse.csr_matrix(points / np.linalg.norm(points, axis=1, keepdims=True))
    counts = [len(set(Groups(granularity=g, smallest=1).fit(rows).labels_)) for g in (0, 0.5, 1)]
    assert counts == sorted(counts)
    assert counts[0] < counts[2]


@pytest.mark.parametrize("granularity", [0.0, 0.5, 1.0])
def test_few_stay_outside(granularity):
    """G003: a theme list that leaves out most answers helps nobody."""
    rng = np.random.default_rng(3)
    points = rng.normal(size=(60, 40))
    points[:10] = points[0]
    rows = sparse.csr_matrix(points / np.linalg.norm(points, axis=1, keepdims=True))
    labels = Groups(granularity=granularity, smallest=2).fit(rows).labels_
    assert (labels == OUTLIER).mean() <= 0.2


def test_the_same_again():
    """G004: identical texts, identical runs."""
    rows = rows_of([*LAMPS, *TOILETS, LAMPS[0]])
    first, second = (Groups(random_state=1).fit(rows).labels_ for _ in range(2))
    assert first.tolist() == second.tolist()
    assert first[0] == first[-1]


def test_thousands_of_texts():
    """G005: above the number of texts that can be compared pair by pair."""
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(4, 20))
    points = np.repeat(centres, 500, axis=0) + rng.normal(scale=0.1, size=(2000, 20))
    rows = sparse.csr_matrix(points / np.linalg.norm(points, axis=1, keepdims=True))
    labels = Groups(granularity=0.7).fit(rows).labels_
    assert len(set(labels.tolist())) == 4


def test_one_text_and_none_of_its_kind():
    """G003: a single comment is a group of its own when lists are small."""
    assert Groups(smallest=1).fit(rows_of(["lampu"])).labels_.tolist() == [0]
