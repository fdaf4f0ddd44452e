"""Finds where a child lives and learns: house, street, RT and RW; class and school together."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from analysis.comments import MaskKind
from analysis.name_words import is_common, likely_name, name_tables
from analysis.spotting import (
    A_DIGIT,
    NUMBER_WORD,
    WHOLE_NUMBER,
    WORD,
    Finder,
    only_when,
    pattern_finder,
)
from analysis.words import lexicon

_SCHOOL_KIND = (
    r"(?:(?:sd|smp|sma|smk|mts)(?:n|s|it|k|lb|al)?|min?s?|man?s?|tk|ra|paud|slb"
    r"|sekolah dasar|madrasah|pondok|ponpes)"
)
_SCHOOL_WORD = r"(?!(?:kelas|kls|klas|di|yang|yg|dan|itu|ini|aku|saya|ku|jurusan)\b)[a-z][a-z']+"
_NUMBERED = (
    rf"(?:\s{_SCHOOL_WORD}){{0,3}}?(?:\s?\d{{1,3}}(?![\d:])"
    rf"|\s{NUMBER_WORD}\b(?!\s(?:kali|tahun|taun|hari|minggu|bulan|jam|orang|anak)))"
)
_LEVEL = rf"(?:\d{{1,2}}|{NUMBER_WORD}\b(?:\sbelas)?|xi{{0,2}}|vi{{0,3}}|iv|ix|iii?|i)(?![\d:])"
_STREAM = (
    r"(?:[a-k]\b|(?:ipa|ips|mipa|tkj|rpl|akl?|otkp|dkv|tkr|tbsm|tsm|tb|mm|titl|agama|otomotif|bahasa"
    r"|multimedia|perhotelan|farmasi|keperawatan|akuntansi|tata\s(?:boga|busana))\b)"
)
_CLASS = (
    rf"(?:\b(?:kelas|kls|klas|kelase)(?:ku|\sku)?\s?{_LEVEL}(?:[\s-]?{_STREAM}|\s(?:be|ce|ef)\b)?"
    r"(?:[\s-]?\d\b)?"
    r"|\bkelompok\s[ab]\s?\d?\b"
    rf"|\b(?:(?:1[0-2]|[1-9])[\s-]?|(?:xi{{0,2}}|vii{{1,2}}|ix)[\s-]){_STREAM}(?:[\s-]?\d\b)?)"
)
_CITY = r"(?:\s(?:kota\s)?kediri)?"
_CLASS_THEN_SCHOOL = re.compile(
    rf"{_CLASS}(?:\s?[,-]?\s?(?:di|nang|ndek|neng|ing|dari|teko|anak|siswa|sekolah|jurusan)){{0,2}}"
    rf"\s?,?-?\s?\b(?P<school>{_SCHOOL_KIND})\b(?P<numbered>{_NUMBERED})?"
)
_SCHOOL_THEN_CLASS = re.compile(
    rf"\b(?P<school>{_SCHOOL_KIND})\b(?:{_NUMBERED}|(?P<called>(?:\s{_SCHOOL_WORD}){{1,3}}?)){_CITY}"
    rf"(?:\s?[,(-]?\s?(?:jurusan\s[a-z]+|aku|saya|anak))?\s?[,(-]?\s?{_CLASS}"
)
_SCHOOL_ALONE = re.compile(rf"\b{_SCHOOL_KIND}{_NUMBERED}")
# A school and what only one or two of its children are: together they point at somebody.
_ONE_OF_A_KIND = re.compile(
    r"\b(?:ketua (?:osis|kelas|pramuka|pmr)|ketos|waketos|juara|kursi roda|satu2nya"
    r"|satu\s?-?\s?satunya|kembar|anake?(?:nya)? (?:kepala|kepsek|guru)|anak pindahan"
    r"|pindahan dari|atlet|hamil)\b"
)
_NUMBER_OF_HOUSE = r"\d{1,4}(?:\s?[a-z]\b)?(?:\s?/\s?\d{1,3})?\b"
_STREET = (
    r"(?:jalan|jln|jl|gang|gg|lorong|dusun|dsn|perum(?:ahan)?|griya|lingkungan|link|komplek"
    r"|asrama|apartemen|rusun(?:awa)?|villa|cluster)"
)
_BLOCK = r"(?:blok\s?[a-z]{1,2}\s?[-/.]?\s?\d{0,3}\b(?:\s?/\s?\d{1,3}\b)?)"
_HOUSE = (
    rf"(?:(?:no(?:mor|mer)?\b\.?|nomer|kamar|petak)\s?(?:{_NUMBER_OF_HOUSE}|{WHOLE_NUMBER}\b)"
    rf"|{_BLOCK}(?:,?\s?(?:no(?:mor|mer)?\b\.?|nomer)\s?{_NUMBER_OF_HOUSE})?"
    r"|\b(?!jm)[a-z]{1,2}\s?[-/.]?\s?\d{1,4}\b)"
)
_RT_NUMBER = rf"(?:\d{{1,3}}\b|(?:(?:nol|kosong)\s)?{NUMBER_WORD}\b)"
_RT = rf"r\.?t\.?\s?{_RT_NUMBER}(?:\s?[,/.-]?\s?r\.?w\.?\s?{_RT_NUMBER})?"
_RT_RW = rf"r\.?t\.?\s?{_RT_NUMBER}\s?[,/.-]?\s?(?:dan\s)?r\.?w\.?\s?{_RT_NUMBER}"
_STREET_AND_HOUSE = re.compile(
    rf"\b{_STREET}(?:\.\s?|\s)(?:[\w']+\.?,?\s){{0,5}}?{_HOUSE}(?:,?\s(?:{_HOUSE}))*(?:,?\s{_RT})?"
    rf"(?:\s?[,/.-]?\s?\br\.?w\.?\s?{_RT_NUMBER})?"
)
_BLOCK_AND_HOUSE = re.compile(
    rf"\bblok\s?[a-z]{{1,2}}\s?[-/.]?\s?\d{{1,3}}\b(?:[\s,/]*(?:no(?:mor|mer)?\b\.?|nomer)?\s?{_NUMBER_OF_HOUSE})?"
)
_LODGING = re.compile(
    r"\b(?:kos(?:t|an)?|kontrakan|asrama|pondok|rusun(?:awa)?)\s(?:[\w']+\s){0,3}(?:kamar|petak)\s(?:no(?:mor|mer)?\.?\s?)?\d{1,3}\s?[a-d]?\b"
    r"(?:\s(?:gang|gg|jalan|jl)\.?\s[a-z']+)?"
)
_HOUSE_AND_RT = re.compile(rf"\b{_HOUSE},?\s{_RT}\b")
_PLACE_AND_RT = re.compile(rf"\b(?:(?:{_STREET})\.?\s[\w']+(?:\s[\w']+)?,?\s)?{_RT_RW}")
_HAMLET_AND_RT = re.compile(rf"\b(?:dusun|dsn|lingkungan|link)\.?\s[a-z']+(?:\s[a-z']+)?,?\s{_RT}")
_HOME_RT = re.compile(
    r"\b(?:rumah|omah|griya|tinggal|alamat|kos|kontrakan)\w*\s(?:[\w,.']+\s){0,6}?"
    rf"(?P<hit>(?:{_STREET}\.?\s[\w']+(?:\s[\w']+)?,?\s)?{_RT})\b"
)
_HOME_NUMBER = re.compile(
    r"\b(?:rumah|omah|alamat|tinggal|kos)\w*\s(?:[\w,.']+\s){0,4}?"
    rf"(?P<hit>(?:no(?:mor|mer)?\b\.?|nomer)\s?{_NUMBER_OF_HOUSE})"
)
_NUMBER_OF_HOME = re.compile(
    r"\b(?P<hit>(?:no(?:mor|mer)?\b\.?|nomer)\s?(?:rumah|omah)(?:ku|nya|e|\sku|\ssaya|\skami)?\s?:?\s?"
    rf"{_NUMBER_OF_HOUSE})"
)
_COLOUR = (
    r"(?:ijo|hijau|biru|merah|abang|kuning|putih|hitam|ireng|co?klat|ungu|pink|oren|oranye|abu"
    r"|krem)"
)
# "rumahku ... gang 3 cat ijo": one house of the street.
_LOOK_OF_HOME = re.compile(
    r"\b(?:rumah|omah|griya|tinggal|alamat)\w*\s(?:[\w,']+\s){0,6}?"
    r"(?P<hit>(?:gang|gg)\.?\s\d{1,2}\s?,?\s(?:rumah\s)?(?:cat|pagar|pager)(?:e|nya)?\s"
    rf"(?:warna\s)?{_COLOUR})\b"
)
# "omahku mburine musholla sing cat biru", "aku tinggal sebelah toko plastik sumber makmur".
_MY_HOME = (
    r"(?:(?:rumah|omah|griyo?|kos|kontrakan|kost)(?:ku|\sku|\ssaya|\saku|\skami|e\sdewe)"
    r"|(?:aku|saya|kami|keluargaku)\s(?:ting?gal|manggon|mukim|turu|tidur)"
    r"|turune|turuku|tinggalku|nggonku|alamatku)"
)
_BESIDE = (
    r"(?:sebelah|samping|mburi|belakang|depan|ngarep|cedh?ak|dekat|deket|pojok(?:an)?|seberang"
    r"|emperan|wetan|kulon|lor|kidul)(?:e|ne|nya)?"
)
_MARK = (
    r"(?:toko|warung|mush?ol+a|masjid|mesjid|langgar|konter|bengkel|indomaret|alfamart|laundry"
    r"|salon|kuburan|makam|pos|pabrik|gudang|pasar|gereja|balai|apotek|klinik)(?:e|ne|nya)?"
)
_TOLD_OF_IT = (
    r"(?:jadi|dadi|dan|lan|tapi|tp|terus|trus|kalau|kalo|nek|lek|yang|yg|soale|banjir|rame|ramai|bau"
    r"|bising|peteng|gelap|rusak|pak|bu|karena|mergo|kok|gak|ga|tidak|ora|sering|selalu|banyak|akeh"
    r"|itu|iku)"
)
_LANDMARK = re.compile(
    rf"\b{_MY_HOME}\s(?:(?:di|nang|nde|ndek|neng|ning|ing|iku|ki|itu|pas|persis)\s){{0,2}}"
    rf"(?P<hit>{_BESIDE}\s{_MARK}(?:\s(?!{_TOLD_OF_IT}\b)[a-z']+){{2,8}})"
)
_HOME = re.compile(r"\b(?:rumah|omah|griyo|alamat|tinggal|kos|nggon|panggonan|mukim|daleme)")
# "Gang Srikandi Wetan 5": a number right after a street's name is a house, unless it counts.
_STREET_AND_NUMBER = re.compile(
    r"\b(?P<street>jalan|jln|jl|gang|gg)(?:\.\s?|\s)(?P<name>(?!kaki\b|pulang\b)[a-z']+\.?(?:\s[a-z']+\.?){0,3})\s"
    r"(?:(?:gang|gg)\.?\s\w{1,4}\s)?(?P<number>\d{1,3}(?:\s?[a-d]\b)?(?:/\d{1,3})?)\b"
    r"(?!\s?(?:x|km|m|meter|menit|jam|hari|minggu|bulan|bln|kilo|tahun|thn|taun|kali|orang|anak|persen"
    r"|%|ribu|rb|juta|lubang|titik|lampu|motor|mobil|kelas))"
)
_CLAUSE_END = re.compile(r"\s?(?:(?:kota\s)?kediri\b|[.,;!?)]|\Z)")
_SOMEBODYS = re.compile(r"\b(?:omah|rumah|griya|alamat|punya|duwe|nggone|pak|bu|bapak|ibu)\w*\b")
_DOUBTFUL_SCHOOLS = frozenset({"mi", "ma", "min", "man", "mis", "mas", "ra", "mins", "mans"})
_SCHOOL_NAMES_WRITTEN = (
    "al ar as an nurul islam islamiyah negeri swasta plus kristen katolik muhammadiyah cahaya "
    "ilmu harapan bangsa tunas bintang pelita santa santo mulia bunda hati kudus darul maarif "
    "terpadu taman siswa pgri budi utomo luhur pawyatan daha"
)
_SCHOOL_NAMES = frozenset(_SCHOOL_NAMES_WRITTEN.split())
# After these "mi" and "ma" are schools in small letters, too: "kelas 6 mi al azhar".
_SCHOOL_OPENINGS_WRITTEN = "al ar as an nurul darul miftahul hidayatul bustanul plus"
_SCHOOL_OPENINGS = frozenset(_SCHOOL_OPENINGS_WRITTEN.split())
_AFTER_SCHOOL = re.compile(r"\s*(\d|[a-z']+)")
_LETTERED = re.compile(rf"(?:\d|\b[xvi]+)[\s-]?{_STREAM}(?:\s?\d)?[\s,]+(?:di\s)?[a-z]+\Z")
_AFFIXED = re.compile(r"^(?:di|me[mn]|ng|ny)[a-z]{4}|(?:nya|ku|kan)\Z")
_NEXT_WORD = re.compile(r"\s(?P<word>[a-z']+)")
_SIDES = frozenset(
    {"wetan", "kulon", "lor", "kidul", "barat", "timur", "utara", "selatan", "raya", "tengah"}
)


def _houses(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    for match in _STREET_AND_NUMBER.finditer(folded):
        lettered = not match["number"].isdigit()
        around = max(0, match.start() - 30), match.end() + 30
        at_home = _HOME.search(folded, *around) is not None
        short = len(_bare_street(match["name"])) <= 2
        whose = _SOMEBODYS.search(folded, *around) and _CLAUSE_END.match(folded, match.end())
        at_home = at_home or whose is not None
        # "gang melati 3 banjir" is an alley, "jl melati 3" a house.
        last = _CLAUSE_END.match(folded, match.end()) is not None
        named = _is_street_name(match, text, positions, known=last)
        if ((lettered or at_home) and short) or named:
            yield match.span()


def _bare_street(name: str) -> list[str]:
    """The street's name without what it honours its man by: "kh wachid hasyim"."""
    return [word for word in WORD.findall(name) if word not in name_tables().honours]


