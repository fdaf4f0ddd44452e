"""Takes off how a child opens a sentence ("kalau aku ...", "menurutku ..."): it tells nothing."""

import re
from functools import cache

from analysis.resources import table, words_of

# What may stand behind an opener, and carries nothing either.
_FILLERS = ("sih", "ya", "tuh", "mah", "dong", "yo")


def without_opener(text: str) -> str:
    """A folded text without its openers; "" where there is nothing else."""
    return _openers().sub("", text)


@cache
def _openers() -> re.Pattern[str]:
    phrases = [phrase for row in table("openers") for phrase in words_of(row["words"])]
    longest_first = "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))
    return re.compile(rf"\A\W*(?:(?:{longest_first})\b(?:\W+(?:{'|'.join(_FILLERS)})\b)*\W*)+")
