"""Measures the analysis: quality on a labelled set, time, and common methods beside ours.

    python -m benchmarks.analysis [--set FOLDER]

FOLDER (or SUARA_DEVELOPMENT_SET) holds ``comments.jsonl`` and ``pairs.jsonl``. The set trains
nothing; figures on a set that was looked at while building flatter the analysis. Without a
folder only the time is measured, on texts put together from the project's own examples.
"""

import argparse
import json
import os
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, f1_score, normalized_mutual_info_score

from analysis import Analysis, Comment, analyse
from analysis.comments import CommentAnalysis
from analysis.resources import table
from analysis.rights import Cluster

CLUSTERS: tuple[Cluster | None, ...] = (None, *Cluster)  # 0 outside, 1-5 as in the labels
TIMED = (1_000, 10_000)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", default=os.environ.get("SUARA_DEVELOPMENT_SET", ""))
    folder = parser.parse_args().set
    console = Console()
    if folder:
        rows = read_rows(Path(folder) / "comments.jsonl")
        pairs = read_rows(Path(folder) / "pairs.jsonl")
        console.print(quality(rows, pairs))
        console.print(peers(rows))
    console.print(times())


def read_rows(path: Path) -> list[dict[str, Any]]:
    """One dictionary per line of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def quality(rows: list[dict[str, Any]], pairs: list[dict[str, Any]]) -> Table:
    """Clusters, alerts, masks and pairs on labelled comments."""
    result = Table("measure", "value", title=f"{len(rows)} labelled comments")
    analysis = analyse([Comment(id=row["id"], text=row["text"]) for row in rows])
    found = [CLUSTERS.index(first_cluster(comment)) for comment in analysis.comments]
    gold = [row["klaster"] for row in rows]
    either = [p in (r["klaster"], r["klaster2"]) for p, r in zip(found, rows, strict=True)]
    result.add_row("cluster, macro-F1 of six", f"{f1_score(gold, found, average='macro'):.3f}")
    result.add_row("first cluster is first or second label", f"{np.mean(either):.3f}")
    result.add_row("expected calibration error", f"{calibration_error(analysis, gold):.3f}")
    for name, value in (*alerts(analysis, rows), *masks(analysis, rows), *met(pairs, rows)):
        result.add_row(name, value)
    return result


def first_cluster(comment: CommentAnalysis) -> Cluster | None:
    """The most probable of the five clusters and "outside"."""
    return max(comment.probabilities, key=lambda cluster: comment.probabilities[cluster])


def calibration_error(analysis: Analysis, gold: list[int]) -> float:
    """Mean gap between confidence and accuracy over ten bins of confidence."""
    sure = np.array([max(comment.probabilities.values()) for comment in analysis.comments])
    right = np.array(
        [
            CLUSTERS.index(first_cluster(c)) == g
            for c, g in zip(analysis.comments, gold, strict=True)
        ]
    )
    bins = np.minimum((sure * 10).astype(int), 9)
    return float(
        sum(
            abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
            for b in np.unique(bins)
        )
    )


def alerts(analysis: Analysis, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """How many disclosures were found, and how many false alarms that cost."""
    levels = [comment.alert.level if comment.alert else "none" for comment in analysis.comments]
    both = list(zip([row["safeguard"] for row in rows], levels, strict=True))

    def share(gold: str, *flagged: str) -> str:
        chosen = [level for label, level in both if label == gold]
        return f"{sum(level in flagged for level in chosen)}/{len(chosen)}"

    return [
        ("urgent flagged urgent", share("urgent", "urgent")),
        ("urgent flagged at all", share("urgent", "urgent", "concern")),
        ("concern flagged at all", share("concern", "urgent", "concern")),
        ("ordinary flagged urgent", share("none", "urgent")),
        ("ordinary flagged concern", share("none", "concern")),
    ]


def masks(analysis: Analysis, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """How many identifying substrings survive, and how many comments are masked for nothing."""
    hidden = [
        part not in comment.masked
        for comment, row in zip(analysis.comments, rows, strict=True)
        for part in row["pii"]
    ]
    needless = [
        bool(comment.masks)
        for comment, row in zip(analysis.comments, rows, strict=True)
        if not row["pii"]
    ]
    return [
        ("identifying substrings that survive", f"{len(hidden) - sum(hidden)}/{len(hidden)}"),
        ("comments masked for nothing", f"{sum(needless)}/{len(needless)}"),
    ]


def met(pairs: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Do the Indonesian and the Javanese form of one complaint meet, inside a whole round?"""
    comments = [
        Comment(id=f"{pair['id']}-{language}", text=pair[f"{language}_text"])
        for pair in pairs
        for language in ("id", "jv")
    ]
    comments += [Comment(id=row["id"], text=row["text"]) for row in rows]
    analysis = analyse(comments)
    theme = {id: theme.id for theme in analysis.themes for id in theme.comment_ids}
    cluster = {comment.id: first_cluster(comment) for comment in analysis.comments}
    ids = [(f"{pair['id']}-id", f"{pair['id']}-jv") for pair in pairs]
    themes = [a in theme and theme[a] == theme.get(b) for a, b in ids]
    clusters = [cluster[a] is cluster[b] for a, b in ids]
    return [
        ("same complaint, two languages, one theme", f"{np.mean(themes):.3f}"),
        ("same complaint, two languages, same cluster", f"{np.mean(clusters):.3f}"),
    ]


