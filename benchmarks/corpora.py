"""Groups public corpora of labelled texts: ours beside the common methods, same words, same run.

    python -m benchmarks.corpora [--corpora FOLDER] [--only NAME ...]

FOLDER (or SUARA_CORPORA) holds ``NAME.tsv.gz`` with the columns ``label`` and ``text``; what is
missing is named and left out. Every method is told the number of labels and gets the same words:
Indonesian and Javanese in one spelling without stop words, English in lower case without
scikit-learn's. BERTopic (``pip install 'suara-anak[benchmark]'``) gets LSA for embeddings, because
nothing is downloaded here, and its outliers count as a group of their own.
"""

import argparse
import csv
import gzip
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, LatentDirichletAllocation, TruncatedSVD
from sklearn.feature_extraction.text import (
    ENGLISH_STOP_WORDS,
    CountVectorizer,
    TfidfVectorizer,
)
from sklearn.metrics import normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from analysis.groups import Groups
from analysis.vectors import CommentVectors
from analysis.words import WordReader, spoken

_SEED = 0
_DIMENSIONS = 100
# The words count 0.6 beside their company: chosen by others with labels of these corpora in view.
_COMPANY_WEIGHT = 1.7

Method = Callable[[Sequence[str], int], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Corpus:
    """A file ``name``.tsv.gz and what it is."""

    name: str
    title: str
    english: bool = False

    def read(self, folder: Path) -> tuple[list[str], list[str]]:
        """Labels and texts, each text as its words joined by spaces."""
        with gzip.open(folder / f"{self.name}.tsv.gz", "rt", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        texts = [row["text"] for row in rows]
        words = WordReader(stop_words_kept=False).fit_transform
        return [row["label"] for row in rows], _english(texts) if self.english else words(texts)


CORPORA = (
    Corpus("javs", "short Javanese passages"),
    Corpus("jav", "long Javanese paragraphs"),
    Corpus("news", "Indonesian headlines"),
    Corpus("ss", "SearchSnippets", english=True),
    Corpus("so", "StackOverflow titles", english=True),
)


def main() -> None:
    """Print a table per corpus, and which corpora are missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", default=os.environ.get("SUARA_CORPORA"))
    parser.add_argument("--only", nargs="*", default=[corpus.name for corpus in CORPORA])
    options = parser.parse_args()
    if not options.corpora:
        sys.exit("No corpora: name their folder with --corpora or SUARA_CORPORA.")
    console, missing = Console(width=100), []
    for corpus in (one for one in CORPORA if one.name in options.only):
        if (Path(options.corpora) / f"{corpus.name}.tsv.gz").exists():
            console.print(compared(corpus, Path(options.corpora)))
        else:
            missing.append(f"{corpus.name}.tsv.gz")
    if missing:
        print(f"Missing in {options.corpora}: {', '.join(missing)}", file=sys.stderr)


def compared(corpus: Corpus, folder: Path) -> Table:
    """NMI, accuracy of the best one-to-one match of groups and labels, processor seconds."""
    labels, texts = corpus.read(folder)
    count = len(set(labels))
    title = f"{corpus.title}: {len(texts):,} texts, {count} labels"
    result = Table("method", "NMI", "accuracy", "CPU seconds", title=title)
    for name, method in METHODS.items():
        if method is _bertopic and find_spec("bertopic") is None:
            result.add_row(name, "not installed", "", "")
            continue
        start = time.process_time()
        with threadpool_limits(limits=1):
            found = list(method(texts, count))
        took = time.process_time() - start
        nmi = normalized_mutual_info_score(labels, found)
        result.add_row(name, f"{nmi:.3f}", f"{accuracy(labels, found):.3f}", f"{took:.1f}")
    return result


def accuracy(labels: Sequence[str], found: Sequence[int]) -> float:
    """Share of texts whose group is matched with their label (Hungarian method)."""
    shared = contingency_matrix(labels, found)
    rows, columns = linear_sum_assignment(shared, maximize=True)
    return float(shared[rows, columns].sum() / len(labels))


def _ours(texts: Sequence[str], count: int) -> Any:
    """The public way to group any short texts; docs/analysis.md shows it."""
    vectors = CommentVectors(
        word_dimensions=_DIMENSIONS, company_weight=_COMPANY_WEIGHT, random_state=_SEED
    ).fit(texts)
    groups = Groups(n_groups=count, random_state=_SEED)
    return groups.fit_predict(vectors.transform(texts), words=vectors.counts(texts))


def _kmeans(texts: Sequence[str], count: int) -> Any:
    return KMeans(count, n_init=3, random_state=_SEED).fit_predict(_weights(texts))


def _latent_kmeans(texts: Sequence[str], count: int) -> Any:
    return KMeans(count, n_init=3, random_state=_SEED).fit_predict(_latent(texts))


def _nmf(texts: Sequence[str], count: int) -> Any:
    model = NMF(count, init="nndsvd", random_state=_SEED, max_iter=400, tol=1e-3)
    return model.fit_transform(_weights(texts)).argmax(axis=1)


def _lda(texts: Sequence[str], count: int) -> Any:
    counts = CountVectorizer(token_pattern=r"\S+").fit_transform(texts)
    model = LatentDirichletAllocation(count, learning_method="online", random_state=_SEED)
    return model.fit_transform(counts).argmax(axis=1)


def _bertopic(texts: Sequence[str], count: int) -> Any:
    from bertopic import BERTopic
    from umap import UMAP

    closeness = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine",
                     random_state=_SEED)  # fmt: skip
    # As BERTopic sets it, with a seed. One of its topics is that of the outliers.
    model = BERTopic(umap_model=closeness, nr_topics=count + 1)
    return model.fit_transform(list(texts), embeddings=_latent(texts))[0]


METHODS: dict[str, Method] = {
    "Suara Anak": _ours,
    "TF-IDF + k-means": _kmeans,
    "LSA + k-means": _latent_kmeans,
    "NMF": _nmf,
    "LDA": _lda,
    "BERTopic on LSA": _bertopic,
}


def _weights(texts: Sequence[str]) -> Any:
    return TfidfVectorizer(token_pattern=r"\S+", sublinear_tf=True).fit_transform(texts)


def _latent(texts: Sequence[str]) -> Any:
    reduced = TruncatedSVD(_DIMENSIONS, random_state=_SEED).fit_transform(_weights(texts))
    return np.asarray(normalize(reduced))


def _english(texts: Sequence[str]) -> list[str]:
    return [
        " ".join(word for word in spoken(text) if len(word) > 1 and word not in ENGLISH_STOP_WORDS)
        for text in texts
    ]


if __name__ == "__main__":
    main()
