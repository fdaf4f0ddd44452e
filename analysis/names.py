"""Finds the names of people in a text; roles, places and people in public office stay."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from analysis.name_words import (
    REMEMBERED,
    SHORTEST_ALONE,
    SHORTEST_NAME,
    in_office,
    is_close,
    is_common,
    is_kin,
    is_listed,
    is_nobody_known,
    is_only_a_name,
    is_title,
    is_word,
    likely_name,
    may_be_a_name,
    may_be_somebody,
    name_tables,
    sounds_like_a_name,
    strange,
    unheard_of,
    unknown_name,
)
from analysis.naming import (
    ASKS_A_NUMBER,
    BEHAVES,
    CLASS_FOLLOWS,
    CLAUSE_END,
    IS_SOMEBODY,
    IS_TOLD_OFF,
    SAVED,
    VERY,
    capital_initials,
    initials,
    is_elder,
    is_friend,
    is_honorific,
    is_old_kin,
    is_title_in_two,
    is_uncle,
    may_be_a_title,
    may_be_spelt_out,
    spelt_out,
)
from analysis.persons import is_company
from analysis.sentences import (
    WORD,
    Reading,
    Token,
    honours_a_place,
    is_doubled,
    names_a_place,
    tokens_of,
)
from analysis.words import lexicon

_ROW = (",", "/", "&", "+")
_JOINED = ("dan", "karo", "sama", "ambek", "mbek", "lan", "ambi", "atau", "n")
_WITH = ("karo", "ambek", "mbek", "ambi", "ambe")
_TOGETHER = re.compile(
    r"(?:di[a-z]{3,}\w*|aku|saya|aq|dolan|dolanan|main|gelut|tukaran|geger|satru|pacaran|mabar|boncengan|k[ao]nc[ao]\w*)\Z"
)
_LINKS = ("az", "al", "el", "ar", "as", "an", "bin", "binti", "ibn", "de", "van", "nur", "ul")
_LEADING = ("i", "ni", "m", "moh", "muh", "h", "hj", "siti", "st", "drs", "dra")
_LONGEST_NAME = 4  # words; longer full names are rare and the next words are the sentence
_PASSIVE = re.compile(r"^di[a-z]{3,}$")
_MARKERS = frozenset(
    {"name", "perkenalkan", "kenalin", "tertanda", "ttd", "hormat", "pengirim", "dipanggil"}
)
_NAMELIKE = ("nama", "nm", "jeneng", "asmo", "inisial", "berinisial")
_GLUED = re.compile(
    r"^(?:namaku|jenengku|namanya|jenenge|temanku|temenku|kancaku|pak|bu|mbak|mas|kak|bang|cak|dek|ustadz?|om|tante)(?=[a-z]{4})"
)


def find_names(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Spans of ``folded`` that name a person.

    ``folded`` is ``text`` in lower case; ``positions`` leads each of its characters back.
    """
    if not _worth_reading(folded, text):
        return
    tokens, named = tokens_of(folded, text, positions), set[int]()
    may_open = [place for place, token in enumerate(tokens) if _may_open_a_name(token)]
    reading = Reading.of(folded, tokens if may_open else ())
    for place in may_open:
        if place in named or not _opens_a_name(reading, place):
            continue
        first, last = _first(tokens, place, named), _last(reading, place)
        # One word on: "denny caknan", where only the first is a name.
        known = [token.word for token in tokens[max(0, first - 1) : last + 2]]
        own = tokens[place].start in reading.told
        if own or not in_office(known):
            named.update(range(first, last + 1))
            yield tokens[first].start, tokens[last].end
    yield from spelt_out(folded)
    yield from capital_initials(folded, text, positions)
    if named:
        for place in _beside_a_name(tokens, named):
            named.add(place)
            yield tokens[place].start, tokens[place].end
        for place in _in_a_row(reading, named):
            yield tokens[place].start, tokens[place].end
    yield from _glued(tokens, named)
    yield from initials(folded)


@lru_cache(maxsize=REMEMBERED)
def _announces(word: str) -> bool:
    """May a name in small letters follow this word, or stand in it?"""
    if word in _MARKERS or word.startswith(_NAMELIKE) or is_honorific([word]):
        return True
    if word in name_tables().clipped:
        return True
    if is_title(word) or is_only_a_name(word) or _GLUED.match(word) is not None:
        return True
    return is_listed(word) or strange(word)


