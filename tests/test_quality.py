"""Statistics that tell the truth.

Q001  A share has Wilson's interval, as published, and never leaves 0-1.
Q002  The design effect is Rao and Scott's, as published, and never below 1.
Q003  The interval of children in classes holds the true share about as often as it says.
Q004  The interval of a difference is Newcombe's, as published; the other way round it mirrors.
Q005  Small numbers get an exact test, large ones a score test; each as computed independently.
Q006  A design effect of four counts like a quarter of the children.
Q007  Over several themes the probabilities are Holm's.
Q008  No number from 1 to k - 1 is shown, no zero is withheld, and what is shown is true.
Q009  No withheld number follows from what is shown, whatever the table.
Q010  Rows worked out by hand are withheld as they should be.
Q011  Nothing is withheld without need, and the smallest numbers that will do.
Q012  A corrected count is Rogan and Gladen's; the raw count stays beside it.
Q013  Several classes are corrected to the closest possible shares, and keep their sum.
Q014  The interval of a corrected count holds the true one; the same seed gives the same.
Q015  A slice too small to correct by is refused, with the number that is needed.
Q016  Kappa and alpha are as published, with labels missing or in sets.
Q017  The verdict is Indonesian and names its scale; agreement on one label only is none.
Q018  What makes no sense is refused, with the remedy.
"""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from nltk.metrics.distance import masi_distance
from scipy import stats
from scipy.optimize import linprog, minimize

from analysis.quality.agreement import Coding, cohen_kappa, krippendorff_alpha
from analysis.quality.corrected import (
    FEWEST_REVIEWED,
    Reviewed,
    corrected_count,
    corrected_counts,
)
from analysis.quality.differences import Method, difference, differences, holm
from analysis.quality.shares import (
    design_effect,
    share_by_gathering,
    share_of,
    wilson_interval,
)
from analysis.quality.withholding import (
    SMALLEST_GROUP,
    SMALLEST_QUOTED,
    withhold_in_row,
    withhold_in_table,
)
from survey_app.store import counting

# Weil's rat litters (survivors, litter size), Rao and Scott 1992, table 1: a litter is a class.
CONTROL = [(13, 13), (12, 12), (9, 9), (9, 9), (8, 8), (8, 8), (12, 13), (11, 12)]
CONTROL += [(9, 10), (9, 10), (8, 9), (11, 13), (4, 5), (5, 7), (7, 10), (7, 10)]
TREATED = [(12, 12), (11, 11), (10, 10), (9, 9), (10, 11), (9, 10), (9, 10), (8, 9)]
TREATED += [(8, 9), (4, 5), (7, 9), (4, 7), (5, 10), (3, 6), (3, 10), (0, 7)]


def children(classes):
    """(said, asked) of each class -> one entry a child: did it say so, and its class."""
    classes = list(classes)
    said = [place < yes for yes, asked in classes for place in range(asked)]
    return said, [number for number, (_, asked) in enumerate(classes) for _ in range(asked)]


# --- shares -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "asked", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_a_share_has_wilsons_interval(said, asked, low, high):
    """Q001: Newcombe 1998 (857-872), table I, method 3."""
    share = share_of(said, asked=asked)
    assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)
    assert (share.effective, share.design_effect) == (asked, 1)


def test_the_interval_is_where_a_score_test_gives_up():
    """Q001: at both limits the difference is just 1.96 standard errors; nothing below 0."""
    random = np.random.default_rng(1)
    for _ in range(200):
        asked = int(random.integers(1, 300))
        value, level = random.integers(0, asked + 1) / asked, random.uniform(0.5, 0.999)
        for limit in wilson_interval(value, asked=asked, level=level):
            assert 0 <= limit <= 1
            if 0 < limit < 1:
                distance = abs(value - limit) / math.sqrt(limit * (1 - limit) / asked)
                assert distance == pytest.approx(stats.norm.ppf((1 + level) / 2), rel=1e-6)


def test_the_design_effect_is_as_published():
    """Q002: Rao and Scott's rats, to the digits of the R package PF (rsb)."""
    assert design_effect(*children(CONTROL)) == pytest.approx(1.232495, abs=1e-6)
    assert design_effect(*children(TREATED)) == pytest.approx(3.952861, abs=1e-6)


