"""Finds what leads to a person from afar: numbers, e-mail, accounts, links and plates."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

from analysis.comments import MaskKind
from analysis.name_words import in_office, is_common, is_listed, likely_name, strange
from analysis.rights import help_lines
from analysis.spotting import (
    A_DIGIT,
    DIGIT_WORD,
    DIGIT_WORDS,
    WORD,
    Finder,
    only_when,
    pattern_finder,
)
from analysis.words import is_known, lexicon

_DOMAIN_END = r"(?:com|co|id|net|org|me|ly|gg|sch|ac|go|tv|be|ee|link|page|xyz|site|app)"
_AT = r"(?:@|\s?[(\[{]\s?(?:at|et)\s?[)\]}]\s?)"
_DOT = r"(?:\s?(?:[.,]|\bdot\b|\btitik\b|[(\[{]\s?(?:dot|titik)\s?[)\]}])\s?)"
_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]+{_AT}[\w-]+(?:(?:\.[\w-]+)+|(?:{_DOT}{_DOMAIN_END}\b)+)"
    rf"|(?<![\w.+-])[\w.+-]+\s?(?:@|\sat\s|\set\s)\s?[\w-]+(?:{_DOT}{_DOMAIN_END}\b)+"
    r"|(?<![\w.+-])[\w.+-]+\s?@\s?(?:gmail|yahoo|ymail|hotmail|outlook|icloud)\b"
    r"|(?<![\w.+-])[\w.+-]+\s(?:gmail|yahoo|ymail|hotmail|outlook|icloud)\s?\.?\s?(?:com|co\sid)\b"
)
_SPOKEN_BEFORE = re.compile(r"(?P<word>[a-z0-9_]+)\s\Z")  # "raka dot adi" at ...
_SPOKEN_SIGNS = frozenset({"dot", "titik", "underscore", "strip"})
_LINK = re.compile(
    r"(?:https?\s?:\s?//|www\.)\s?\S+"
    rf"|(?<![\w.-])[\w-]+(?:\.[\w-]+){{0,5}}\.{_DOMAIN_END}(?:/\S*|\b(?![\w.]))(?<![.,])"
)
# "saweria . co / raka07", "instagram dot com garis miring raka07", "toko.contoh/raka07".
_SPOKEN_LINK = re.compile(
    rf"(?<![\w.-])[a-z][\w-]+(?:{_DOT}{_DOMAIN_END})+\s?(?:/|\b(?:garis )?miring\b|\bslash\b)"
    r"\s?[\w./-]+"
    r"|(?<![\w.-])[a-z][\w-]+(?:\.[a-z]{2,})+/(?=\S*[\d_])\S+(?<![.,])"
)
# What hardly anything but an account looks like: "bocah_kdr07", "kucing#0012", "#2PQ8L",
# "raka garis bawah satu", letters with ornaments.
_ACCOUNT_SHAPE = re.compile(
    r"(?<![\w#@])(?=\w*\d)[a-z]\w*_\w*\w|(?<![\w#@])[a-z]\w+_\w*[a-z]\w*(?=\W|\Z)(?<!_)"
    r"|(?<!\w)[\w.]{3,}#\d{3,5}\b|(?<!\w)#(?=[a-z]*\d)(?=\d*[a-z])(?![a-z]{4})[a-z0-9]{5,10}\b"
    r"|(?<!\w)[\w.]+\s(?:garis bawah|under\s?score|underskor)\s"
    rf"(?:{DIGIT_WORD}|[a-z0-9]+)(?:\s{DIGIT_WORD}\b)*"
    r"|\S*[\ua9c1\ua9c2]\S*|(?<!\w)\w+[°•×★☆乂亗ツ][\w°•×★☆乂亗ツ]+"
)
# "creeperjowo0042": letters that are no word, and a number.
_NUMBERED_WORD = re.compile(r"(?<![\w@#.])(?P<word>[a-z]{6,})\d{2,6}(?![\w.])")
# "@15rb" is the price of one; "@a_b@c_d" are two in one go, for they may be hundreds.
_HANDLE = re.compile(
    r"(?<!\w)(?:@\s?(?!\d+\s?(?:rb|ribu|k|jt|juta|jam|buah|biji)?\b)[a-z0-9_][\w.]{1,40}(?:#\d{3,5})?)+"
)
_GAME = (
    r"(?:ml|ff|epep|game|roblox|pubg|line|codm?|valo(?:rant)?|genshin|minecraft|mlbb|aov|bs|sg|coc|rblx|mc|mobel|epep"
    r"|stumble(?:\sguys)?|free\s?fire|mobile\slegends?|brawl\sstars?|clash\sof\sclans|efootball"
    r"|blox\sfruits?|among\sus)"
)
_PLATFORM = (
    r"(?:ig|instagram|insta|tik\s?tok|tt|fb|face\s?book|efbe|twitter|tele(?:gram)?|discord|dc|line"
    r"|roblox|snap(?:chat)?|steam|threads?|wattpad|pinterest|capcut|twitch|yt|you\s?tube|yutub|chann?el"
    r"|gmail|e-?mail|imel|surel"
    r"|akun|username|user(?:\s?id)?|usn|nick(?:name)?|ign|uid"
    rf"|(?:id|nick(?:name)?|username|akun|user|usn)\s{_GAME}|{_GAME}\sid|id|ml|ff)"
)
_MINE = r"(?:\s?(?:(?:ku|q|saya|aku|gue|gw|nya|ne|e|nama|namanya|adikku|id)\b|:|=))"
# A name with a digit, dot or underscore inside; "sing2" is a doubled word, not an account.
_ACCOUNT = re.compile(
    rf"\b{_PLATFORM}{_MINE}{{0,3}}\s?[:=]?\s+"
    r"(?P<hit>(?![a-z]+2(?:an|ne|e|nya)?\b)(?=\w*[\d_.#]\w)[a-z0-9_][\w.#]{2,40}"
    r"(?:\s?\(\d{3,6}\))?)"
)
# "fb Sinta Ayu Lestari": a name behind the place where everybody has one.
_NAMED_ACCOUNT = re.compile(
    r"\b(?:fb|face\s?book|efbe|ig|instagram|insta|tik\s?tok|tt|twitter|threads?|snap(?:chat)?|wattpad|yt"
    r"|you\s?tube|yutub|tele(?:gram)?)(?:nya|ne|e)?\s(?P<hit>[a-z']{3,}(?:\s[a-z']{2,}){0,3})"
)
_LONGEST_NAME = 4  # words
# "id ml raja petir 88": words with the number that tells them from others of the name.
_COUNTED = (
    r"(?:hari|dino|kali|bulan|tahun|thn|taun|minggu|jam|menit|x|rb|ribu|k|jt|juta|orang|anak|akun"
    r"|diamond|dm|skin|match|persen|%)"
)
_NICK_NUMBER = rf"\s\d{{1,4}}\b(?!\s?{_COUNTED}\b)"
_NICK = re.compile(
    rf"\b(?:id|nick(?:name)?|username|usn|user|ign)\s{_GAME}{_MINE}{{0,2}}\s"
    rf"(?P<hit>(?P<words>[a-z']+(?:\s[a-z']+){{0,2}}){_NICK_NUMBER})"
)
# "tiktokku jenenge si paling mumet 0042"
_CALLED_ACCOUNT = re.compile(
    rf"\b(?:ig|instagram|insta|tik\s?tok|tt|fb|discord|dc|akun|username|usn|roblox|rblx|steam|snap(?:chat)?)(?:\s?(?:ku|nya|ne|e))?"
    rf"\s(?:jenenge|jenengku|namanya|namaku|namane|nama)\s(?P<hit>(?:[a-z']+\s){{1,5}}\d{{2,6}})\b(?!\s?{_COUNTED}\b)"
)
_NO_NICK_WRITTEN = "level lvl rank umur usia kelas kena season harga top ilang hilang"
_NO_NICK = frozenset(_NO_NICK_WRITTEN.split())
# "naya gaming 77": what a page's name ends in.
_PAGE_END = re.compile(
    rf"(?:\s(?:gaming|gamers?|official|ofc|channel|vlogs?|kids|tv|yt|pro))*(?:{_NICK_NUMBER})?"
)
# "ig ku zahraaulia", "line id sasha": no digit inside, but whose it is was said.
_OWN_ACCOUNT = re.compile(
    rf"\b(?:{_PLATFORM}(?:{_MINE}\s?|\s?[:=]\s?){{1,3}}"
    rf"|(?:nick(?:name)?|username|usn) {_GAME}\s"
    rf"|(?:username|user|usn|akun|id)\s(?:{_PLATFORM})\s|(?:yt|you\s?tube|yutub)\schann?el\s)\s?"
    r"[\"'“‘]?(?P<hit>(?P<word>[a-z][a-z0-9_.]{3,40})(?:\s[a-z]+){0,3})"
)
# "passwordku rahasia123", "pin atm mama 123456".
_SECRET = re.compile(
    r"\b(?:pass?wor[dt]|sandi|pw|pin)(?:\s?(?:ku|saya|aku|nya|ne|e)\b)?"
    r"(?:\s(?:atm|hp|wifi|ig|ff|ml|akun|roblox|mama|ibu|ayah|bapak|ibuk|itu|iku|adalah)(?:ku|nya|ne|e)?\b){0,3}"
    r"\s?[:=]?\s(?P<hit>(?=\S*\d)[^\s\0]{4,40})"
)
# "@ rara cntk": the rest of an account that was written with spaces.
_HANDLE_APART = re.compile(r"@\s[a-z0-9_][\w.]*(?:\s(?P<more>[a-z0-9_.]{3,}))?")
_SEPARATOR = r"(?:[\s.\-/()_*,–·•|~]|\s(?:trus|terus|lalu|banjur|lanjut|sambung|spasi|strip)\s)"
# 8 digits and more name somebody: the shortest Kediri landline with area code has nine.
_DIGITS = re.compile(rf"(?<![\w])(?:\+\s?)?\(?[0-9oO](?:{_SEPARATOR}{{0,3}}[0-9oO]){{7,19}}(?!\w)")
# A mobile number with a slip: l or i for 1, s or b for 5 and 8, glued to a word.
_MOBILE = re.compile(
    rf"(?<![a-z0-9])(?:\+?\s?62|[0o]){_SEPARATOR}{{0,3}}8(?:{_SEPARATOR}{{0,3}}[0-9oli]){{7,11}}(?![0-9])"
)
_DIGIT_RUN = re.compile(r"\d{8,}")
_SPELLED = re.compile(
    rf"\b{DIGIT_WORD}(?:[\s,.-]+{DIGIT_WORD}){{7,19}}\b"
    rf"|\b(?:enol|nol|kosong|[0o])(?:[\s,.-]*(?:{DIGIT_WORD}|[0-9])){{8,19}}\b"
    rf"|\b(?:nol|kosong)(?:de)?(?:apan|lapan|wolu)(?:[\s,.-]*(?:{DIGIT_WORD}|[0-9])){{6,19}}\b"
)
_RECORD = re.compile(
    r"\b(?:nik|nisn?|nis|kk|npsn|nomor induk|no\.? induk|bpjs|kis|rekening|rek|norek|va|pin|uid"
    rf"|id {_GAME})(?:\s?(?:ku|saya|aku|nya|ne|e|bapak|ibu|siswa|anak))*\s?[:=]?\s*"
    r"(?P<hit>\d(?:[\s.\-]?\d){3,19}(?:\s?\(\d{3,6}\))?)(?!\w)"
)
# "nomerku ngarepe 0812": half a number is looked for where the other half stands.
_HALF_A_NUMBER = re.compile(
    r"\b(?:no(?:mor|mer)?|wa|hp|telp?(?:on)?)(?:ku|nya|ne|e|\sku|\swa|\shp)*\s(?:[a-z]+\s)?"
    r"(?:ngarepe?|depan(?:nya|e)?|awal(?:nya|e|ane)?|mburine?|belakang(?:nya|e)?|buntute|akhir(?:nya|e)?)\s(?P<hit>\d{3,8})\b"
)
_BIRTHDAY = re.compile(
    r"\b(?:lahir(?:ku|an)?|ttl|ultah(?:ku)?|ulang tahun(?:ku)?)\b[^\d\0]{0,25}?"
    r"(?P<hit>\d{1,2}[\s./-]{1,2}(?:\d{1,2}|[a-z]{3,9})[\s./-]{1,2}(?:19|20)?\d\d)\b"
)
_PLATE = re.compile(
    r"\bag[\s.-]?\d{2,4}[\s.-]?[a-z]{1,3}\b|\b(?P<region>(?!r[tw]\b)[a-z]{1,2})[\s.-]\d{1,4}[\s.-][a-z]{1,3}\b"
)
_PLATE_SPELLED = re.compile(rf"\bag(?:\s(?:{DIGIT_WORD}|\d)){{2,4}}\s[a-z](?:\s?[a-z]){{0,2}}\b")
_PLATE_SAID = re.compile(
    r"\b(?:plat|pelat|nopol|nomor polisi|motor|mobil|truk|sepeda motor)\w*(?:\s?nomor|\s?:)?\s"
    r"(?P<hit>[a-z]{1,2}[\s.-]?\d{2,4}[\s.-]?[a-z]{2,3})\b"
)
_NAMED_PAGE = re.compile(r"(?:akun\s)?(?:fb|face\s?book|yt|you\s?tube|yutub|chann?el)")
_VERB = re.compile(r"^(?:di|ke|ku|ng|ny|me|be?r)[a-z]{3,}")
# Shapes of eight digits and more that name nobody.
_HARMLESS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:19|20)\d\d(?:\s?[-/,.\s]\s?(?:19|20)\d\d){1,4}",  # 2024-2025
        r"(?:0?[1-9]|[12]\d|3[01])[\s./-](?:0?[1-9]|1[0-2])[\s./-](?:19|20)\d\d",  # 17-08-2026
        r"[1-9]\d{0,2}(?:[.,]\d{3})+(?:\s?[-,]\s?[1-9]\d{0,2}(?:[.,]\d{3})+)*",  # 1.000.000
        r"[0-2]?\d\.[0-5]\d\s?[-–]\s?[0-2]?\d\.[0-5]\d",  # 07.00 - 15.30
    )
)
# "km 10 12 14 16": what goes up in steps counts; a number to ring opens with a nought or 62.
_STEPS = re.compile(r"[1-9]\d?(?:[\s,]{1,2}[1-9]\d?)+")
_COUNTING = re.compile(
    r"\W*(?:1\W+2\W+3\W+4|satu\W+dua\W+tiga\W+empat|siji\W+loro\W+telu\W+papat)\b"
)


def _plates(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    for match in _PLATE_SAID.finditer(folded):
        yield match.span("hit")
    for match in _PLATE_SPELLED.finditer(folded):
        yield match.span()
    for match in _PLATE.finditer(folded):
        written = text[positions[match.start()] : positions[match.end() - 1] + 1]
        # "di 2025 ada" has the shape of a plate; only capitals make it one outside Kediri.
        if match["region"] is None or (written.isupper() and not text.isupper()):
            yield match.span()


def _shapes(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    yield from pattern_finder(_ACCOUNT_SHAPE)(folded, text, positions)
    for match in _NUMBERED_WORD.finditer(folded):
        if not is_common(match["word"]) and not is_known(match["word"]):
            yield match.span()


def _accounts(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    yield from pattern_finder(_CALLED_ACCOUNT)(folded, text, positions)
    yield from pattern_finder(_ACCOUNT)(folded, text, positions)
    for match in _NICK.finditer(folded):
        if not any(map(_says_of_an_account, match["words"].split())):
            yield match.span("hit")
    for match in _OWN_ACCOUNT.finditer(folded):
        start, end = match.span("word")
        word = match["word"].rstrip(".")
        several = match["hit"].split()[1:] if _NAMED_PAGE.match(match.group()) else []
        capital = text[positions[start]].isupper() and not text.isupper()
        if several and capital:
            for follower in several:
                place = folded.index(follower, end)
                if not text[positions[place]].isupper():
                    break
                end = place + len(follower)
            yield start, end
        elif capital or is_listed(word) or (not is_common(word) and _VERB.match(word) is None):
            page = _PAGE_END.match(folded, start + len(word))
            yield start, page.end() if page else start + len(word)
    for match in _NAMED_ACCOUNT.finditer(folded):
        end = _end_of_name(match, text, positions)
        if end > match.start("hit"):
            yield match.start("hit"), end


def _says_of_an_account(word: str) -> bool:
    """ "id ml ku level 30": what is told of it, not what it is called."""
    return word in lexicon().stop or word in _NO_NICK or _VERB.match(word) is not None


def _end_of_name(match: re.Match[str], text: str, positions: Sequence[int]) -> int:
    """Where the name behind "fb" ends; its own start where none is there.

    A capital name, or two names in small letters: "ig sinta" may be anything.
    """
    end, read, sure = match.start("hit"), list[str](), 0
    for word in islice(WORD.finditer(match["hit"]), _LONGEST_NAME):
        place = match.start("hit") + word.start()
        capital = text[positions[place]].isupper() and not text.isupper()
        if not (is_listed(word.group()) or (capital and read and strange(word.group()))):
            break
        end, sure = place + len(word.group()), sure + capital + likely_name(word.group())
        read.append(word.group())
    return end if sure > 1 and not in_office(read) else match.start("hit")


def _numbers(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    for pattern in (_MOBILE, _DIGITS):  # "O8I2 3344 5566" whole before "3344 5566"
        for match in pattern.finditer(folded):
            if _identifies(match.group()):
                yield match.span()
    for pattern in (_RECORD, _HALF_A_NUMBER, _BIRTHDAY):
        for match in pattern.finditer(folded):
            if re.sub(r"\D", "", match["hit"]) not in _help_lines():
                yield match.span("hit")
    for pattern in (_DIGIT_RUN, _SPELLED):
        for match in pattern.finditer(folded):
            number = re.sub(r"[^0-9a-z]", "", match.group())
            if number not in _help_lines() and not _COUNTING.match(match.group()):
                yield match.span()


def _identifies(written: str) -> bool:
    """Eight digits that are no help line, years, date, sum of money, hours or counting."""
    digits = re.sub(r"\D", "", re.sub("[li]", "1", written.replace("o", "0")))
    return (
        len(digits) >= 8
        and digits not in _help_lines()
        and not any(pattern.fullmatch(written.strip()) for pattern in _HARMLESS)
        and _COUNTING.match(written) is None
        and not _goes_up(written.strip())
    )


def _goes_up(written: str) -> bool:
    steps = [int(step) for step in re.findall(r"\d+", written)]
    return _STEPS.fullmatch(written) is not None and steps == sorted(set(steps))


@cache
def _help_lines() -> frozenset[str]:
    numbers = {number for line in help_lines() for number in (line.phone, line.whatsapp)}
    return frozenset(re.sub(r"\D", "", number) for number in numbers if number)


_SPOKEN_AT = re.compile(
    r"@|[\s(\[{](?:at|et)[\s)\]}]|\s(?:gmail|yahoo|ymail|hotmail|outlook|icloud)\b"
)


def _handles(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    for match in _HANDLE_APART.finditer(folded):
        if match["more"] and not is_common(match["more"]) and not is_known(match["more"]):
            yield match.span()
    yield from pattern_finder(_HANDLE)(folded, text, positions)


def _emails(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    for start, end in pattern_finder(_EMAIL)(folded, text, positions):
        spoken = " at " in folded[start:end] or " et " in folded[start:end]
        yield (_spoken_from(folded, start) if spoken else start), end


def _spoken_from(folded: str, start: int) -> int:
    """Where "raka dot adi at gmail dot com" begins: back over signs and what is no word."""
    while before := _SPOKEN_BEFORE.search(folded, max(0, start - 30), start):
        word = before["word"]
        named = is_listed(word) or not is_common(word) or any(map(str.isdigit, word))
        follows_a_sign = folded[start:].split()[0] in _SPOKEN_SIGNS
        if _PLATFORM_WORDS & {word} or not (named or follows_a_sign or word in _SPOKEN_SIGNS):
            break
        start = before.start()
    return start


def _may_hold_a_link(folded: str) -> bool:
    return "." in folded or "http" in folded or " miring " in folded or " slash " in folded


def _may_hold_an_account(folded: str) -> bool:
    return not _PLATFORM_WORDS.isdisjoint(WORD.findall(folded))


def _may_hold_a_number(folded: str) -> bool:
    if A_DIGIT(folded):
        return True
    return sum(map(DIGIT_WORDS.__contains__, WORD.findall(folded))) >= 6


_PLATFORMS = (
    "ig instagram insta tik tiktok tt fb facebook face efbe twitter tele telegram discord dc "
    "line roblox snap snapchat steam thread threads wattpad pinterest capcut twitch yt "
    "youtube you channel chanel akun username user userid usn nick nickname ign uid id ml ff "
    "epep pubg yutub gmail email mail imel surel"
)
_PLATFORM_WORDS = frozenset(
    word + end for word in _PLATFORMS.split() for end in ("", "ku", "nya", "ne", "e", "q")
)


_MAY_HOLD_A_SHAPE = re.compile(r"[a-z_#]\d|_|#|garis bawah|under\s?s|[\ua9c1°•×★☆乂亗ツ]").search

CONTACT_FINDERS: tuple[tuple[MaskKind, Finder], ...] = (
    (MaskKind.EMAIL, only_when(_SPOKEN_AT.search, _emails)),
    (MaskKind.LINK, only_when(_may_hold_a_link, pattern_finder(_LINK, _SPOKEN_LINK))),
    (MaskKind.ACCOUNT, only_when(re.compile("@").search, _handles)),
    (MaskKind.ACCOUNT, only_when(A_DIGIT, pattern_finder(_SECRET))),
    (MaskKind.ACCOUNT, only_when(_may_hold_an_account, _accounts)),
    (MaskKind.ACCOUNT, only_when(_MAY_HOLD_A_SHAPE, _shapes)),
    (MaskKind.NUMBER, only_when(_may_hold_a_number, _numbers)),
)
_MAY_HOLD_A_PLATE = re.compile(r"\d|\bag ").search
PLATE_FINDERS: tuple[tuple[MaskKind, Finder], ...] = (
    (MaskKind.PLATE, only_when(_MAY_HOLD_A_PLATE, _plates)),
)