def _worth_reading(folded: str, text: str) -> bool:
    """False for most comments, in microseconds: no name and no word that calls for one."""
    if text[1:] != text[1:].lower():  # a capital inside, or all are
        return True
    if may_be_spelt_out(folded):
        return True
    words = WORD.findall(folded)
    if text[:1].isupper() and words and (is_listed(words[0]) or not is_common(words[0])):
        return True
    return any(map(_announces, words))


def _may_open_a_name(token: Token) -> bool:
    """False for most words, at once: in small letters no common word opens a name."""
    return token.capital or may_be_a_name(token.word)


def _opens_a_name(reading: Reading, place: int) -> bool:
    known, token = name_tables(), reading.tokens[place]
    word = token.word
    announced = token.joined or place in reading.persons
    announced = announced or token.start in reading.announced
    if not (token.capital or announced or is_listed(word)):
        return False
    if word in known.roles or (is_title(word) and not is_listed(word)):
        return False
    if not token.capital and is_doubled(reading.tokens, place):
        return False
    if _clipped(reading, place):
        return True
    titled = _after_a_title(reading.tokens, place)
    if len(word) < SHORTEST_NAME:
        # "mbah Jo", but not "bu BK".
        return titled and len(word) > 1 and _written_as_a_name(token)
    # "mas Panji" is a person, "pak camat Pesantren" one in office.
    person = place in reading.persons and is_only_a_name(word)  # "didorong chelsea"
    if word in known.place_names and not person and not (
        titled and token.capital and _bears_a_title(reading, place)
    ):  # fmt: skip
        return False
    if not titled and names_a_place(reading.tokens, place):
        return False
    if titled or token.start in reading.introduced:
        if word in known.plain_words and not token.capital:  # "pak kasih lampu dong"
            return False
        return is_listed(word) or strange(word) or _written_as_a_name(token)
    return _named_in_passing(reading, place)


def _after_a_title(tokens: Sequence[Token], place: int) -> bool:
    """pak X, pak guru X, bu hj X; in "pak tentara gagah" the third word is no name."""
    if not tokens[place].joined or place == 0:
        return False
    before = tokens[place - 1]
    if is_title_in_two(_joined_before(tokens, place)):
        return True
    if is_title(before.word):
        street = place > 1 and before.joined and tokens[place - 2].word in name_tables().places
        return not street and not honours_a_place(tokens, place)  # jalan PK Bangsa
    role = before.word in name_tables().roles and before.word not in lexicon().stop
    sure = tokens[place].capital or is_listed(tokens[place].word)
    return place > 1 and before.joined and role and sure and is_title(tokens[place - 2].word)


def _joined_before(tokens: Sequence[Token], place: int) -> list[str]:
    """The word or two before this one, as far as only spaces part them."""
    two = place > 1 and tokens[place - 1].joined
    return [token.word for token in tokens[place - (2 if two else 1) : place]]


def _clipped(reading: Reading, place: int) -> bool:
    """ "pakde no", "lek min", but "lek no" is "if at" and "cak no hp ne" asks for a number."""
    token, known = reading.tokens[place], name_tables()
    sure, perhaps = token.word in known.clipped, token.word in known.clipped_words
    if place == 0 or not token.joined or not (sure or perhaps):
        return False
    if ASKS_A_NUMBER.match(reading.folded, token.end):
        return False
    before = _joined_before(reading.tokens, place)
    if is_honorific(before) or (sure and is_uncle(before[-1])):
        return True
    return is_title(before[-1]) and (sure or BEHAVES.match(reading.folded, token.end) is not None)


def _bears_a_title(reading: Reading, place: int) -> bool:
    return place > 0 and is_title(reading.tokens[place - 1].word)


