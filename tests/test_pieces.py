"""Promises about counting pieces of texts.

PC001  words, pairs and runs of letters are counted as scikit-learn does, unknown ones left out
"""

import pytest
from sklearn.feature_extraction.text import CountVectorizer

from analysis.pieces import LetterCounter, WordCounter

TAUGHT = ["lampu jalan mati mati", "aku a", "", "jalan lampu rusak di jalan"]
READ = ["jalan baru mati", "", "xx lampu lampu"]
LETTERS = {"analyzer": "char_wb", "ngram_range": (3, 5)}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (WordCounter(), CountVectorizer(token_pattern=r"\S+")),
        (WordCounter(pairs=True), CountVectorizer(token_pattern=r"\S+", ngram_range=(1, 2))),
        (LetterCounter(), CountVectorizer(**LETTERS)),
    ],
    ids=["words", "pairs", "letters"],
)
def test_counts_as_scikit_learn(ours, theirs):
    """PC001: a quicker count is the same count."""
    assert ours.fit(TAUGHT).vocabulary_ == theirs.fit(TAUGHT).vocabulary_
    assert (ours.transform(READ).toarray() == theirs.transform(READ).toarray()).all()
    assert (ours.fit_transform(TAUGHT).toarray() == theirs.transform(TAUGHT).toarray()).all()


def test_only_some_runs_of_letters():
    """PC001: those of two texts are what scikit-learn's ``min_df=2`` leaves."""
    every = LetterCounter()
    texts_with = (every.fit_transform(TAUGHT).toarray() > 0).sum(axis=0)
    ours, theirs = every.only(texts_with >= 2), CountVectorizer(**LETTERS, min_df=2).fit(TAUGHT)
    assert ours.vocabulary_ == theirs.vocabulary_
    assert (ours.transform(READ).toarray() == theirs.transform(READ).toarray()).all()