def _is_street_name(
    match: re.Match[str], text: str, positions: Sequence[int], *, known: bool
) -> bool:
    """ "Yos Sudarso", "kh ahmad dahlan", "mawar" are streets, "lampunya mati" is none.

    Capital, or no word of the languages, or, if ``known``, what streets are named after.
    """
    unnamed = _SIDES | name_tables().honours
    names = [word for word in WORD.finditer(match["name"]) if word.group() not in unnamed]
    places = [positions[match.start("name") + word.start()] for word in names]
    return all(
        text[place].isupper()
        or not is_common(word.group())
        or (known and _names_streets(word.group()))
        for place, word in zip(places, names, strict=True)
    )


def _names_streets(word: str) -> bool:
    known = name_tables()
    return word in known.street_names or word in known.place_names or likely_name(word)


def _classes(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    for match in _SCHOOL_THEN_CLASS.finditer(folded):
        if _is_school(match, text, positions) and _is_called(match, text, positions):
            yield match.span()
    for match in _CLASS_THEN_SCHOOL.finditer(folded):
        end = (
            match.end()
            if match["numbered"]
            else _end_of_school(match.end(), folded, text, positions)
        )
        if end > match.end("school") and _is_school(match, text, positions):
            yield match.start(), end
    if _ONE_OF_A_KIND.search(folded):
        for match in _SCHOOL_ALONE.finditer(folded):
            yield match.span()


def _is_school(match: re.Match[str], text: str, positions: Sequence[int]) -> bool:
    """MI, MA, RA and MIN are schools; "mi", "ma", "ra" and "min" mostly other words."""
    if match["school"] not in _DOUBTFUL_SCHOOLS:
        return True
    start, end = match.span("school")
    follows = _AFTER_SCHOOL.match(match.string, end)
    if follows and (follows[1].isdigit() or _opens_a_school(follows[1])):
        return True
    return text[positions[start] : positions[end - 1] + 1].isupper()


def _is_called(match: re.Match[str], text: str, positions: Sequence[int]) -> bool:
    """False for "depan sd jual ketengan, anak kelas 4": words, not the name of a school."""
    called = match["called"] or ""
    words = WORD.findall(called)
    apart = "," in match.string[match.end("called") : match.end()] if called else False
    told = bool(words) and (words[0] in lexicon().stop or _AFFIXED.search(words[0]) is not None)
    if not (apart or told):
        return True
    first = WORD.search(match["called"] or "")
    if first is None:
        return True
    word, place = first.group(), positions[match.start("called") + first.start()]
    named = word in _SCHOOL_NAMES or _names_streets(word) or not is_common(word)
    return named or (text[place].isupper() and not text.isupper())


def _end_of_school(end: int, folded: str, text: str, positions: Sequence[int]) -> int:
    """The school's name goes on while its words are capital or no words of the language."""
    # "7f smp taruna": a class with a letter leaves few; the word after the school is its name.
    opened = _LETTERED.search(folded, max(0, end - 14), end) is not None
    for match in islice(_NEXT_WORD.finditer(folded, end), 3):
        word = match["word"]
        capital = text[positions[match.start("word")]].isupper() and not text.isupper()
        lettered = opened and word not in lexicon().stop and not _AFFIXED.search(word)
        named = lettered or capital or word in _SCHOOL_NAMES or not is_common(word)
        if match.start() != end or not named:
            break
        end, opened = match.end(), _opens_a_school(word) or (opened and not is_common(word))
    return end


def _opens_a_school(word: str) -> bool:
    """ "al azhar", "sabilul huda": the name goes on."""
    return word in _SCHOOL_OPENINGS or (word.endswith("ul") and not is_common(word))


_AN_RT = re.compile(r"\br\.?t\.?\s?[\dnksdtelpw]").search
_A_NUMBER = re.compile(r"\d|\bno(?:mor|mer)?\b").search
_A_MARK = re.compile(
    r"sebelah|samping|mburi|belakang|depan|ngarep|ce[dh]+ak|dek[ae]t|pojok|seberang|emper|wetan"
    r"|kulon|lor|kidul"
).search
_A_SCHOOL = re.compile(rf"\b{_SCHOOL_KIND}\b").search


HOME_FINDERS: tuple[tuple[MaskKind, Finder], ...] = (
    (MaskKind.CLASS, only_when(_A_SCHOOL, _classes)),
    (MaskKind.ADDRESS, only_when(_A_NUMBER, pattern_finder(_STREET_AND_HOUSE, _LODGING))),
    (MaskKind.ADDRESS, only_when(_A_MARK, pattern_finder(_LANDMARK))),
    (MaskKind.ADDRESS, only_when(A_DIGIT, _houses)),
    (
        MaskKind.ADDRESS,
        only_when(_AN_RT, pattern_finder(_HOUSE_AND_RT, _PLACE_AND_RT, _HAMLET_AND_RT, _HOME_RT)),
    ),
    (
        MaskKind.ADDRESS,
        only_when(
            A_DIGIT, pattern_finder(_BLOCK_AND_HOUSE, _HOME_NUMBER, _NUMBER_OF_HOME, _LOOK_OF_HOME)
        ),
    ),
)