def peers(rows: list[dict[str, Any]]) -> Table:
    """Themes of the analysis beside TF-IDF with k-means and NMF, which are told the number."""
    table_ = Table("method", "themes", "NMI", "ARI", "without theme", title="Human themes")
    kept = [row for row in rows if row["safeguard"] != "urgent" and row["text"].strip()]
    gold = [row["theme"] for row in kept]
    count = len(set(gold))
    weights = TfidfVectorizer(sublinear_tf=True).fit_transform([row["text"] for row in kept])
    kmeans = KMeans(count, n_init=5, random_state=0).fit_predict(weights)
    parts = NMF(count, random_state=0, max_iter=400, tol=1e-3).fit_transform(weights)
    analysis = analyse([Comment(id=row["id"], text=row["text"]) for row in kept])
    ours = {id: theme.id for theme in analysis.themes for id in theme.comment_ids}
    table_.add_row("TF-IDF + k-means", *agreement(gold, kmeans.tolist()))
    table_.add_row("NMF", *agreement(gold, parts.argmax(axis=1).tolist()))
    table_.add_row("Suara Anak", *agreement(gold, [ours.get(row["id"]) for row in kept]))
    return table_


def agreement(gold: list[str], found: list[Any]) -> tuple[str, str, str, str]:
    """Number of themes, NMI, ARI of those with a theme, and the share without."""
    pairs = [(g, f) for g, f in zip(gold, found, strict=True) if f is not None]
    theirs, ours = zip(*pairs, strict=True)
    return (
        str(len(set(ours))),
        f"{normalized_mutual_info_score(theirs, ours):.3f}",
        f"{adjusted_rand_score(theirs, ours):.3f}",
        f"{1 - len(pairs) / len(gold):.1%}",
    )


def times() -> Table:
    """CPU seconds of whole runs, training included, on texts put together from the examples."""
    table_ = Table("comments", "CPU seconds", "per 1,000", title="Time")
    for count in TIMED:
        comments = mixed_comments(count)
        start = time.process_time()
        analyse(comments)
        took = time.process_time() - start
        table_.add_row(f"{count:,}", f"{took:.1f}", f"{took / count * 1000:.2f}")
    return table_


def mixed_comments(count: int) -> list[Comment]:
    """Different texts: two examples side by side with an invented word between them."""
    chance = random.Random(0)
    texts = [row["text"] for row in table("examples")]
    comments = []
    for place in range(count):
        word = "".join(chance.choices("abdeiknorutsm", k=6))
        text = f"{chance.choice(texts)} {word}, {chance.choice(texts)}"
        comments.append(Comment(id=str(place), text=text))
    return comments


if __name__ == "__main__":
    main()
