"""Measures the analysis: every measure of a labelled set, and common methods beside ours.

    python -m benchmarks.analysis [--set FOLDER]

FOLDER (or SUARA_DEVELOPMENT_SET, else tests/uji) holds ``comments.jsonl`` and ``pairs.jsonl``.
It trains nothing; figures on a set that was looked at while building flatter the analysis.
"""

import argparse
import os
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from analysis import Comment, analyse
from analysis.scoring import read_gold, read_pairs, score, theme_of

SET = Path(__file__).parents[1] / "tests" / "uji"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", default=os.environ.get("SUARA_DEVELOPMENT_SET", str(SET)))
    folder = Path(parser.parse_args().set)
    console = Console()
    rows = read_gold(folder / "comments.jsonl")
    console.print(quality(rows, read_pairs(folder / "pairs.jsonl")))
    console.print(peers(rows))


def quality(rows: list[dict[str, Any]], pairs: list[dict[str, Any]]) -> Table:
    """Every measure of ``python -m analysis score``."""
    result = Table("measure", "value", "of", "goal", title=f"{len(rows)} labelled comments")
    for one in score(rows, pairs):
        result.add_row(one.name, f"{one.value:.3f}", str(one.of), one.goal)
    return result


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
    ours = theme_of(analysis)
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


if __name__ == "__main__":
    main()
