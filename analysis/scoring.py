"""How good is the analysis? Every measure on comments that people have labelled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score, f1_score, normalized_mutual_info_score

from analysis.comments import (
    Alert,
    AlertLevel,
    Analysis,
    Comment,
    CommentAnalysis,
    Language,
    whole,
)
from analysis.corrections import Correction, one_of
from analysis.errors import AnalysisRefused
from analysis.journey import analyse
from analysis.rights import Cluster, IndicatorKey
from analysis.sheets import json_rows
from analysis.standing import ThemeState
from analysis.words import words

# 0 is outside, 1-5 as the evaluation numbers the clusters.
CLUSTERS: tuple[Cluster | None, ...] = (None, *Cluster)
_BINS = 10
_FIRST_PART = 0.6  # of a corpus, before it grows
_PINNED = 20  # comments that a person puts elsewhere, one of each of the largest themes
_LABELS = ("id", "text", "klaster", "klaster2", "theme", "safeguard", "pii")
_ALARMING = "alarming"  # "aku mati-matian belajar": harmless, whatever its words
_TWINS = ("id", "id_text", "jv_text")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: its value, of how many, and what it should reach (see docs/analysis.md)."""

    name: str
    value: float
    of: int
    goal: str


def read_gold(path: Path) -> list[dict[str, Any]]:
    """The labelled comments of a JSONL file; ``AnalysisRefused`` where a label cannot be meant.

    A label nobody meant would not stop a measure: it would make it wrong.
    """
    return _rows(path, _LABELS, texts=("text",), check=_check_labels)


def read_pairs(path: Path) -> list[dict[str, Any]]:
    """The same complaint in Indonesian and in Javanese, a pair a line."""
    return _rows(path, _TWINS, texts=("id_text", "jv_text"), check=lambda where, row: None)


def _rows(
    path: Path,
    required: Sequence[str],
    *,
    texts: Sequence[str],
    check: Callable[[str, Mapping[str, Any]], None],
) -> list[dict[str, Any]]:
    first: dict[str, int] = {}
    rows = []
    for number, row in json_rows(path, required=required):
        where = f"{path.name}, baris {number}"
        id = row["id"]
        if isinstance(id, bool) or not isinstance(id, str | int) or id == "":
            raise AnalysisRefused(f"{where}: 'id' kosong. Beri setiap komentar sebuah id.")
        row["id"] = whole(str(id))
        if first.setdefault(row["id"], number) != number:
            raise AnalysisRefused(
                f"{where}: id '{row['id'][:40]}' sudah ada di baris {first[row['id']]}."
                " Beri setiap komentar id tersendiri."
            )
        if wrong := [name for name in texts if not isinstance(row[name], str)]:
            raise AnalysisRefused(
                f"{where}: '{wrong[0]}' bukan teks. Tulis di antara tanda kutip, atau \"\"."
            )
        check(where, row)
        rows.append(row)
    return rows


def _check_labels(where: str, row: Mapping[str, Any]) -> None:
    for name in ("klaster", "klaster2"):
        given = row[name]
        number = isinstance(given, int) and not isinstance(given, bool)
        if not (number and 0 <= given < len(CLUSTERS)) and not (
            name == "klaster2" and given is None
        ):
            none = ", atau null" if name == "klaster2" else ""
            raise AnalysisRefused(
                f"{where}: '{name}' bukan nomor klaster. Tulis 1 sampai 5,"
                f" 0 untuk di luar klaster{none}."
            )
    if row["theme"] is not None and not isinstance(row["theme"], str):
        raise AnalysisRefused(f"{where}: 'theme' bukan teks. Tulis nama temanya, atau null.")
    one_of(f"{where}, 'safeguard'", row["safeguard"], [*AlertLevel, "none"])
    if row.get("lang"):
        one_of(f"{where}, 'lang'", row["lang"], list(Language))
    if row.get("indicator"):
        one_of(f"{where}, 'indicator'", row["indicator"], list(IndicatorKey))
    if row.get("alarming") not in (None, True, False):
        raise AnalysisRefused(f"{where}: 'alarming' diisi true atau false.")
    _check_identifying(where, row)


def _check_identifying(where: str, row: Mapping[str, Any]) -> None:
    parts = row["pii"]
    if not isinstance(parts, list) or not all(one and isinstance(one, str) for one in parts):
        raise AnalysisRefused(
            f"{where}: 'pii' bukan daftar potongan teks. Tulis [\"...\"] atau []."
        )
    if any(one not in row["text"] for one in parts):
        raise AnalysisRefused(
            f"{where}: sebuah potongan 'pii' tidak ada di dalam teksnya."
            " Salin persis seperti di 'text'."
        )


