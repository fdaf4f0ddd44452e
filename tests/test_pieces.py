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
        (LetterCounter(min_texts=2), CountVectorizer(**LETTERS, min_df=2)),
    ],
    ids=["words", "pairs", "letters", "letters of two texts"],
)
def test_counts_as_scikit_learn(ours, theirs):
    """PC001: a quicker count is the same count."""
    assert ours.fit(TAUGHT).vocabulary_ == theirs.fit(TAUGHT).vocabulary_
    assert (ours.transform(READ).toarray() == theirs.transform(READ).toarray()).all()
