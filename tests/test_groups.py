"""Comments that say the same come into one group.

G001  texts of two topics fall into two groups
G002  the slider goes from few broad to many fine groups, and only merges or splits them
G003  never more than the allowed share of the comments stays outside
G004  identical rows share a group; the same seed gives the same groups
G005  thousands of texts are grouped as well, by the consensus of many clusterings
G006  a wanted number of groups is what comes out
G007  nothing, one text, and texts that are all equal, all different or empty are no trouble
G008  any short texts can be grouped with words, vectors and groups alone
G009  begun from the company of a background, words keep nearly the company found from nothing
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse
from threadpoolctl import threadpool_limits

from analysis.groups import OUTLIER, Groups
from analysis.resources import examples
from analysis.vectors import CommentVectors, Company
from analysis.words import WordReader

LAMPS = ["lampu jalan gelap", "lampu gang gelap", "jalan gelap lampu mati", "gang gelap"]
TOILETS = ["toilet bau pesing", "toilet kotor bau", "toilet sekolah bau", "toilet pesing"]
SLIDER = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def rows_of(texts):
    return CommentVectors(random_state=0).fit(texts).transform(texts)


def scattered(*, centres, each, spread, columns=20, seed=0):
    """Rows of length one around random centres, ``each`` per centre."""
    rng = np.random.default_rng(seed)
    around = np.repeat(rng.normal(size=(centres, columns)), each, axis=0)
    points = around + rng.normal(scale=spread, size=around.shape)
    return sparse.csr_matrix(points / np.linalg.norm(points, axis=1, keepdims=True))


def small_room():
    return scattered(centres=6, each=20, spread=0.7, columns=12, seed=2)


def large_room():
    return scattered(centres=12, each=60, spread=0.7, seed=3)


def test_two_topics_two_groups():
    """G001: lamps here, toilets there."""
    labels = Groups().fit(rows_of([*LAMPS, *TOILETS])).labels_.tolist()
    assert len(set(labels[:4])) == len(set(labels[4:])) == 1
    assert labels[0] != labels[4]


@pytest.mark.parametrize("room", [small_room, large_room])
def test_the_slider_makes_more_groups(room):
    """G002: at least as many groups with every step."""
    fitted = Groups(runs=6).fit(room())
    counts = [len(set(fitted.cut(granularity))) for granularity in SLIDER]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


@pytest.mark.parametrize("room", [small_room, large_room])
def test_the_slider_only_merges_or_splits(room):
    """G002: every group at a lower granularity is a union of groups at a higher one."""
    fitted = Groups(runs=6).fit(room())
    cuts = [fitted.cut(granularity).tolist() for granularity in SLIDER]
    for broad, fine in pairwise(cuts):
        assert len(set(zip(broad, fine, strict=True))) == len(set(fine))


def test_the_slider_needs_no_new_tree():
    """G002: fitting at another place of the slider grows the same tree."""
    trees = [Groups(granularity=granularity).fit(small_room()).tree_ for granularity in (0.0, 1.0)]
    assert (trees[0] == trees[1]).all()


@pytest.mark.parametrize("outliers", [0.0, 0.1, 0.2])
@pytest.mark.parametrize("granularity", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("smallest", [2, 5])
def test_few_stay_outside(granularity, outliers, smallest):
    """G003: a theme list that leaves out most answers helps nobody."""
    rows = scattered(centres=60, each=1, spread=0.0, columns=40, seed=3)
    rows = sparse.vstack([rows, *[rows[0]] * 10], format="csr")
    groups = Groups(granularity=granularity, smallest=smallest, outliers=outliers)
    assert (groups.fit(rows).labels_ == OUTLIER).mean() <= outliers


def test_counts_are_comments():
    """G003: one text that a tenth of the children wrote is not left outside at 5 %."""
    counts = np.array([10] + [9] * 10)
    rows = scattered(centres=11, each=1, spread=0.0)
    labels = Groups(outliers=0.05, smallest=20).fit(rows, counts=counts).labels_
    assert counts[labels == OUTLIER].sum() <= 0.05 * counts.sum()


@pytest.mark.parametrize("room", [small_room, large_room])
def test_the_same_again(room):
    """G004: identical texts, identical runs."""
    rows = sparse.vstack([room(), room()[:50]], format="csr")
    first, second = (Groups(random_state=1, runs=6).fit(rows).labels_ for _ in range(2))
    assert first.tolist() == second.tolist()
    assert first[:50].tolist() == first[-50:].tolist()


def test_thousands_of_texts():
    """G005: above the number of texts that can be compared pair by pair."""
    labels = Groups(n_groups=4, runs=6).fit(scattered(centres=4, each=500, spread=0.1)).labels_
    assert len(set(labels.tolist())) == 4
    assert all(len(set(labels[start : start + 500])) == 1 for start in range(0, 2000, 500))


def test_words_refine_the_groups():
    """G005: where the rows are blurred, the mixture of words still tells the groups apart."""
    rows = scattered(centres=3, each=300, spread=2.5, seed=4)
    gold = np.repeat(np.arange(3), 300)
    rng = np.random.default_rng(4)
    words = sparse.csr_matrix(rng.poisson(0.1 + 0.5 * (gold[:, None] == np.arange(30) % 3)))

    def agreement(labels):
        return sum(np.bincount(gold[labels == label]).max() for label in set(labels)) / len(gold)

    alone = Groups(n_groups=3, runs=6).fit(rows).labels_
    refined = Groups(n_groups=3, runs=6).fit(rows, words=words).labels_
    assert agreement(refined) > max(0.95, agreement(alone))


@pytest.mark.parametrize("room", [small_room, large_room])
@pytest.mark.parametrize("wanted", [1, 2, 7])
def test_a_wanted_number(room, wanted):
    """G006: no more, no fewer."""
    assert len(set(Groups(n_groups=wanted, runs=6).fit(room()).labels_)) == wanted


def test_one_text_and_none_of_its_kind():
    """G007: a single comment is a group of its own when lists are small."""
    assert Groups(smallest=1).fit(rows_of(["lampu"])).labels_.tolist() == [0]


@pytest.mark.parametrize("n_groups", [None, 3])
@pytest.mark.parametrize(
    ("rows", "groups"),
    [
        (np.empty((0, 3)), 0),
        (np.eye(1), 1),
        (np.ones((6, 3)), 1),
        (np.zeros((5, 3)), 1),
        (np.zeros((600, 3)), 1),
    ],
)
def test_tiny_inputs(rows, groups, n_groups):
    """G007: as many groups as there can be, and no error."""
    labels = Groups(n_groups=n_groups).fit(sparse.csr_matrix(rows)).labels_
    assert labels.shape == (len(rows),)
    assert len(set(labels) - {OUTLIER}) == groups


@pytest.mark.parametrize("size", [2, 9, 600])
def test_nothing_in_common(size):
    """G007, G003: texts that share no word are not all left outside."""
    rows = sparse.vstack([sparse.eye(size), sparse.csr_matrix((2, size))], format="csr")
    labels = Groups(runs=6).fit(rows).labels_
    assert (labels == OUTLIER).mean() <= 0.1


def test_any_short_texts():
    """G008: as docs/analysis.md shows it, without the rights mapper."""
    sentences = ["Lampu jalannya peteng", "lampu gang mati, gelap", "gelap lampu mati",
                 "toilet bau", "WC bau pesing", "toilet pesing bau"]  # fmt: skip
    texts = WordReader(stop_words_kept=False).fit_transform(sentences)
    vectors = CommentVectors(word_dimensions=5).fit(texts)
    labels = Groups(n_groups=2).fit_predict(vectors.transform(texts), words=vectors.counts(texts))
    assert labels.tolist() == [0, 0, 0, 1, 1, 1]


def test_begun_from_the_background():
    """G009: one sentence in fifty comes to the others, which are known before."""
    sentences = [row["text"] for row in examples()]
    written = WordReader(stop_words_kept=False).fit_transform(sentences)
    texts = written[::50]
    background = [text for place, text in enumerate(written) if place % 50]
    with threadpool_limits(limits=1):
        known = Company.of(background)
        anew = CommentVectors(background=background).fit(texts)
        begun = CommentVectors(background=background, known=known).fit(texts)
    assert begun.counter_.vocabulary_ == anew.counter_.vocabulary_
    assert anew.counter_.vocabulary_.keys() - known.places.keys()  # also words that are new
    often = np.flatnonzero(np.bincount(anew.counts(written).indices) >= 3)
    likeness = [one.company_[often] @ one.company_[often].T for one in (anew, begun)]
    assert abs(likeness[0] - likeness[1]).mean() < 0.2 * abs(likeness[0]).mean()