def score(
    rows: Sequence[Mapping[str, Any]], pairs: Sequence[Mapping[str, Any]] = (), *, seed: int = 0
) -> list[Measure]:
    """Every measure for labelled comments, and with ``pairs`` how the two languages meet."""
    comments = [Comment(id=row["id"], text=row["text"]) for row in rows]
    analysed = analyse(comments, seed=seed)
    return [
        *_clusters(analysed, rows),
        *_themes(analysed, rows),
        *(_pairs(pairs, comments, seed) if pairs else ()),
        *_alerts(analysed, rows),
        *_masks(analysed, rows),
        *_lasting(analysed, comments, seed),
        *_languages(analysed, rows),
    ]


def first_cluster(comment: CommentAnalysis) -> Cluster | None:
    """The most probable of the five clusters and "outside"."""
    return max(comment.probabilities, key=lambda cluster: comment.probabilities[cluster])


def _clusters(analysed: Analysis, rows: Sequence[Mapping[str, Any]]) -> list[Measure]:
    found = [CLUSTERS.index(first_cluster(comment)) for comment in analysed.comments]
    gold = [row["klaster"] for row in rows]
    either = [f in (r["klaster"], r["klaster2"]) for f, r in zip(found, rows, strict=True)]
    sure = np.array([max(comment.probabilities.values()) for comment in analysed.comments])
    right = np.array([f == g for f, g in zip(found, gold, strict=True)])
    named = [(c, r["indicator"]) for c, r in zip(analysed.comments, rows, strict=True)
             if r.get("indicator") and _known(r["indicator"], c)]  # fmt: skip
    hits = [max(c.indicators, key=lambda key: c.indicators[key]) == key for c, key in named]
    count = len(rows)
    return [
        Measure("klaster: macro-F1 dari enam", _macro_f1(gold, found), count, ">= 0.85"),
        Measure("klaster pertama = label pertama atau kedua", _mean(either), count, ">= 0.93"),
        Measure("galat kalibrasi (ECE)", calibration_error(sure, right), count, "<= 0.05"),
        Measure("indikator pertama benar", _mean(hits), len(hits), "-"),
        *_several(analysed, rows),
    ]


def _several(analysed: Analysis, rows: Sequence[Mapping[str, Any]]) -> list[Measure]:
    """How well comments that speak of two clusters are told from those that speak of one."""
    both: list[bool] = []
    seconds: list[bool] = []
    for comment, row in zip(analysed.comments, rows, strict=True):
        gold = {row["klaster"], row["klaster2"]} - {None, CLUSTERS.index(None)}
        marked = [CLUSTERS.index(share.cluster) for share in comment.clusters]
        if len(gold) > 1:
            both.append(gold <= set(marked))
        seconds += [cluster in gold for cluster in marked[1:]]
    return [
        Measure("dua klaster: keduanya ditandai", _mean(both), len(both), "-"),
        Measure("klaster kedua yang ditandai benar", _mean(seconds), len(seconds), "-"),
    ]


def _known(indicator: str, comment: CommentAnalysis) -> bool:
    return indicator in comment.indicators


def _macro_f1(gold: Sequence[int], found: Sequence[int]) -> float:
    return float(f1_score(gold, found, average="macro", zero_division=0))


def calibration_error(sure: "np.ndarray[Any, Any]", right: "np.ndarray[Any, Any]") -> float:
    """Expected calibration error: gap between confidence and accuracy over ten equal bins.

    Naeini, Cooper and Hauskrecht, AAAI 2015. ``sure`` 0-1 and ``right`` bool, one per comment.
    """
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    gaps = (
        abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    )
    return float(sum(gaps))


def _themes(analysed: Analysis, rows: Sequence[Mapping[str, Any]]) -> list[Measure]:
    ours = theme_of(analysed)
    kept = [row for row in rows if row["safeguard"] != "urgent" and row["text"].strip()]
    inside = [row for row in kept if row["id"] in ours]
    pairs = [(row["theme"], ours[row["id"]]) for row in inside if row["theme"] is not None]
    gold, found = zip(*pairs, strict=True) if pairs else ((), ())
    alike = [
        float(measure(gold, found)) if pairs else float("nan")
        for measure in (normalized_mutual_info_score, adjusted_rand_score)
    ]
    return [
        Measure("tema: NMI", alike[0], len(pairs), ">= 0.72"),
        Measure("tema: ARI", alike[1], len(pairs), ">= 0.50"),
        Measure("tanpa tema", 1 - len(inside) / max(1, len(kept)), len(kept), "<= 0.20"),
    ]


def theme_of(analysed: Analysis) -> dict[str, str]:
    """Comment id -> theme id."""
    return {id: theme.id for theme in analysed.themes for id in theme.comment_ids}


