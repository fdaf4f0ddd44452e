"""Which words are names, which are not, and which say that a name follows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from analysis.resources import examples, table, words_of
from analysis.words import is_known, lexicon

REMEMBERED = 20_000  # different words, about 3 MB for each question; those said once need no place
_LETTERS = re.compile(r"[^\W\d_][\w']*")
SHORTEST_NAME = 3
SHORTEST_ALONE = 4  # "ari", "nia" in lower case may be a slip of the thumb
# Shapes a verb or a noun with an affix has and a name hardly ever: dibenerno, lampunya.
_NOT_A_NAME = re.compile(
    r"^(?:di|me|nge|ng|mb|nd|nj|ke[bdgt])|(?:nya|kan|ake|ku|en|ane|in)$|[^aiueo]{4}"
)
_AFFIXED = re.compile(r"^(?:di|me[mn]|ng|peng|ber)[a-z]{4}|(?:nya|kan|ake)$")
_VERB_SHAPE = re.compile(r"n[yg]|(?:ter|men|mem|pen|pem)[a-z]{4}")
_PREFIX = re.compile(r"^(?:gak?|se|ke|te|pe|be|[nm])(?=[a-z]{3})")
_SWALLOWED = {"n": ("t", "d", ""), "m": ("p", "b", "w", "")}  # neror <- teror, macul <- pacul
_LOOSE = frozenset(["ambek", "mbek", "nama", "namane", "anake", "anaknya", "jare", "ujare"])
_OWNED = re.compile(r"(?:ku|q|nya|ne|e|mu|ne)$")
_ENDINGS = ("'e", "'s", "nya", "ne", "ku", "e")
_THUMB_WORDS = frozenset({"hp", "tv", "wa", "ig", "pr", "fb", "yt", "ml", "ff", "ps", "tt", "ws"})
_STRETCHED = re.compile(r"(.)\1+")
_SOUNDS = (
    *(("oe", "u"), ("dj", "j"), ("tj", "c"), ("kh", "k"), ("dz", "d"), ("dh", "d"), ("sy", "s")),
    *(("sh", "s"), ("ts", "s"), ("ch", "c"), ("ph", "f"), ("th", "t"), ("gh", "g"), ("q", "k")),
    *(("ck", "k"), ("v", "f"), ("z", "s"), ("y", "i"), ("ie", "i"), ("ee", "i"), ("x", "ks")),
)


@dataclass(frozen=True)
class NameTables:
    """Which words are names, and which words around them say so or say the opposite."""

    names: frozenset[str]
    clipped: frozenset[str]
    clipped_words: frozenset[str]
    sounds: frozenset[str]
    words: frozenset[str]
    plain_words: frozenset[str]
    descriptions: frozenset[str]
    roles: frozenset[str]
    titles: frozenset[str]
    kin: frozenset[str]
    friends: frozenset[str]
    places: frozenset[str]
    place_names: frozenset[str]
    officials: frozenset[str]
    honours: frozenset[str]
    street_names: frozenset[str]


@cache
def name_groups() -> Mapping[str, frozenset[str]]:
    """The groups of the name table and their words, read once."""
    groups: dict[str, set[str]] = {}
    for row in table("names"):
        groups.setdefault(row["group"], set()).update(words_of(row["words"]))
    return {group: frozenset(words) for group, words in groups.items()}


@cache
def name_tables() -> NameTables:
    """What the groups of the name table are for."""
    groups = name_groups()
    names = groups["nama"] | groups["nama dan kata"]
    return NameTables(
        names=names,
        clipped=groups["nama pendek"],
        clipped_words=groups["nama pendek dan kata"],
        sounds=frozenset(sound for name in names if len(sound := _sound(name)) >= SHORTEST_ALONE),
        words=groups["kata"] | groups["nama dan kata"] | _written_words(),
        plain_words=groups["kata"],
        descriptions=groups["sifat"],
        roles=groups["peran"],
        titles=groups["sapaan"],
        kin=groups["sapaan keluarga"],
        friends=groups["kerabat"],
        places=groups["tempat"],
        place_names=groups["nama tempat"],
        officials=groups["pejabat"],
        honours=groups["gelar jalan"],
        street_names=groups["nama jalan"],
    )


@cache
def _written_words() -> frozenset[str]:
    """The words of the invented examples: what children write when they name nobody."""
    texts = " ".join(row["text"] for row in examples()).lower()
    return frozenset(word for word in _LETTERS.findall(texts) if len(word) >= SHORTEST_NAME)


@lru_cache(maxsize=REMEMBERED)
def is_common(word: str) -> bool:
    """A word of the languages rather than a name; forms with -ku, -e, -nya count."""
    forms = [word, word.removesuffix("2")]
    forms += [
        word[: -len(end)]
        for end in ("nya", "ku", "mu", "ne", "e", "an", "kan", "i", "no", "in", "n", "a")
        if word.endswith(end) and len(word) - len(end) >= SHORTEST_NAME
    ]
    forms += [word[len(start) :] for start in ("di", "se", "ke", "ber") if word.startswith(start)]
    return any(is_word(form) for form in forms) or word.removesuffix("an") in _THUMB_WORDS


@lru_cache(maxsize=REMEMBERED)
def is_word(word: str) -> bool:
    """A word of the languages as it stands; a listed name needs this much to be doubted."""
    entries, known = lexicon(), name_tables()
    listed = (entries.known, entries.bridge, entries.slang, known.roles, known.words)
    return any(word in words for words in listed)


@lru_cache(maxsize=REMEMBERED)
def is_listed(word: str) -> bool:
    """A name of the table, also as "rini'e", "agus'e", "dimasnya"."""
    names = name_tables().names
    return word in names or any(
        word.endswith(end) and len(word) - len(end) >= SHORTEST_ALONE and word[: -len(end)] in names
        for end in _ENDINGS
    )


@lru_cache(maxsize=REMEMBERED)
def is_only_a_name(word: str) -> bool:
    if word in name_tables().names:
        return not is_word(word)
    return is_listed(word) and not is_common(word)


@lru_cache(maxsize=REMEMBERED)
def may_be_a_name(word: str) -> bool:
    """False for most words: in small letters they are never one."""
    known = name_tables()
    short = word in known.clipped or word in known.clipped_words
    return short or is_listed(word) or strange(word)


@lru_cache(maxsize=REMEMBERED)
def likely_name(word: str) -> bool:
    """A name that says nothing else behind "temenku": "fajar", but not "bagus" or "ragil"."""
    known = name_tables()
    forms = {word, *(word.removesuffix(end) for end in _ENDINGS)}
    listed = word in known.names or (is_listed(word) and not is_common(word))
    return listed and not forms & (known.plain_words | known.descriptions)


@lru_cache(maxsize=REMEMBERED)
def unknown_name(word: str) -> bool:
    """Strange in small letters, too: no verb whose root is known or hidden by a nasal."""
    if not strange(word) or _VERB_SHAPE.match(word):
        return False
    root = _PREFIX.sub("", word)
    roots = [first + root for first in _SWALLOWED.get(word[0], ())]
    return not any(map(is_common, roots if word[0] in _SWALLOWED else [root]))


@lru_cache(maxsize=REMEMBERED)
def is_nobody_known(word: str) -> bool:
    """A strange word that is no slip of the thumb either: kipli, but not pilisi or tmnku."""
    vowels = sum(letter in "aiueo" for letter in word)
    spoken = len(word) >= SHORTEST_ALONE and vowels > 1
    return spoken and unknown_name(word) and not is_kin(word) and not is_known(word)


def may_be_somebody(word: str) -> bool:
    """Where only a person can stand, a name that says something else too is one: "putri nangis"."""
    named = is_listed(word) and word not in name_tables().plain_words
    return (named or is_nobody_known(word)) and not is_kin(word)


@lru_cache(maxsize=REMEMBERED)
def sounds_like_a_name(word: str) -> bool:
    """Rizqy, Riski, Rizki: one name in many spellings."""
    return _sound(word) in name_tables().sounds and not is_common(word)


def _sound(word: str) -> str:
    for written, spoken in _SOUNDS:
        word = word.replace(written, spoken)
    return _STRETCHED.sub(r"\1", word).removesuffix("h")


@lru_cache(maxsize=REMEMBERED)
def is_title(word: str) -> bool:
    titles = name_tables().titles
    return word in titles or (len(word) > 3 and _STRETCHED.sub(r"\1", word) in titles)


@lru_cache(maxsize=REMEMBERED)
def is_kin(word: str) -> bool:
    """Mother, friend, uncle: also "masku", "kancane", "bestienya"."""
    known = name_tables()
    kin = known.kin | known.friends
    bare = _OWNED.sub("", word)
    return word in kin or (len(bare) > 1 and bare != word and (bare in kin or bare in known.titles))


@lru_cache(maxsize=REMEMBERED)
def may_be_capital(word: str) -> bool:
    known = name_tables()
    return is_listed(word) or is_title(word) or word in known.place_names | known.kin


@lru_cache(maxsize=REMEMBERED)
def is_close(word: str) -> bool:
    """ "temanku", "masku", "koncone", "si": hardly anything but a name is capital behind it."""
    bare = _OWNED.sub("", word)
    return word == "si" or (bare != word and word not in _LOOSE and is_kin(word))


def unheard_of(word: str) -> bool:
    """No word of the languages; a capital makes more shapes a name than small letters do."""
    return len(word) >= SHORTEST_NAME and not is_common(word) and not _AFFIXED.search(word)


def strange(word: str) -> bool:
    """Unknown to the languages and shaped like a name."""
    if len(word) < SHORTEST_NAME or any(c.isdigit() for c in word):
        return False
    return not is_common(word) and _NOT_A_NAME.search(word) is None


def in_office(words: Sequence[str]) -> bool:
    officials = name_tables().officials
    pairs = {" ".join(pair) for pair in pairwise(words)}
    return bool(officials & (set(words) | pairs))
