"""Where a text says that a name follows: "namaku ...", "jenenge ...", "temenku ...", "si ..."."""

import re
from collections.abc import Iterator, Sequence

from analysis.name_words import (
    is_kin,
    is_only_a_name,
    is_title,
    is_word,
    likely_name,
    name_tables,
)
from analysis.words import lexicon

_OWN = r"(?:\s?(?:ku|q|saya|aku|gue|gw|kulo|lengkap(?:ku)?|asli(?:ku)?|panggilan(?:ku)?))"
# "namaku ...", "ttd ...": what follows is a name even where it is a word as well.
_INTRODUCED = re.compile(
    rf"\b(?:(?:nama|nm|jeneng|asmo){_OWN}(?:\s?(?:lengkap|panggilan))?|my name(?: is|'s)"
    r"|perkenalkan(?: nama)?|kenalin|tertanda|ttd|hormat (?:saya|kami)|pengirim|dipanggil)"
    r"\s?(?:(?:adalah|iku|yaiku|ki|aku|saya|gw|gue|itu|by|dari)\s|[:,=.-]\s?)?\s?"
)
# "... bernama X", "by X": weaker, for a word may follow too.
_SPOKEN_OF = re.compile(
    r"\b(?:nama\s?(?:adikku|temanku|temenku)|bernama|jenenge|namanya|namane|namae|i am|i'm"
    r"|panggil (?:aja |saja |wae )?(?:aku|saya)?|salam dari|salam|by|oleh|dari|from)"
    r"\s?(?:adalah\s|iku\s|yaiku\s|:\s?|,\s?)?\s?"
)
# "jenenge sulis", "panggil aku caca": a name in small letters, unless a thing is named so.
_CALLED = re.compile(
    r"\b(?:nama(?:ne|nya|e)|jeneng(?:e|ane)|asma(?:ne|nya)|bernama"
    r"|nama\s(?:adik|adek|kakak|te?m[ae]n|sahabat|guru|bapak|ayah|ibu|mama|papa)(?:ku|nya)?"
    r"|panggil(?:en)?\s(?:(?:aja|saja|wae|ae)\s)?(?:aku|saya)|panggil\s(?:aja|saja))"
    r"\s(?:(?:adalah|iku|yaiku|kuwi|itu|tuh?|ki|aja|saja|wae)\s|:\s?)?"
)
# Beside is_kin, who may be called something, and what else may.
_SOMEBODY = frozenset({"anak", "orang", "cah", "bocah", "arek", "wong", "cewek", "cowok", "dia"})
_SOMETHING_WRITTEN = (
    "penyakit makanan minuman jajan jajanan permainan mainan aplikasi hewan obat virus acara "
    "program situs sungai danau tanaman bunga buah kelompok presiden gubernur bupati walikota"
)
_SOMETHING = frozenset(_SOMETHING_WRITTEN.split())
_TOWARDS = frozenset({"di", "ke", "dari", "nang", "ning", "neng", "ndek", "nek", "teko", "main"})
_SCHOOL = r"(?:kelas|kls|klas|sekolah|sdn?|smpn?|sman?|smk|mi|mts|tk|umur|usia)"
# "aku raka dari kelas lima", "ketua kelasku yusuf", "dipukul sama fajar".
_LIKELY = re.compile(
    rf"\b(?:aku|saya|gw|gue|aq|kulo)\s(?=[a-z']+\s(?:(?:dari|teko|seko|saka|arek|anak|siswa|siswi"
    rf"|murid|cah)\s){{0,2}}{_SCHOOL}\b)"
    r"|\b(?:ketua|wakil|sekretaris|bendahara|wali)(?:\s(?:ketua|kelas|geng|regu|kelompok|osis"
    r"|pramuka|tim)(?:ku|nya|e)?){1,2}\s"
    r"|\b(?:ketua|ketos|wakil)nya\s"
    r"|\b(?:sing|seng|yang|yg)\s(?:juara|r[ae]ng?king|peringkat)\s?(?:satu|siji|pertama|\d)\s(?:(?:itu|iku|yaitu|mesti)\s)?"
    r"|\b(?:nama|jeneng)[a-z]*\s[^.;!?]{3,40}?\s(?:(?:biasa(?:ne|nya)?|sering|suka)\s)?"
    r"(?:di(?:celuk|undang|panggil)|panggilan(?:e|nya|ku)"
    r"|(?:manggil|nyeluk|ngundang)\saku)\s"
    r"|\b(?:aku|saya|aq|gw)\s(?=[a-z']{3,}\s?,?\s(?:aku\s|saya\s)?"
    r"(?:umurku\s|umur\s|usia\s)?(?:\d{1,2}\s?(?:th|tahun|taun)|kelas)\b)"
    r"|\bdi(?:pukul|ejek|bully|buli|tendang|dorong|jahat|jahil|jiwit|cubit|marah|ganggu|antem"
    r"|jotos|jambak|ludah|palak|cium|goda|ancam|tonjok|gebuk|keroyok|hina|olok|tampar|peluk|pegang"
    r"|paksa|musuh|pisuh|usil)(?:i|in|no)?\s(?:sama|karo|ambek|mbek|ambi|oleh|dening)\s"
)
# Whose name may follow in small letters: "temenku fajar", "si budi".
_FRIEND = re.compile(
    r"si|(?:te?ma?e?n|t[ei]?men|kanca|konco|sahabat|besti?e|ad[ie]k|kakak|kakel|adkel|abang|sepupu"
    r"|saudara|sodara|dulur|tetangga|tonggo|pacar|mantan|gebetan|crush|p?o?nakan|keponakan|bala"
    r"|mbak|mas|bapak|ayah|ibu|mama|papa|om|tante|paman|bibi)(?:ku|q)"
)
# Like titles, but "lek" and "dek" are also "if" and "at", and anything may follow "aku": only
# listed names are hidden behind those.
_ELDERS = frozenset({"mbah", "simbah", "eyang", "umi", "ummi", "umik", "abah", "suster", "bidan"})
_LOOSE_TITLES_WRITTEN = (
    "lek lik dek dik nenek kakek aku saya mak emak mamak wak uwak abi bunda mama mamah papa papah "
    "ayah dokter dr drg pendeta pastor romo teh teteh ko ci oma opa uti eyang mami papi bos "
    "pelatih nyonya tuan neng non le nduk cah arek adek adik kakak bapak ibu uni uda bli tole "
    "genduk coach wali"
)
_LOOSE_TITLES = frozenset(_LOOSE_TITLES_WRITTEN.split())
_OLD_KIN = frozenset(
    {"nenek", "kakek", "mbah", "lik", "dek", "emak", "uti", "akung", "yi", "nyi", "mamak"}
)
_UNCLES = frozenset({"lek", "lik", "mbok"})  # "mbok" is also "please"
_HONORIFICS_WRITTEN = (
    "pakde pakdhe padhe bude budhe budeh paklek paklik bulek bulik cak yu kang wak uwak "
    "mbokde mbakyu mbah"
)
_HONORIFICS = frozenset(_HONORIFICS_WRITTEN.split())
# "pak de no", "bu lik tin": the second half of a title that is written as two words.
_TITLE_ENDS = frozenset({"de", "dhe", "lek", "lik", "puh", "poh"})
_TITLE_BEGINS = frozenset({"pak", "bu", "buk", "mbok"})
# "cak no hp ne piro": a number is asked for.
ASKS_A_NUMBER = re.compile(r"\.?\s?(?:\d|wa\b|hp|tel|rek|rumah|omah|induk|absen|urut)")
# "inisial R.S.", "inisialnya A", "berinisial sw"; "inisial di baju" are nobody's.
_INITIALS = re.compile(
    r"\b(?:ber)?inisial(?:\s?(?:ku|nya|n?e))?\s(?:(?:nama(?:\s?(?:ku|nya|ne))?|adalah|itu|iku|yaitu|huruf)\s)*"
    r"[:=]?\s?[(\"']?(?P<hit>[a-z](?:\s?[.-]\s?[a-z]\b){1,3}\.?|[a-z](?:\s[a-z]\b){0,3}(?![a-z'])"
    r"|(?P<letters>[a-z]{2,3})(?![a-z']))"
)
# "gilang kelas 5B ..."; what the masks before this one hid is blanked with zeros.
CLASS_FOLLOWS = re.compile(r"\s?,?(?:\s?(?:dari|teko|anak))?\s?(?:(?:kelas|kls)\s?\d|\0)")
# "Meli nakal", "Zaskia itu anaknya suka ngejek": only people do so.
BEHAVES = re.compile(
    r"(?:\s(?:itu|iku|kae|selalu|sering|suka|pernah|seneng|tau|terus|sama|anake|anaknya|orangnya"
    r"|wonge|areke|bocahe))*\s(?:nakal|jahat|bandel"
    r"|mukul|nendang|ngejek|malak|nyuri|nyolong|bolos|nyontek|nangis|ngompol|gelut|berantem"
    r"|dibully|dipukul|diejek|pacaran|te?m[ae]nku|koncoku|kancaku|sahabatku|nggodo|ngeroyok|njiwit|nyubit|umur|memukul|mengejek)\b"
)
# "bagus itu anaknya nakal"
IS_SOMEBODY = re.compile(
    r"\s(?:itu|iku|kae|tu|kuwi|ki)\s(?:lo\s|lho\s|tuh\s)?(?:anak\se|arek\se|orang\se|anake|anaknya|orangnya|wonge|areke|bocahe|bocahnya)\b"
)
# "kancaku slamet teko banjir" is safe, "tetanggaku slamet" a man.
SAVED = re.compile(
    r"\s(?:kabeh|semua|(?:teko|saka|soko|seko|dari|pas|waktu)\s(?:banjir|u?hujan|udan|kobongan|kebakaran"
    r"|kecelakaan|tabrakan|gempa|lindu|longsor|begal|angin|maut|bahaya))"
)
VERY = re.compile(r"\s(?:banget|bgt|bngt|sekali|tenan|pol|juga|sih|kok|ya)\b")
# The last words of a text: "... - Kirana", "... . Kirana 5A", "... (Kirana, 10 tahun)".
_SIGNED = re.compile(
    r"(?:[-–—~(]\s?(?P<name>[a-z'][a-z' ]{2,40}?)|[.,!?)]\s(?P<aged>[a-z'][a-z' ]{2,40}?)"
    r"[\s,(]{1,3}(?:(?:kelas|kls)\s?)?\d{1,2}\s?(?:[a-k]|th|thn|tahun)?)"
    r"(?:[\s,(]{1,3}(?:(?:kelas|kls)\s?)?\d{1,2}\s?(?:[a-k]|th|thn|tahun)?)?[\s).!~-]*\Z"
)
# "biasane diceluk maes", "diundang kentus", "celukanku ..."
_NICKNAMED = re.compile(
    r"\b(?:di(?:celuk|undang)|panggilan(?:ku|e|nya)|celukan(?:ku|e))\s(?:(?:adalah|iku|itu|yaiku)\s)?"
)
# "salam, wulan" at the end, "dari tiara untuk pak walikota" at the start.
_GREETING = re.compile(
    r"\bsalam\s?[,.-]\s?(?=[a-z']+\W*\Z)"
    r"|\A\W*(?:dari|saka|seko|teko)\s(?=[a-z']+\s?,?\s(?:untuk|buat|kanggo|gawe|ke|kelas|umur|kagem)\b)"
    r"|[.,!?-]\s?(?:dari|saka|seko|teko)\s(?=[a-z']+\W*\Z)"
)
# "d.i.m.a.s", "r i z k y": letters apart that make a name together.
_SPELT_OUT = re.compile(r"(?<![\w.])[a-z](?:[\s.*_-]{1,2}[a-z](?!\w)){2,11}")
_WITH_DIGITS = re.compile(r"(?<!\w)[a-z]+\d[a-z\d]*[a-z](?!\w)|(?<!\w)\d[a-z]{2,}(?!\w)")
_READ_AS_LETTERS = str.maketrans("013457", "oieast")
CLAUSE_END = re.compile(
    r"\s?(?:\Z|[.,!?;)]|\s(?:dan|lan|karo|tapi|tp|soale|soalnya|mergo|karena|krn|padahal|liyane|terus|trus)\b)"
)
# "Tolong Ayu jangan bolos", "Bayu kamu jangan ..."
IS_TOLD_OFF = re.compile(r"\s?,?\s(?:(?:kamu|kowe|koen|itu|iku)\s)?(?:jangan|jgn|jan|ojo|ojok)\b")
# "A.W.", "R. S.": capital letters with dots behind; "S.Pd." and "R.T." are none.
_CAPITAL_INITIALS = re.compile(
    r"(?<![\w.])[a-z]\.\s?[a-z](?:\.|(?!\w))(?:\s?[a-z]\.(?!\w))?(?![\w.])"
)
# "huruf ngarepe D mburine S"
_LETTERS_OF_A_NAME = re.compile(
    r"\bhuruf(?:\s?(?:nya|ne|e))?\s(?:nama(?:nya|ne)?\s|jenenge\s)?"
    r"(?:depan|ngarep|awal|pertama)(?:nya|e|ane)?\s"
    r"[a-z](?!\w)(?:\s(?:dan |lan |terus )?"
    r"(?:belakang|mburi|akhir|terakhir|tengah)(?:nya|ne|e)?\s[a-z](?!\w)){0,2}"
)
_SENTENCE_END = re.compile(r"[.!?;\n]")
_WORD = re.compile(r"[a-z']+")