def _named_in_passing(reading: Reading, place: int) -> bool:
    """A name that no title and no introduction announces."""
    token = reading.tokens[place]
    if is_only_a_name(token.word) and (token.capital or len(token.word) >= SHORTEST_ALONE):
        return True
    if token.shouted and _shouted_in_full(reading, place):
        return True
    capital = token.capital and not token.shouted
    if capital and sounds_like_a_name(token.word):
        return True
    if _told_in_small_letters(reading, place):
        return True
    before = reading.tokens[place - 1].word if token.joined else ""
    if before and is_close(before) and _written_as_a_name(token):
        return True
    expected = (
        is_kin(before)
        or before.endswith("nya")
        or _PASSIVE.match(before) is not None
        or token.start in reading.spoken_of
    )
    if expected:
        if not capital:
            return is_only_a_name(token.word)
        return is_listed(token.word) or unheard_of(token.word)
    if CLASS_FOLLOWS.match(reading.folded, token.end):
        return (capital and (is_listed(token.word) or strange(token.word))) or is_only_a_name(
            token.word
        )
    if capital and IS_TOLD_OFF.match(reading.folded, token.end):
        return is_listed(token.word) or strange(token.word)
    behaves = BEHAVES.match(reading.folded, token.end) is not None
    return capital and behaves and strange(token.word)


def _told_in_small_letters(reading: Reading, place: int) -> bool:
    """Who is told of has a name that no table of words knows, or that is hardly a word."""
    token = reading.tokens[place]
    unknown = unknown_name(token.word)
    listed = likely_name(token.word) and not _is_saved(reading, token)
    if token.start in reading.called or token.start in reading.likely:
        return unknown or listed or _called_by(reading, place)
    if token.start in reading.nicknamed and strange(token.word):
        return True
    if place in reading.persons and may_be_somebody(token.word):
        return True
    if place in reading.perhaps and listed and not is_kin(token.word):
        return True
    if _together_with(reading, place):
        return True
    if place in reading.named_last and _ends_a_clause(reading, place) and listed:
        return True
    if IS_SOMEBODY.match(reading.folded, token.end):
        return unknown or (is_listed(token.word) and token.word not in name_tables().plain_words)
    if not token.joined:
        return listed and place == 0 and BEHAVES.match(reading.folded, token.end) is not None
    before = reading.tokens[place - 1]
    if is_company(before.word) and is_nobody_known(token.word):
        return True
    if before.word == "si" and _called_by(reading, place):
        return True
    if is_old_kin(before.word) and is_nobody_known(token.word):
        return True
    if is_friend(before.word) or is_elder(before.word):
        return unknown or listed
    nicknamed = place > 1 and before.joined and reading.tokens[place - 2].word == "si"
    return listed and (may_be_a_title(before.word) or nicknamed)


def _together_with(reading: Reading, place: int) -> bool:
    """ "dolan karo ayu" at the end: there no description can stand."""
    tokens, word = reading.tokens, reading.tokens[place].word
    if place < 2 or not (tokens[place].joined and tokens[place - 1].joined):
        return False
    together = tokens[place - 1].word in _WITH and _TOGETHER.match(tokens[place - 2].word)
    return (
        bool(together) and is_listed(word) and not is_kin(word) and _ends_a_clause(reading, place)
    )


def _ends_a_clause(reading: Reading, place: int) -> bool:
    return CLAUSE_END.match(reading.folded, reading.tokens[place].end) is not None


def _is_saved(reading: Reading, token: Token) -> bool:
    return token.word == "slamet" and SAVED.match(reading.folded, token.end) is not None


def _shouted_in_full(reading: Reading, place: int) -> bool:
    """ "DEWI LESTARI suka bohong": two names in a row are no abbreviation."""
    pair = reading.tokens[place : place + 2]
    together = len(pair) == 2 and pair[1].joined and pair[1].shouted
    return together and all(likely_name(token.word) for token in pair)


def _called_by(reading: Reading, place: int) -> bool:
    """ "namanya bagus dia nakal", but not "namanya bagus banget"."""
    token = reading.tokens[place]
    if not is_listed(token.word) or token.word in name_tables().plain_words:
        return False
    return VERY.match(reading.folded, token.end) is None


def _written_as_a_name(token: Token) -> bool:
    """Capital where nothing but a name asks for it: "mbak Bunga", "temanku Cahaya"."""
    known, word = name_tables(), token.word
    unlikely = word in lexicon().stop or word in known.plain_words or is_kin(word)
    return token.capital and not token.shouted and not unlikely and word not in known.places


