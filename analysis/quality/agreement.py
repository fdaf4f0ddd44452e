"""Do people who read the same comments decide the same? Two measures, and what they mean.

A label is one word, such as a cluster, or a set of them for a comment of several topics; None
is a comment this person has not read. The verdict is for the reader, in Indonesian.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import binary_distance, masi_distance

Label = str | frozenset[str]

# K. Krippendorff, Content Analysis, 2nd edition (2004), page 241.
_KRIPPENDORFF = (
    (0.8, "andal, dapat dipakai untuk menarik simpulan"),
    (0.667, "cukup, hanya untuk simpulan sementara"),
    (-math.inf, "belum andal: samakan pemahaman tentang pilihan, lalu baca ulang"),
)
# J. Landis and G. Koch, Biometrics 33 (1977) 159-174, page 165: up to 0.20 slight, and so on.
_LANDIS_KOCH = (
    (0.2, "sangat rendah"),
    (0.4, "rendah"),
    (0.6, "sedang"),
    (0.8, "kuat"),
    (math.inf, "hampir sempurna"),
)
_NOT_MEASURED = "Kesepakatan tidak dapat diukur: semua penilai hanya memakai satu pilihan."


class Measure(StrEnum):
    """How agreement beyond chance is measured."""

    KAPPA = "kappa"
    ALPHA = "alpha"


@dataclass(frozen=True, slots=True)
class Coding:
    """What one person made of one comment."""

    coder: str
    comment: str
    label: Label | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """1 is full agreement, 0 what chance would give; None where only one label was ever used.

    ``comments``: those that at least two people read, the only ones that count. ``verdict``:
    the value in plain Indonesian, with the name of the scale it is judged by.
    """

    measure: Measure
    value: float | None
    coders: int
    comments: int
    verdict: str


def cohen_kappa(codings: Iterable[Coding]) -> Agreement:
    """Cohen's kappa of two people; of more, the mean over pairs. A set of labels is one label.

    Each pair is compared on the comments both have read; a pair that used one label only says
    nothing and is left out. Sources: J. Cohen, Educational and Psychological Measurement 20
    (1960) 37-46; mean over pairs: R. Light, Psychological Bulletin 76 (1971) 365-377. Judged by
    the scale of J. Landis and G. Koch (1977).

    ValueError: no comment read by two, one person twice on a comment, sets beside single labels.
    """
    shared = _shared(codings)
    by_pair: dict[tuple[str, str], list[Coding]] = defaultdict(list)
    for read in shared:
        for one, other in combinations(sorted(read, key=lambda coding: coding.coder), 2):
            by_pair[one.coder, other.coder] += [one, other]
    values = [
        float(_task(pair, binary_distance).kappa())
        for pair in by_pair.values()
        if len({each.label for each in pair}) > 1
    ]
    value = sum(values) / len(values) if values else None
    return _agreement(Measure.KAPPA, value, shared, _kappa_verdict(value))


def krippendorff_alpha(codings: Iterable[Coding]) -> Agreement:
    """Krippendorff's alpha of any number of people, each of whom may have left comments out.

    Of sets of labels, those that overlap agree in part (MASI). Sources: K. Krippendorff, Content
    Analysis (2004), chapter 11; R. Passonneau, Measuring Agreement on Set-Valued Items, LREC
    (2006). Judged by Krippendorff's own limits, 0.667 and 0.8.

    ValueError: as ``cohen_kappa``.
    """
    shared = _shared(codings)
    read = [coding for comment in shared for coding in comment]
    distance = binary_distance if isinstance(read[0].label, str) else masi_distance
    varied = len({coding.label for coding in read}) > 1
    value = float(_task(read, distance).alpha()) if varied else None
    return _agreement(Measure.ALPHA, value, shared, _alpha_verdict(value))


def _shared(codings: Iterable[Coding]) -> list[list[Coding]]:
    """The codings of each comment that at least two people have read."""
    by_comment: dict[str, dict[str, Coding]] = defaultdict(dict)
    for coding in codings:
        if coding.label is None:
            continue
        if coding.coder in by_comment[coding.comment]:
            raise ValueError(
                f"comment {coding.comment!r} has two labels of {coding.coder!r}: give one, or one"
                " set of labels"
            )
        by_comment[coding.comment][coding.coder] = coding
    shared = [list(read.values()) for read in by_comment.values() if len(read) > 1]
    if not shared:
        raise ValueError(
            f"{len(by_comment)} comments, none read by two people: let a second person read some"
            " of them without seeing the first one's labels"
        )
    if len({isinstance(coding.label, str) for read in shared for coding in read}) > 1:
        raise ValueError("single labels beside sets of labels: give sets only, if need be of one")
    return shared


def _task(codings: Sequence[Coding], distance: Callable[..., float]) -> AnnotationTask:
    """nltk's measures; its MASI divides by zero where both sets are empty ("none of them")."""
    none = frozenset[None]({None})
    return AnnotationTask(
        [
            (each.coder, each.comment, none if each.label == frozenset() else each.label)
            for each in codings
        ],
        distance=distance,
    )


def _agreement(
    measure: Measure, value: float | None, shared: Sequence[Sequence[Coding]], verdict: str
) -> Agreement:
    coders = {coding.coder for read in shared for coding in read}
    return Agreement(measure, value, len(coders), len(shared), verdict)


def _alpha_verdict(value: float | None) -> str:
    if value is None:
        return _NOT_MEASURED
    words = next(words for least, words in _KRIPPENDORFF if value >= least)
    return f"Kesepakatan {words} (alfa {_decimal(value)}; batas Krippendorff 0,667 dan 0,800)."


def _kappa_verdict(value: float | None) -> str:
    if value is None:
        return _NOT_MEASURED
    words = next(words for most, words in _LANDIS_KOCH if value <= most)
    if value < 0:
        words = "lebih buruk daripada kebetulan"
    return f"Kesepakatan {words} (kappa {_decimal(value)}; skala Landis & Koch)."


def _decimal(value: float) -> str:
    return f"{value:.3f}".replace(".", ",")