def test_the_design_effect_is_never_below_one():
    """Q002: nor for classes more alike than chance, nor where nobody says it."""
    assert design_effect(*children([(5, 10)] * 6)) == 1
    assert design_effect(*children([(0, 10)] * 6)) == 1
    random = np.random.default_rng(2)
    for _ in range(100):
        classes = [(int(random.integers(0, n + 1)), n) for n in random.integers(1, 30, size=5)]
        share = share_by_gathering(*children(classes))
        assert share.design_effect >= 1
        assert 0 < share.effective <= share.asked
        assert 0 <= share.low <= share.value <= share.high <= 1


def test_children_of_few_classes_tell_less():
    """Q002: two classes that say the opposite tell next to nothing."""
    share = share_by_gathering(*children([(25, 25), (0, 25)]))
    assert share.high - share.low > 0.9
    assert share.effective < 1


def test_the_interval_keeps_its_promise_for_classes():
    """Q003: 8 classes of about 25, intraclass correlation 0.1; the plain interval is far off."""
    random = np.random.default_rng(3)
    within, plainly, surveys, true = 0, 0, 400, 0.3
    for _ in range(surveys):
        sizes = random.integers(17, 34, size=8)
        classes = random.binomial(sizes, random.beta(true * 9, (1 - true) * 9, size=8))
        said, gatherings = children(zip(classes.tolist(), sizes.tolist(), strict=True))
        share = share_by_gathering(said, gatherings)
        plain = share_of(share.said, asked=share.asked)
        within += share.low <= true <= share.high
        plainly += plain.low <= true <= plain.high
    assert 0.92 < within / surveys < 0.98
    assert plainly / surveys < 0.8


# --- differences --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "first", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1),
        ((10, 10), (0, 10), 0.6075, 1),
    ],
)
def test_a_difference_has_newcombes_interval(second, first, low, high):
    """Q004: Newcombe 1998 (873-890), table II, method 10."""
    one, other = share_of(first[0], asked=first[1]), share_of(second[0], asked=second[1])
    found, mirrored = difference(one, other), difference(other, one)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low))
    assert mirrored.p_value == pytest.approx(found.p_value, rel=1e-3)
    assert found.value == second[0] / second[1] - first[0] / first[1]


def boschloo(first, second):
    """Two-sided, from the definition: the worst case over the share both would have."""
    (a, n), (b, m) = first, second
    shares = np.linspace(0, 1, 4001)
    yes, also = np.arange(n + 1)[:, None], np.arange(m + 1)[None, :]
    chances = stats.binom.pmf(np.arange(n + 1)[:, None], n, shares)
    others = stats.binom.pmf(np.arange(m + 1)[:, None], m, shares)
    sides = []
    for fisher in (
        stats.hypergeom.cdf(yes, n + m, n, yes + also),
        stats.hypergeom.sf(yes - 1, n + m, n, yes + also),
    ):
        extreme = fisher <= fisher[a, b] * (1 + 1e-9)
        sides.append(np.einsum("is,js,ij->s", chances, others, extreme).max())
    return min(1.0, 2 * min(sides))


@pytest.mark.parametrize(
    ("first", "second"), [((0, 12), (5, 14)), ((1, 25), (7, 30)), ((30, 32), (24, 30))]
)
def test_small_numbers_have_an_exact_test(first, second):
    """Q005: Boschloo's, from its definition."""
    found = difference(*(share_of(said, asked=asked) for said, asked in (first, second)))
    assert found.method is Method.BOSCHLOO
    assert found.p_value == pytest.approx(boschloo(first, second), rel=2e-3)


def test_large_numbers_have_a_score_test():
    """Q005: Pearson's chi-square; Fisher's exact test for a rare theme among very many."""
    found = difference(share_of(40, asked=200), share_of(66, asked=220))
    table = [[40, 66], [160, 154]]
    assert found.method is Method.SCORE
    assert found.p_value == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)
    rare = difference(share_of(1, asked=900), share_of(6, asked=800))
    assert rare.method is Method.FISHER
    assert rare.p_value == pytest.approx(stats.fisher_exact([[1, 6], [899, 794]]).pvalue)


@pytest.mark.parametrize("said", [(0, 0), (12, 9)])
def test_none_and_all_are_no_difference(said):
    """Q005: where all children agree there is nothing to tell apart."""
    assert difference(share_of(said[0], asked=12), share_of(said[1], asked=9)).p_value == 1