def _first(tokens: Sequence[Token], place: int, named: set[int]) -> int:
    """Back over the words of the name before the one that gave it away: "I Made", "Shakila Az"."""
    first = place
    while first > 0 and tokens[first].joined and first - 1 not in named:
        before = tokens[first - 1]
        unknown = strange(before.word) and before.word not in name_tables().place_names
        unknown = unknown or is_listed(before.word)
        part = before.word in (*_LINKS, *_LEADING) or (unknown and not is_title(before.word))
        both = before.capital and tokens[place].capital and part
        shouted = (
            before.shouted and unknown and not (tokens[place].shouted and is_listed(before.word))
        )
        if not (both and not shouted) and not _goes_before(before):
            break
        first -= 1
    return first


def _goes_before(token: Token) -> bool:
    """ "siti aminah": the first half is hardly ever a word, whatever its letters."""
    return likely_name(token.word) and token.word not in name_tables().place_names


def _last(reading: Reading, place: int) -> int:
    tokens, last = reading.tokens, place
    told = tokens[place].start in reading.told
    while last + 1 < len(tokens) and last - place + 1 < _LONGEST_NAME:
        linked = (
            last + 2 < len(tokens)
            and tokens[last + 1].joined
            and tokens[last + 2].joined
            and tokens[last + 1].word in _LINKS
            and tokens[last + 2].capital
            and _goes_on(tokens[last + 2])
        )
        if linked:
            last += 2
        elif tokens[last + 1].joined and (
            _goes_on(tokens[last + 1])
            or (told and _goes_on_in_small_letters(tokens, place, last + 1))
        ):
            last += 1
        else:
            break
    return last


def _goes_on(token: Token) -> bool:
    """Does a name go on with this word?"""
    known = name_tables()
    if token.word in known.roles or len(token.word) < 2 or token.word in known.place_names:
        return False
    if is_listed(token.word):
        return token.capital or not is_word(token.word)
    return token.capital and strange(token.word)


def _goes_on_in_small_letters(tokens: Sequence[Token], first: int, place: int) -> bool:
    """ "namaku sinta dewi", "raka putra pratama": a word that is a name, or leads to one."""
    token = tokens[place]
    if not is_listed(token.word) or token.word in name_tables().plain_words:
        return False
    if place - first > 1:  # "muhammad rizal ramadhan": two names already, so the whole one
        return True
    follows = place + 1 < len(tokens) and tokens[place + 1].joined
    return likely_name(token.word) or (follows and likely_name(tokens[place + 1].word))


def _beside_a_name(tokens: Sequence[Token], named: set[int]) -> Iterator[int]:
    """ "Nadhifa karo [nama]": the other half of the pair is a name too."""
    for middle in range(1, len(tokens) - 1):
        if tokens[middle].word not in _JOINED:
            continue
        for here, other in ((middle - 1, middle + 1), (middle + 1, middle - 1)):
            if other in named and here not in named and _is_one_of_two(tokens[here]):
                yield here


def _in_a_row(reading: Reading, named: set[int]) -> Iterator[int]:
    """ "sama Reyhan, Azka dan Kenzo": one name in a row, and its capital neighbours are."""
    tokens = reading.tokens
    gaps = [reading.folded[here.end : after.start].strip() for here, after in pairwise(tokens)]
    onwards = [(place, place - 1, place - 1) for place in range(1, len(tokens))]
    backwards = [(place - 1, place, place - 1) for place in range(len(tokens) - 1, 0, -1)]
    for place, beside, gap in (*onwards, *backwards):
        if place in named or gaps[gap] not in _ROW or beside not in named:
            continue
        if _capital_in_a_row(tokens[place]) or _is_one_of_two(tokens[place]):
            named.add(place)
            yield place


def _capital_in_a_row(token: Token) -> bool:
    known = token.word in name_tables().place_names or is_title(token.word) or is_kin(token.word)
    capital = token.capital and not token.shouted and not known
    return capital and (is_listed(token.word) or strange(token.word))


def _is_one_of_two(token: Token) -> bool:
    known = name_tables()
    if token.word in known.place_names or is_title(token.word) or is_kin(token.word):
        return False
    named = is_listed(token.word) and token.word not in known.plain_words
    return named or token.word in known.clipped or unknown_name(token.word)


def _glued(tokens: Sequence[Token], named: set[int]) -> Iterator[tuple[int, int]]:
    """pakbudi, burini: the space was forgotten."""
    for place, token in enumerate(tokens):
        title = _GLUED.match(token.word)
        if title is None or place in named or is_word(token.word):
            continue
        if is_listed(token.word[title.end() :]):
            yield token.start + title.end(), token.end