def introductions(folded: str) -> Iterator[int]:
    """Where a name begins, be it a word as well: after "namaku", "ttd"."""
    return (match.end() for match in _INTRODUCED.finditer(folded))


def mentions(folded: str) -> Iterator[int]:
    """Where a name may begin, if it is written or known as one: after "salam dari", at the end."""
    yield from (match.end() for match in _SPOKEN_OF.finditer(folded))
    if signed := _SIGNED.search(folded):
        yield max(signed.start("name"), signed.start("aged"))


def callings(folded: str) -> Iterator[int]:
    """Where somebody's name begins: after "jenenge", but not after "gang sing jenenge"."""
    for match in _CALLED.finditer(folded):
        if not _a_thing_is_called(folded[: match.start()]):
            yield match.end()


def initials(folded: str) -> Iterator[tuple[int, int]]:
    """What stands for a name after "inisial"; a pair of letters only where it is no word."""
    if "inisial" in folded:
        for match in _INITIALS.finditer(folded):
            letters = match["letters"] or ""
            a_word = letters in lexicon().stop | name_tables().roles or (
                len(letters) > 2 and is_word(letters)
            )
            if not a_word:
                yield match.span("hit")


def capital_initials(folded: str, text: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """ "A.W.", and "huruf depan D"."""
    for match in _CAPITAL_INITIALS.finditer(folded):
        written = text[positions[match.start()] : positions[match.end() - 1] + 1]
        letters = re.sub(r"[^a-z]", "", match.group())
        known = is_word(letters) or letters in name_tables().places | name_tables().roles
        if written.isupper() and not text.isupper() and not known:
            yield match.span()
    if "huruf" in folded:
        for match in _LETTERS_OF_A_NAME.finditer(folded):
            if "nama" in folded or "jeneng" in folded or text[positions[match.end() - 1]].isupper():
                yield match.span()


def likely_places(folded: str) -> Iterator[int]:
    """Where the name of the one who is told of is likely: after "ketua kelasku"."""
    yield from (match.end() for match in _LIKELY.finditer(folded))
    yield from (match.end() for match in _GREETING.finditer(folded))


def nicknames(folded: str) -> Iterator[int]:
    """Where what somebody is called begins: after "diceluk"."""
    return (match.end() for match in _NICKNAMED.finditer(folded))


def may_be_spelt_out(folded: str) -> bool:
    """Is there a name with its letters apart, or with digits among them?"""
    if "huruf" in folded:
        return True
    return _SPELT_OUT.search(folded) is not None or _WITH_DIGITS.search(folded) is not None


def spelt_out(folded: str) -> Iterator[tuple[int, int]]:
    """ "d.i.m.a.s", "r i z k y", "r1zky"."""
    for match in _SPELT_OUT.finditer(folded):
        if likely_name(re.sub(r"[^a-z]", "", match.group())):
            yield match.span()
    for match in _WITH_DIGITS.finditer(folded):
        if is_only_a_name(match.group().translate(_READ_AS_LETTERS)):
            yield match.span()


def is_friend(word: str) -> bool:
    """ "temenku fajar", "si budi": hardly anything but a name or a plain word follows."""
    return _FRIEND.fullmatch(word) is not None


def is_elder(word: str) -> bool:
    """ "mbah sarijan"."""
    return word in _ELDERS


def is_old_kin(word: str) -> bool:
    """ "nenek sumi", "lik nardi": a name no table knows follows more often than a word."""
    return word in _OLD_KIN


def may_be_a_title(word: str) -> bool:
    """ "lek surya", but also "lek udan"."""
    return word in _LOOSE_TITLES


def is_uncle(word: str) -> bool:
    """ "lek min", but also "lek udan", if, and "mbok dalane didandani", please."""
    return word in _UNCLES


def is_honorific(words: Sequence[str]) -> bool:
    """ "pakde no", "pak de no", "yu tik": hardly anything but a name follows, however short."""
    return words[-1] in _HONORIFICS or is_title_in_two(words)


def is_title_in_two(words: Sequence[str]) -> bool:
    """ "pak de", "bu lik"."""
    return len(words) > 1 and words[-1] in _TITLE_ENDS and words[-2] in _TITLE_BEGINS


def _a_thing_is_called(before: str) -> bool:
    """Whose name is told? Of person and thing, the nearer one's; "di sekolah" is neither."""
    said = _WORD.findall(_SENTENCE_END.split(before)[-1])
    for place in range(len(said) - 1, -1, -1):
        word = said[place]
        if word in _SOMEBODY or is_title(word) or (is_kin(word) and word not in _TOWARDS):
            return False
        bare = re.sub(r"(?:nya|ku|ne|e)$", "", word)
        thing = {word, bare} & (name_tables().places | _SOMETHING)
        if thing and (place == 0 or said[place - 1] not in _TOWARDS):
            return True
    return False