def _pairs(
    pairs: Sequence[Mapping[str, Any]], others: Sequence[Comment], seed: int
) -> list[Measure]:
    comments = [
        Comment(id=f"{pair['id']}-{language}", text=pair[f"{language}_text"])
        for pair in pairs
        for language in ("id", "jv")
    ]
    analysed = analyse([*comments, *others], seed=seed)
    theme = theme_of(analysed)
    cluster = {one.id: first_cluster(one) for one in analysed.comments}
    ids = [(f"{pair['id']}-id", f"{pair['id']}-jv") for pair in pairs]
    same_theme = [a in theme and theme[a] == theme.get(b) for a, b in ids]
    same_cluster = [cluster[a] is cluster[b] for a, b in ids]
    return [
        Measure("keluhan sama, dua bahasa, satu tema", _mean(same_theme), len(ids), ">= 0.65"),
        Measure("keluhan sama, dua bahasa, satu klaster", _mean(same_cluster), len(ids), ">= 0.90"),
    ]


def _alerts(analysed: Analysis, rows: Sequence[Mapping[str, Any]]) -> list[Measure]:
    """What was flagged; harmless comments with alarming words apart, where the labels name them."""
    levels = {one.id: one.alert.level if one.alert else None for one in analysed.comments}
    kinds = [(row["id"], _kind(row)) for row in rows]

    def share(gold: str, flagged: Sequence[AlertLevel], name: str, goal: str) -> Measure:
        chosen = [levels[id] in flagged for id, kind in kinds if kind == gold]
        return Measure(name, _mean(chosen), len(chosen), goal)

    urgent, any_level = [AlertLevel.URGENT], list(AlertLevel)
    alarming = [
        share(_ALARMING, urgent, "kata menakutkan, tidak berbahaya: ditandai mendesak", "-"),
        share(_ALARMING, any_level, "kata menakutkan, tidak berbahaya: ditandai", "-"),
    ]
    return [
        share("urgent", urgent, "mendesak: ditandai mendesak", ">= 0.93"),
        share("urgent", any_level, "mendesak: ditandai", ">= 0.98"),
        share("concern", any_level, "perlu dibaca: ditandai", "-"),
        share("none", urgent, "biasa: ditandai mendesak", "<= 0.02"),
        share("none", any_level, "biasa: ditandai", "-"),
        *(alarming if alarming[0].of else ()),
    ]


def _kind(row: Mapping[str, Any]) -> str:
    harmless = row["safeguard"] == "none"
    return _ALARMING if harmless and row.get("alarming") is True else str(row["safeguard"])


def _masks(analysed: Analysis, rows: Sequence[Mapping[str, Any]]) -> list[Measure]:
    both = list(zip(analysed.comments, rows, strict=True))
    survives = [part in comment.masked for comment, row in both for part in row["pii"]]
    needless = [bool(comment.masks) for comment, row in both if not row["pii"]]
    return [
        Measure("identitas yang lolos", _mean(survives), len(survives), "<= 0.05"),
        Measure("disamarkan tanpa perlu", _mean(needless), len(needless), "<= 0.02"),
    ]


def _lasting(analysed: Analysis, comments: Sequence[Comment], seed: int) -> list[Measure]:
    """The same words in one theme, and themes that hold while the corpus grows."""
    theme = theme_of(analysed)
    by_words: dict[str, set[str | None]] = {}
    for one in analysed.comments:
        if not _urgent(one.alert):
            by_words.setdefault(" ".join(words(one.masked)), set()).add(theme.get(one.id))
    same = [len(themes) == 1 for themes in by_words.values()]
    first = analyse(comments[: int(len(comments) * _FIRST_PART)], seed=seed, state=ThemeState())
    pinned = _pinned(first)
    after = analyse(comments, seed=seed, state=first.state, corrections=pinned)
    grown, wanted = theme_of(after), {one.comment_id: one.theme for one in pinned}
    kept = [grown.get(id) == old for id, old in theme_of(first).items() if id not in wanted]
    stayed = [grown.get(id) == into for id, into in wanted.items()]
    chosen = Measure("tetap di tema pilihan orang", _mean(stayed), len(stayed), "1.00")
    return [
        Measure("kata sama, tema sama", _mean(same), len(same), "1.00"),
        Measure("tetap di temanya saat korpus tumbuh", _mean(kept), len(kept), ">= 0.97"),
        *([chosen] if stayed else ()),
    ]


def _pinned(analysed: Analysis) -> list[Correction]:
    """The first comment of each of the largest themes, put by a person into the next theme."""
    themes = analysed.themes[: _PINNED + 1]
    return [Correction(one.comment_ids[0], theme=to.id) for one, to in pairwise(themes)]


def _languages(analysed: Analysis, rows: Sequence[Mapping[str, Any]]) -> list[Measure]:
    """Javanese, Indonesian or mixed as people said, where they said so."""
    right = [
        comment.language.value == row["lang"]
        for comment, row in zip(analysed.comments, rows, strict=True)
        if row.get("lang")
    ]
    return [Measure("bahasa", _mean(right), len(right), "-")] if right else []


def _urgent(alert: Alert | None) -> bool:
    return alert is not None and alert.level is AlertLevel.URGENT


def _mean(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if values else float("nan")