def test_a_design_effect_counts_like_fewer_children():
    """Q006: in the interval, in the score test and in the exact test."""
    for said, asked in (((40, 80), (200, 200)), ((4, 20), (80, 80))):
        wide = difference(
            *(share_of(x, asked=n, design_effect=4) for x, n in zip(said, asked, strict=True))
        )
        few = difference(
            *(share_of(x // 4, asked=n // 4) for x, n in zip(said, asked, strict=True))
        )
        assert wide.method is few.method
        assert (wide.low, wide.high, wide.p_value) == pytest.approx(
            (few.low, few.high, few.p_value)
        )


def test_rao_and_scotts_rats():
    """Q006: plainly the treatment harms the rats; with litters counted it may be chance."""
    plain = [share_of(sum(y for y, _ in g), asked=sum(n for _, n in g)) for g in (CONTROL, TREATED)]
    litters = [share_by_gathering(*children(g)) for g in (CONTROL, TREATED)]
    assert difference(*plain).p_value < 0.01
    assert difference(*litters).p_value > 0.05


def test_holm():
    """Q007: as R's p.adjust; never below the plain probability, never out of order."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()
    random = np.random.default_rng(4)
    for _ in range(50):
        plain = random.uniform(0, 0.2, size=8)
        corrected = np.array(holm(plain.tolist()))
        assert ((corrected >= plain) & (corrected <= 1)).all()
        assert (np.argsort(corrected[np.argsort(plain)], kind="stable") == np.arange(8)).all()


def test_themes_are_compared_together():
    """Q007: of two, the clearer counts twice, the other once; intervals stay those of one."""
    before = {"taman": share_of(40, asked=200), "lampu": share_of(60, asked=200)}
    after = {"taman": share_of(80, asked=200), "lampu": share_of(77, asked=200)}
    found = differences(before, after)
    assert found["taman"].corrected == pytest.approx(2 * found["taman"].p_value)
    assert found["lampu"].corrected == found["lampu"].p_value
    assert found["lampu"].low == difference(before["lampu"], after["lampu"]).low


# --- withholding --------------------------------------------------------------------------------


def with_totals(table):
    rows = [[*row, sum(row)] for row in table]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def as_seen(shown):
    rows = [[*row, total] for row, total in zip(shown.cells, shown.row_totals, strict=True)]
    return [*rows, [*shown.column_totals, shown.total]]


def worked_out(seen):
    """The withheld cells a reader can compute: least and most, by linear programming.

    All the corners of these tables are whole numbers, so bounds are too.
    """
    rows, columns = len(seen), len(seen[0])
    places = np.arange(rows * columns).reshape(rows, columns)
    sums = []
    for line in (*places, *places.T):
        sums.append(np.zeros(rows * columns))
        sums[-1][line] = [*[1] * (len(line) - 1), -1]
    limits = [(1, None) if n is None else (n, n) for row in seen for n in row]
    certain = []
    for place in (i for i, n in enumerate(itertools.chain(*seen)) if n is None):
        aim = np.eye(rows * columns)[place]
        least, most = (
            linprog(sign * aim, A_eq=sums, b_eq=np.zeros(len(sums)), bounds=limits)
            for sign in (1, -1)
        )
        assert least.status == 0
        if most.status == 0 and -most.fun - least.fun < 0.5:
            certain.append(divmod(place, columns))
    return certain


def tables(seed, number):
    random = np.random.default_rng(seed)
    for _ in range(number):
        shape = random.integers(1, 5, size=2)
        smallest = int(random.choice([2, SMALLEST_QUOTED, SMALLEST_GROUP]))
        yield random.poisson(random.choice([0.4, 2, 9, 25], size=shape)).tolist(), smallest


def test_small_numbers_are_withheld_and_the_rest_is_true():
    """Q008: zeros stay, small totals go too, all that is shown is what it was."""
    assert (SMALLEST_GROUP, SMALLEST_QUOTED) == (counting.SMALLEST_GROUP, counting.SMALLEST_QUOTED)
    for table, smallest in tables(5, 80):
        seen = as_seen(withhold_in_table(table, smallest=smallest))
        before = itertools.chain(*with_totals(table))
        for was, shown in zip(before, itertools.chain(*seen), strict=True):
            assert shown == was if shown is not None else was > 0
            assert not 0 < was < smallest or shown is None


def test_no_withheld_number_can_be_worked_out():
    """Q009: not from rows, columns and the sum of all together."""
    for table, smallest in tables(6, 25):
        assert worked_out(as_seen(withhold_in_table(table, smallest=smallest))) == []


def test_the_check_itself_finds_what_can_be_worked_out():
    """Q009: one withheld number, and two that must both be 1, are seen through."""
    assert worked_out([[None, 12, 16], [20, 30, 50], [24, 42, 66]]) == [(0, 0)]
    ones = [[None, None, 30, 32], [None, None, 30, 60], [20, 12, 60, 92]]
    assert worked_out(ones) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_two_are_withheld_in_each_line():
    """Q009: in every row and column, counting the totals, none or at least two."""
    for table, smallest in tables(7, 80):
        seen = as_seen(withhold_in_table(table, smallest=smallest))
        assert 1 not in {line.count(None) for line in (*seen, *map(list, zip(*seen, strict=True)))}


@pytest.mark.parametrize(
    ("counts", "cells", "total"),
    [
        ([30, 12, 4], (30, None, None), 46),
        ([30, 4, 3], (30, None, None), 37),
        ([30, 12], (30, 12), 42),
        ([4, 0], (None, 0), None),
        ([30, 1, 1], (None, None, None), 32),
        ([1] * 12, (None,) * 12, None),
        ([0, 0], (0, 0), 0),
    ],
)
def test_rows_by_hand(counts, cells, total):
    """Q010: seen one by one."""
    row = withhold_in_row(counts)
    assert (row.cells, row.total) == (cells, total)


def test_a_quoted_theme_needs_five():
    """Q008: the limit is the caller's."""
    assert withhold_in_row([30, 7, 12], smallest=SMALLEST_QUOTED).cells == (30, 7, 12)
    assert withhold_in_row([30, 4, 12], smallest=SMALLEST_QUOTED).cells == (30, None, None)


def test_nothing_is_withheld_without_need():
    """Q011: of the ways to hide one number, the one that hides fewest children."""
    whole = [[20, 30, 14], [25, 15, 40], [50, 60, 70]]
    assert as_seen(withhold_in_table(whole)) == with_totals(whole)
    shown = withhold_in_table([[20, 18, 4], [25, 15, 40], [50, 60, 70]])
    assert shown.cells == ((20, None, None), (25, None, None), (50, 60, 70))
    assert None not in (*shown.row_totals, *shown.column_totals, shown.total)


def test_small_numbers_hide_each_other():
    """Q011: at no cost in a square; in 46 kelurahan by 6 clusters few more than stand alone."""
    square = [[3, 40, 4], [30, 50, 60], [5, 45, 6]]
    assert withhold_in_table(square).cells == ((None, 40, None), (30, 50, 60), (None, 45, None))
    random = np.random.default_rng(9)
    table = random.poisson(random.gamma(0.5, 30, (46, 6)))
    small = (table > 0) & (table < SMALLEST_GROUP)
    alone = (small.sum(axis=0) == 1).sum() + (small.sum(axis=1) == 1).sum()
    withheld = sum(row.count(None) for row in withhold_in_table(table.tolist()).cells)
    assert alone <= withheld - small.sum() <= 1.5 * alone


# --- corrected counts ---------------------------------------------------------------------------


def slice_of(table):
    """{(machine, person): comments} -> the reviewed slice."""
    return [Reviewed(*pair) for pair, number in table.items() for _ in range(number)]


def judged(sensitivity, specificity):
    """100 reviewed comments with and without the class."""
    return slice_of(
        {
            (True, True): sensitivity,
            (False, True): 100 - sensitivity,
            (False, False): specificity,
            (True, False): 100 - specificity,
        }
    )


def test_a_count_is_corrected_as_rogan_and_gladen_did():
    """Q012: 23 of 150 cows, sensitivity 96 %, specificity 89 % (R package epiR): 5.1 % are ill."""
    count = corrected_count(23, comments=150, reviewed=judged(96, 89))
    assert count.raw == 23
    assert count.corrected / 150 == pytest.approx((23 / 150 - 0.11) / 0.85)
    assert count.corrected / 150 == pytest.approx(0.051, abs=5e-4)
    assert count.low <= count.corrected <= count.high
    assert count.reviewed == 100


def test_a_corrected_count_stays_possible():
    """Q012: fewer found than the machine's false alarms alone would be: none, not less."""
    count = corrected_count(5, comments=150, reviewed=judged(96, 89))
    assert count.corrected == count.low == 0


def test_a_perfect_machine_changes_nothing_and_may_still_err():
    """Q012: no error among 200 reviewed comments is no proof of none."""
    count = corrected_count(60, comments=150, reviewed=judged(100, 100))
    assert count.corrected == pytest.approx(60)
    assert count.low < 60 < count.high


CLASSES = ("sekolah", "taman", "jalan")
MIXED_UP = {
    ("sekolah", "sekolah"): 40, ("taman", "sekolah"): 5, ("jalan", "sekolah"): 5,
    ("sekolah", "taman"): 6, ("taman", "taman"): 21, ("jalan", "taman"): 3,
    ("sekolah", "jalan"): 2, ("taman", "jalan"): 2, ("jalan", "jalan"): 16,
}  # fmt: skip


def test_true_shares_are_found_again():
    """Q013: what the machine makes of 500, 300 and 200 comments leads back to them."""
    rates = {(m, p): n / sum(MIXED_UP[o, p] for o in CLASSES) for (m, p), n in MIXED_UP.items()}
    true = dict(zip(CLASSES, (500, 300, 200), strict=True))
    found = {m: round(sum(rates[m, p] * true[p] for p in CLASSES)) for m in CLASSES}
    counts = corrected_counts(found, reviewed=slice_of(MIXED_UP))
    assert {label: count.raw for label, count in counts.items()} == found
    assert {label: count.corrected for label, count in counts.items()} == pytest.approx(true)


def test_shares_are_the_closest_possible():
    """Q013: against a general optimiser; never negative, and the sum is kept."""
    random = np.random.default_rng(10)
    rates = np.array([[MIXED_UP[m, p] for p in CLASSES] for m in CLASSES], dtype=float)
    rates /= rates.sum(axis=0)
    for _ in range(4):
        found = random.multinomial(400, random.dirichlet([0.5] * 3))
        counts = corrected_counts(
            dict(zip(CLASSES, found.tolist(), strict=True)), reviewed=slice_of(MIXED_UP)
        )
        shares = np.array([count.corrected for count in counts.values()]) / 400
        best = minimize(
            lambda p, found=found: 1e3 * ((rates @ p - found / 400) ** 2).sum(),
            np.full(3, 1 / 3),
            bounds=[(0, 1)] * 3,
            constraints={"type": "eq", "fun": lambda p: p.sum() - 1},
            options={"ftol": 1e-12},
        )
        assert shares == pytest.approx(best.x, abs=1e-4)
        assert shares.min() >= 0
        assert shares.sum() == pytest.approx(1)


@pytest.mark.parametrize("found", [5, 23, 90, 149])
def test_two_classes_agree_with_one(found):
    """Q013: with and without the class, also where the share ends at 0 or 1."""
    one = corrected_count(found, comments=150, reviewed=judged(90, 80))
    two = corrected_counts({False: 150 - found, True: found}, reviewed=judged(90, 80))
    assert two[True].corrected == pytest.approx(one.corrected, abs=1e-6)
    assert (two[True].low, two[True].high) == pytest.approx((one.low, one.high), abs=1e-6)


def test_the_interval_holds_the_true_count():
    """Q014: in simulated rounds whose raw count is far off."""
    random = np.random.default_rng(11)
    within, rounds = 0, 25
    for seed in range(rounds):
        true = random.random(800) < 0.2
        machine = np.where(true, random.random(800) < 0.8, random.random(800) < 0.15)
        reviewed = [Reviewed(bool(machine[i]), bool(true[i])) for i in range(200)]
        count = corrected_count(int(machine.sum()), comments=800, reviewed=reviewed, seed=seed)
        within += count.low <= true.sum() <= count.high
        assert count.raw > 1.2 * true.sum()
    assert within / rounds >= 0.9


def test_the_same_seed_the_same_interval():
    """Q014: a report can be made again; a lower level is narrower."""
    first, again, other, narrow = (
        corrected_count(40, comments=150, reviewed=judged(90, 80), seed=seed, level=level)
        for seed, level in ((1, 0.95), (1, 0.95), (2, 0.95), (1, 0.5))
    )
    assert first == again != other
    assert narrow.high - narrow.low < first.high - first.low


def test_a_small_slice_is_refused():
    """Q015: which class, how many there are, how many are needed, and how many to review."""
    few = slice_of({(True, True): 7, (False, False): 133})
    with pytest.raises(ValueError, match=r"class True: 7 comments, 20 are needed.* about 260 more"):
        corrected_count(40, comments=800, reviewed=few)
    with pytest.raises(ValueError, match=r"class 'jalan': 0 comments, 20 are needed.*merge"):
        corrected_counts({"jalan": 3, "taman": 9}, reviewed=slice_of({("taman", "taman"): 30}))
    enough = slice_of({(True, True): FEWEST_REVIEWED, (False, False): FEWEST_REVIEWED})
    assert corrected_count(40, comments=800, reviewed=enough).corrected == pytest.approx(40)


def test_a_machine_that_guesses_is_refused():
    """Q015: nothing can be taken out of pure chance."""
    with pytest.raises(ValueError, match=r"no better than chance: count by hand"):
        corrected_count(40, comments=800, reviewed=judged(40, 60))
    with pytest.raises(ValueError, match=r"cannot tell the 2 classes apart.*merge"):
        corrected_counts({True: 40, False: 60}, reviewed=judged(40, 60))


# --- agreement ----------------------------------------------------------------------------------


def codings(*rows):
    """One row of labels a person, a dot for a comment not read."""
    return [
        Coding(f"penilai {row}", f"komentar {place}", None if label == "." else label)
        for row, labels in enumerate(rows)
        for place, label in enumerate(labels)
    ]


def test_kappa_as_published():
    """Q016: Cohen's two by two table of 20, 5, 10 and 15 comments."""
    found = cohen_kappa(codings("y" * 25 + "n" * 25, "y" * 20 + "n" * 5 + "y" * 10 + "n" * 15))
    assert found.value == pytest.approx(0.4)
    assert (found.coders, found.comments) == (2, 50)


@pytest.mark.parametrize(
    ("rows", "alpha", "compared"),
    [
        (["123321412...", "1233224125.3", ".3332342251.", "12332441251."], 0.743, 11),
        ([".....34121133.3", "1.213343.......", "..21344.21133.4"], 0.691, 12),
    ],
)
def test_alpha_as_published(rows, alpha, compared):
    """Q016: nominal; Krippendorff, Computing Krippendorff's Alpha-Reliability, and Wikipedia."""
    found = krippendorff_alpha(codings(*rows))
    assert found.value == pytest.approx(alpha, abs=5e-4)
    assert found.comments == compared


def alpha_by_pairs(coded, distance):
    """From the definition: disagreement within comments / between any two labels."""
    read = {}
    for each in coded:
        if each.label is not None:
            read.setdefault(each.comment, []).append(each.label)
    read = [labels for labels in read.values() if len(labels) > 1]
    labels = [label for comment in read for label in comment]
    within = sum(
        distance(a, b) / (len(comment) - 1)
        for comment in read
        for a, b in itertools.permutations(comment, 2)
    )
    between = sum(distance(a, b) for a, b in itertools.permutations(labels, 2))
    return 1 - within / len(labels) / (between / len(labels) / (len(labels) - 1))


def test_sets_of_labels_agree_in_part():
    """Q016: by MASI, three people, labels missing; "none of them" is a set like any other."""

    def distance(a, b):
        return 0 if a == b else 1 if not a & b else masi_distance(a, b)

    random = np.random.default_rng(12)
    choices = [frozenset(s) for s in ("", "a", "b", "ab", "abc")]
    for _ in range(20):
        coded = [
            Coding(coder, str(comment), choices[random.integers(5)])
            for coder in "xyz"
            for comment in range(8)
            if random.random() < 0.8
        ]
        assert krippendorff_alpha(coded).value == pytest.approx(alpha_by_pairs(coded, distance))


def test_kappa_of_three_is_the_mean_of_pairs():
    """Q016: each pair on the comments both have read."""
    random = np.random.default_rng(13)
    rows = ["".join(random.choice(list("abc."), size=30)) for _ in range(3)]
    pairs = []
    for one, other in itertools.combinations(rows, 2):
        both = [(a, b) for a, b in zip(one, other, strict=True) if "." not in (a, b)]
        alike = sum(a == b for a, b in both) / len(both)
        left, right = (Counter(label) for label in zip(*both, strict=True))
        chance = sum(left[label] * right[label] for label in "abc") / len(both) ** 2
        pairs.append((alike - chance) / (1 - chance))
    assert cohen_kappa(codings(*rows)).value == pytest.approx(sum(pairs) / 3)


@pytest.mark.parametrize(
    ("agreeing", "words"),
    [(20, "andal, dapat"), (17, "cukup, hanya untuk simpulan sementara"), (13, "belum andal")],
)
def test_alpha_is_judged_by_krippendorff(agreeing, words):
    """Q017: 0.8 and 0.667 are the limits; the value is there with an Indonesian comma."""
    first = "ab" * 10
    second = first[:agreeing] + "".join("b" if x == "a" else "a" for x in first[agreeing:])
    found = krippendorff_alpha(codings(first, second))
    assert found.verdict.startswith(f"Kesepakatan {words}")
    assert f"(alfa {found.value:.3f}; batas Krippendorff".replace(".", ",") in found.verdict


@pytest.mark.parametrize(
    ("agreeing", "words"),
    [
        (20, "hampir sempurna"),
        (17, "kuat"),
        (15, "sedang"),
        (13, "rendah"),
        (11, "sangat rendah"),
        (4, "lebih buruk daripada kebetulan"),
    ],
)
def test_kappa_is_judged_by_landis_and_koch(agreeing, words):
    """Q017: from worse than chance to almost perfect."""
    first = "ab" * 10
    second = first[:agreeing] + "".join("b" if x == "a" else "a" for x in first[agreeing:])
    found = cohen_kappa(codings(first, second))
    assert found.verdict.startswith(f"Kesepakatan {words} (kappa ")
    assert found.verdict.endswith("; skala Landis & Koch).")


@pytest.mark.parametrize("measure", [cohen_kappa, krippendorff_alpha])
def test_one_label_only_is_no_evidence(measure):
    """Q017: nltk says 1; but who always says the same has not been seen to tell apart."""
    found = measure(codings("aaaa", "aaaa"))
    assert found.value is None
    assert found.verdict.startswith("Kesepakatan tidak dapat diukur")


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "remedy"),
    [
        (lambda: share_of(0, asked=0), "ask at least one"),
        (lambda: share_of(5, asked=4), "count each once"),
        (lambda: share_of(1, asked=4, level=95), "such as 0.95"),
        (lambda: share_of(1, asked=4, design_effect=0.5), "give 1 or more"),
        (lambda: share_by_gathering([True, False], ["a", "a"]), "ask another class"),
        (lambda: share_by_gathering([True], ["a", "b"]), "give one gathering a child"),
        (lambda: wilson_interval(1.2, asked=4), "give a share from 0 to 1"),
        (
            lambda: difference(share_of(1, asked=4), share_of(1, asked=4, level=0.9)),
            "give both one",
        ),
        (lambda: differences({"taman": share_of(1, asked=4)}, {}), "a share for every theme"),
        (lambda: holm([0.5, 1.5]), "from 0 to 1"),
        (lambda: withhold_in_row([3, -1]), "is 0, 1, 2"),
        (lambda: withhold_in_row([]), "at least one row"),
        (lambda: withhold_in_table([[3, 1], [2]]), "fill with zeros"),
        (lambda: withhold_in_table([[3, 1]], smallest=1), "give 2 or more"),
        (lambda: corrected_count(5, comments=4, reviewed=[]), "each once"),
        (lambda: corrected_counts({}, reviewed=[]), "at least one comment"),
        (lambda: corrected_count(5, comments=9, reviewed=judged(90, 90), level=2), "such as 0.95"),
        (lambda: cohen_kappa(codings("ab..", "..ab")), "let a second person read"),
        (lambda: krippendorff_alpha(codings("ab") * 2), "give one, or one set"),
        (
            lambda: cohen_kappa([Coding("x", "1", "a"), Coding("y", "1", frozenset("a"))]),
            "give sets only",
        ),
    ],
)
def test_nonsense_is_refused_with_the_remedy(asked, remedy):
    """Q018: where it is, what is wrong, what to do."""
    with pytest.raises(ValueError, match=remedy):
        asked()
