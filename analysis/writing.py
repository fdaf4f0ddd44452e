"""What the command line leaves behind: one line per comment, the themes, and all versions."""

import json
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

import numpy as np

from analysis.comments import (
    Alert,
    AlikeComments,
    Analysis,
    CommentAnalysis,
    Outcome,
    Shares,
    Theme,
)
from analysis.rights import Cluster, IndicatorKey

_json = json.JSONEncoder(ensure_ascii=False).encode
_REMEMBERED = 15_000  # lines, about 25 MB
_AT_ONCE = 1 << 20  # bytes to the disk

OUTSIDE = "di_luar_klaster"
UNDECIDED = "belum_yakin"


def write_comments(path: Path, analysed: Analysis) -> None:
    """``comments.jsonl``: what was found out about each comment, in input order."""
    theme_of: dict[str, bytes] = {}
    for theme in analysed.themes:
        theme_of |= dict.fromkeys(theme.comment_ids, _json(theme.id).encode())
    comments = AlikeComments.of(analysed.comments)
    lines = _Lines(comments)
    with path.open("wb", buffering=_AT_ONCE) as file:
        file.writelines(
            lines.of(number, id, theme_of.get(id, b"null"))
            for id, number in zip(comments.ids, comments.number_of, strict=True)
        )


def write_themes(path: Path, analysed: Analysis) -> None:
    """``themes.json``: every theme with the comments and quotes behind it, the largest first."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("[")
        for number, theme in enumerate(analysed.themes):
            # One theme at a time: together they hold every id.
            row = json.dumps([theme_row(theme)], ensure_ascii=False, indent=1)
            file.write(f"{',' if number else ''}{row[1:-2]}")
        file.write("\n]\n" if analysed.themes else "]\n")


def write_versions(path: Path, versions: Mapping[str, str]) -> None:
    """``versions.json``: every lexicon, library and choice this run depends on."""
    _write_json(path, dict(versions))


def comment_row(one: CommentAnalysis, theme: str | None) -> dict[str, Any]:
    """One comment as other programs read it; offsets count code points of the text as written.

    ``clusters`` always holds the five clusters and "di_luar_klaster" with probabilities that sum
    to 1, also where ``cluster`` is "belum_yakin"; ``marked`` are those of the five it belongs to,
    the main one first; ``theme`` is null for urgent alerts and outliers;
    ``alert_lexicon`` is the version of the words the detector read, empty where a person decided.
    """
    clusters = _ranked(one.probabilities)
    return {
        "id": one.id,
        "masked": one.masked,
        "language": one.language.value,
        "cluster": _cluster(one, clusters),
        "clusters": [{"cluster": name, "p": p} for name, p in clusters],
        "indicator": one.indicator,
        "indicators": [{"indicator": name, "p": p} for name, p in _ranked(one.indicators)],
        "theme": theme,
        **_signs(one),
    }


def _cluster(one: CommentAnalysis, ranked: Sequence[tuple[str, float]]) -> str:
    return UNDECIDED if one.outcome is Outcome.UNSURE else ranked[0][0]


def _signs(one: CommentAnalysis) -> dict[str, Any]:
    """Alert, masks, clusters and the words that decided: the cells behind the theme."""
    return {
        **_alert_signs(one.alert),
        "pii": [{"kind": m.kind.value, "start": m.start, "end": m.end} for m in one.masks],
        "marked": [share.cluster.value for share in one.clusters],
        "reasons": list(one.clusters[0].words) if one.clusters else [],
    }


def _alert_signs(alert: Alert | None) -> dict[str, Any]:
    return {
        "alert": alert.level.value if alert else "none",
        "alert_category": alert.category if alert else None,
        "alert_reasons": [alert.reason] if alert else [],
        "alert_detector": alert.detector if alert else None,
        "alert_lexicon": alert.lexicon if alert else None,
    }


def theme_row(theme: Theme) -> dict[str, Any]:
    """One theme with its evidence."""
    return {
        "id": theme.id,
        "label": theme.phrase,
        "words": list(theme.words),
        "cluster": theme.cluster,
        "indicator": theme.indicator,
        "size": len(theme.comment_ids),
        "comment_ids": list(theme.comment_ids),
        "quotes": [{"comment_id": q.comment_id, "text": q.text} for q in theme.quotes],
    }


def name_of(key: Cluster | IndicatorKey | None) -> str:
    """The key of a cluster or an indicator, or of "outside all of them"."""
    return OUTSIDE if key is None else str(key)


class _Lines:
    """Comments as lines of JSON; what those alike share is written out once.

    Kept are only lines that come again, and of those the last ``_REMEMBERED``.
    """

    def __init__(self, comments: AlikeComments) -> None:
        self._firsts = comments.firsts
        self._left = Counter(comments.number_of)
        self._known: OrderedDict[int, tuple[bytes, bytes]] = OrderedDict()

    def of(self, number: int, id: str, theme: bytes) -> bytes:
        """``comment_row`` as JSON; ``theme`` is JSON already."""
        known = number in self._known
        before, after = self._known.pop(number) if known else self._around(self._firsts[number])
        self._left[number] -= 1
        if self._left[number]:
            self._known[number] = before, after
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return b"".join((b'{"id": ', encode_basestring(id).encode(), before, theme, after))

    def _around(self, one: CommentAnalysis) -> tuple[bytes, bytes]:
        """What stands between id and theme, and behind.

        Put together by hand: a line is 1.6 KB, and ``json.dumps`` would take three times as long.
        """
        clusters, indicators = _ranked(one.probabilities), _ranked(one.indicators)
        before = (
            f', "masked": {encode_basestring(one.masked)}, "language": "{one.language.value}"'
            f', "cluster": "{_cluster(one, clusters)}"'
            f', "clusters": [{_filled(_CLUSTER, clusters)}]'
            f', "indicator": {_json(one.indicator)}'
            f', "indicators": [{_filled(_INDICATOR, indicators)}], "theme": '
        )
        pii = ", ".join([_MASK % (m.kind.value, m.start, m.end) for m in one.masks])
        marked = _list(share.cluster.value for share in one.clusters)
        reasons = _list(one.clusters[0].words if one.clusters else ())
        after = f', {_alert_json(one.alert)}, "pii": [{pii}], "marked": {marked}'
        return before.encode(), f'{after}, "reasons": {reasons}}}\n'.encode()


# Names of our own lists, in which nothing has to be escaped.
_CLUSTER, _INDICATOR = '{"cluster": "%s", "p": %.6f}', '{"indicator": "%s", "p": %.6f}'
_MASK = '{"kind": "%s", "start": %d, "end": %d}'


def _filled(form: str, ranked: Sequence[tuple[str, float]]) -> str:
    return _repeated(form, len(ranked)) % tuple(chain.from_iterable(ranked))


@cache
def _repeated(form: str, times: int) -> str:
    return ", ".join([form] * times)


@lru_cache(maxsize=_REMEMBERED)
def _alert_json(alert: Alert | None) -> str:
    """The cells of an alert, without the braces around them."""
    return _json(_alert_signs(alert))[1:-1]


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(encode_basestring, texts))}]"


def _ranked(probabilities: Mapping[Any, float]) -> list[tuple[str, float]]:
    """The largest first, those alike by name."""
    numbers = (
        probabilities.numbers() if isinstance(probabilities, Shares) else probabilities.values()
    )
    rounded = (-np.round(np.array([*numbers], float), 6)).tolist()
    ranked = sorted(zip(rounded, _names(tuple(probabilities)), strict=True))
    return [(name, -p) for p, name in ranked]


@cache
def _names(keys: tuple[Cluster | IndicatorKey | None, ...]) -> list[str]:
    return list(map(name_of, keys))


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
