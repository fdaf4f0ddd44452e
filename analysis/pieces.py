"""Counts words, pairs of words and letters of texts; each different word is taken apart once."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, compress, pairwise, repeat
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

Places = npt.NDArray[np.int32]

# Children's words repeat: a round of 10,000 comments has about 8,000 different ones. More than
# this and the memory starts anew, so that it does not grow with the number of comments.
_REMEMBERED = 50_000
_UNKNOWN = -1  # the column of what was not learnt
_LONGEST_REMEMBERED = 40  # characters; longer "words" are keyboards held down


class WordCounter(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts -> counts of their words and, with ``pairs``, of two words side by side.

    Counts as scikit-learn's ``CountVectorizer(token_pattern=r"\\S+")``, in less time;
    ``read`` turns a text into its words first. ``vocabulary_`` is word or pair -> column.
    """

    def __init__(
        self, *, pairs: bool = False, read: Callable[[str], Sequence[str]] | None = None
    ) -> None:
        self.pairs = pairs
        self.read = read

    def fit(self, texts: Iterable[str], labels: Any = None) -> Self:
        """Learn which words and pairs there are, in the order of the alphabet."""
        self._know(map(self._pieces, texts))
        return self

    def fit_transform(self, texts: Iterable[str], labels: Any = None) -> sparse.csr_matrix:
        """Learn and count at once: each text is taken apart one time."""
        rows = list(map(self._pieces, texts))
        self._know(rows)
        return self._counts(rows)

    def transform(self, texts: Iterable[str]) -> sparse.csr_matrix:
        """One row of counts per text; what was not learnt is left out."""
        return self._counts(list(map(self._pieces, texts)))

    def _know(self, rows: Iterable[Sequence[str]]) -> None:
        every = sorted(set(chain.from_iterable(rows)))
        self.vocabulary_ = {piece: place for place, piece in enumerate(every)}

    def _counts(self, rows: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        pieces = chain.from_iterable(rows)
        places = np.fromiter(map(self.vocabulary_.get, pieces, repeat(_UNKNOWN)), np.int32)
        known = places != _UNKNOWN
        through = np.concatenate([[0], np.cumsum(known)])
        ends = through[np.cumsum([0, *map(len, rows)])]
        return _counted(places[known], ends=ends, columns=len(self.vocabulary_))

    def grown(self, texts: Iterable[str]) -> "WordCounter":
        """A counter that also knows the words and pairs of ``texts``, behind those known."""
        more = {piece for text in texts for piece in self._pieces(text)} - self.vocabulary_.keys()
        grown = WordCounter(pairs=self.pairs, read=self.read)
        places = enumerate(sorted(more), len(self.vocabulary_))
        grown.vocabulary_ = self.vocabulary_ | {piece: place for place, piece in places}
        return grown

    def _pieces(self, text: str) -> list[str]:
        words = self.read(text) if self.read else text.lower().split()
        return [*words, *map(" ".join, pairwise(words))] if self.pairs else list(words)


class LetterCounter(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts -> counts of the runs of 3 to 5 letters in their words, word ends included.

    Counts as scikit-learn's ``CountVectorizer(analyzer="char_wb", ngram_range=(3, 5))``.
    ``vocabulary_`` is run -> column.
    """

    def fit(self, texts: Iterable[str], labels: Any = None) -> Self:
        """Learn which runs of letters there are, in the order of the alphabet."""
        words = set(chain.from_iterable(text.lower().split() for text in texts))
        self._know(sorted({run for word in words for run in _runs(word)}))
        return self

    def only(self, chosen: npt.NDArray[np.bool_]) -> "LetterCounter":
        """A counter that knows the runs of these columns alone."""
        fewer = LetterCounter()
        fewer._know(list(compress(self.vocabulary_, chosen.tolist())))
        return fewer

    def _know(self, runs: Sequence[str]) -> None:
        self.vocabulary_ = {run: place for place, run in enumerate(runs)}
        self._known: dict[str, Places] = {}

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One row of counts per text; what was not learnt is left out."""
        numbers: dict[str, int] = {}  # of each different word of these texts
        rows = [
            [numbers.setdefault(word, len(numbers)) for word in text.lower().split()]
            for text in texts
        ]
        runs = [np.empty(0, np.int32), *map(self._places, numbers)]
        ends = np.cumsum([len(one) for one in runs])
        said = np.fromiter(chain.from_iterable(rows), np.int64)
        lengths = ends[said + 1] - ends[said]
        # The runs of word after word: of all places counted from 0, those of each word moved to it.
        through = np.cumsum(lengths)
        moved = np.repeat(ends[said] - (through - lengths), lengths)
        places = np.concatenate(runs)[np.arange(len(moved)) + moved]
        totals = np.concatenate([[0], through])[np.cumsum([0, *map(len, rows)])]
        return _counted(places, ends=totals, columns=len(self.vocabulary_))

    def _places(self, word: str) -> Places:
        found = self._known.get(word)
        if found is None:
            known = self.vocabulary_
            found = np.array([known[run] for run in _runs(word) if run in known], np.int32)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            if len(word) <= _LONGEST_REMEMBERED:
                self._known[word] = found
        return found

    def __getstate__(self) -> dict[str, Any]:
        """What was looked up stays here: a model on disk or on its way carries no words of it."""
        state: dict[str, Any] = super().__getstate__()
        return {**state, "_known": {}}


def _runs(word: str) -> list[str]:
    """The runs of 3 to 5 letters; a word shorter than a run is counted whole, once."""
    padded = f" {word} "
    runs: list[str] = []
    for length in (3, 4, 5):
        if len(padded) <= length:
            runs.append(padded)
            break
        runs += [padded[start : start + length] for start in range(len(padded) - length + 1)]
    return runs


def _counted(places: Places, *, ends: npt.NDArray[np.int64], columns: int) -> sparse.csr_matrix:
    """The columns that row after row names, some several times -> a matrix of how often."""
    matrix = sparse.csr_matrix(
        (np.ones(len(places)), places, ends), shape=(len(ends) - 1, columns), dtype=np.float64
    )
    matrix.sum_duplicates()
    return matrix
