"""From a child's spelling to words.

W001  a child's many spellings of "no" are one word, and it is never left out
W002  stretched, doubled and shortened words are the word they stand for
W003  Javanese and Indonesian words for one thing are one word
W004  affixes of both languages come off when a known root is left
W005  a slip in a long word is repaired; a known word is never changed
W006  emoji are words; masks are not
W007  the language is a vote: one loan word does not turn it
W008  reading again what was read changes nothing; any text can be read
W009  two rows that lead on are followed to the end; a word of two meanings keeps its usual one
W010  ordinary Indonesian words and phrases, and the places around Kediri, are read as they stand
W011  a word that means something else in Javanese does so only among Javanese words
W012  the tables hold what children write: polite Javanese too, and no row without effect
"""

import random
from pathlib import Path

import pytest

from analysis.languages import language_of
from analysis.words import WordReader, lexicon, words


@pytest.mark.parametrize("no", ["gak", "nggak", "ga", "tdk", "ora", "ndak", "mboten", "gk"])
def test_slang_for_no_is_one_word(no):
    """W001: "gak", "nggak" and Javanese "ora" count as the same word."""
    assert words(f"aku {no} suka") == ["aku", "tidak", "suka"]


@pytest.mark.parametrize("written", ["gak mau", "gamau", "ora gelem", "emoh", "moh"])
def test_a_no_is_kept(written):
    """W001: also where it is one word with what is not wanted."""
    assert words(f"{written} sekolah") == ["tidak", "ingin", "sekolah"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("bangeettt", "banget"),
        ("temen2", "teman"),
        ("teman-teman", "teman"),
        ("sekolahhhh", "sekolah"),
        ("skolah", "sekolah"),
        ("jln", "jalan"),
        ("ortu", "orang tua"),
    ],
)
def test_spellings_of_a_chat(written, meant):
    """W002: tablets and friends change the spelling, not the word."""
    assert " ".join(words(written)) == meant


@pytest.mark.parametrize(
    ("javanese", "indonesian"),
    [
        ("dalan peteng", "jalan gelap"),
        ("omahku adoh", "rumah jauh"),
        ("jeding mambu", "kamar mandi bau"),
        ("wedi nyabrang embong", "takut menyeberang jalan"),
        ("larang", "mahal"),
        ("arek cilik", "anak kecil"),
        ("lek udan banjir", "kalau hujan banjir"),
        ("kreteg", "jembatan"),
    ],
)
def test_two_languages_one_word(javanese, indonesian):
    """W003: the same complaint can meet in one theme."""
    assert words(javanese) == words(indonesian)


@pytest.mark.parametrize(
    ("written", "root"),
    [
        ("lampunya", "lampu"),
        ("dibersihkan", "bersih"),
        ("didandani", "perbaiki"),
        ("sepedaku", "sepeda"),
        ("dalane", "jalan"),
        ("bersihin", "bersih"),
        ("ngombe", "minum"),
        ("dibelikan", "beli"),  # belik is a well, but a verb in -kan has no -an
        ("membedakan", "beda"),  # bedak is powder
        ("membeda-bedakan", "beda"),
        ("melakukan", "laku"),  # not of pelaku, who does
        ("menjaga", "jaga"),
        ("menuhi", "penuh"),
        ("bertani", "tani"),
    ],
)
def test_affixes_come_off(written, root):
    """W004: one word for the lamp, its lamp and the lamps."""
    assert words(written) == [root]


def test_slips_are_repaired_and_known_words_kept():
    """W005: every word of the vocabulary stays what it is."""
    assert words("perpustkaan") == ["perpustakaan"]
    assert words("trotor") == ["trotoar"]
    entries = lexicon()
    known = [w for w in entries.known - set(entries.bridge) - set(entries.slang) if len(w) > 1]
    assert [w for w in known if words(w) != [w]] == []


def test_emoji_speak_and_masks_do_not():
    """W006: two comments are not alike because both hide a name."""
    assert words("toilet 🤢") == ["toilet", "kotor"]
    assert words("bu [nama] baik") == ["bu", "baik"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("jalan di depan rumah gelap sekali", "id"),
        ("dalan ngarep omahku peteng ndedet", "jv"),
        ("jalan di depan rumah gelap, arek cilik wedi liwat kono", "mix"),
        ("gak ada lampu kok", "id"),
        ("", "id"),
        ("aku wedi", "jv"),
        ("gurune galak", "jv"),
        ("adike nangis", "jv"),
        ("ben aman", "jv"),
        ("aku takut", "id"),
        ("kucingku mati", "id"),
        ("kamarku panas", "id"),
        ("sepatuku sobek", "id"),
        ("hp ku dibanting adik", "id"),
        ("gurunya galak", "id"),
        ("tiap malam aku takut pulang, ning dalan kono akeh wong mendem", "mix"),
    ],
)
def test_the_language_is_a_vote(text, language):
    """W007: words of both languages (aku, galak, aman) say nothing, the others decide."""
    assert language_of(text) == language


def test_reading_is_stable_and_never_fails():
    """W008: idempotent on its own result, and any Unicode goes through."""
    chance = random.Random(8)
    for _ in range(200):
        text = "".join(chr(chance.randrange(1, 0x3000)) for _ in range(chance.randint(0, 80)))
        words(text)
    for text in ("Dalane pateng bgt!!", "pengen taman bermaen di deket rumahhh"):
        once = " ".join(words(text))
        assert " ".join(words(once)) == once
    assert WordReader().fit([]).transform(["PR e akeh"]) == ["pr banyak"]


def test_rows_are_followed_to_the_end():
    """W008, W009: whatever table a word stands in, what it is read as is read as itself."""
    entries = lexicon()
    for word in sorted({*entries.slang, *entries.bridge, *entries.known}):
        once = words(word)
        assert words(" ".join(once)) == once, word
    assert words("o'o'o a'a'a") == []  # stretched, with signs between


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("makasih", "terima kasih"),  # "kasih" alone is "beri"
        ("emoh", "tidak ingin"),
        ("angel", "sulit"),
        ("lungguh", "duduk"),  # to sit; Javanese "duduk" is also "not"
    ],
)
def test_one_meaning_by_every_way(written, meant):
    """W009: what two tables say of one meaning is the same in the end."""
    assert words(written) == words(meant)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bikin taman", "untuk taman"),
        ("tempat duduk", "tempat bukan"),
        ("wong sugih", "wong koyo"),
        ("ondo", "tonggo"),
        ("lemes", "lemah"),
    ],
)
def test_two_meanings_are_two_words(one, other):
    """W009: making is not "for", sitting is not "not", a ladder is no neighbour."""
    assert words(one) != words(other)


ORDINARY = [
    line.partition(" = ")
    for line in (Path(__file__).parent / "ordinary_words.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_ordinary_words_stand_as_they_are():
    """W010: hundreds of words and phrases; a line "a = b" is read as b, its plain stem."""
    read = {written: " ".join(words(written)) for written, _, _ in ORDINARY}
    assert read == {written: meant or written for written, _, meant in ORDINARY}
    assert len(read) > 400


@pytest.mark.parametrize("name", ["malang", "bandung", "brantas", "ngawi", "semampir", "mojoroto"])
def test_places_are_out_of_reach(name):
    """W010: a town is no slip of another word."""
    assert words(f"aku nang {name}") == ["aku", "di", name]


@pytest.mark.parametrize(
    ("javanese", "meant"),
    [
        ("adikku gak oleh melu dolan", "adik tidak boleh ikut bermain"),
        ("awan sumuk nemen", "siang panas banget"),
        ("aku wedi karo tangga sing galak", "aku takut dengan tetangga yang galak"),
        ("teko omah adoh", "datang rumah jauh"),
        ("tegese opo", "arti apa"),
        ("pagere wesi wes rusak", "pagar besi sudah rusak"),
        ("simbah gerah", "nenek sakit"),
        ("sampah nang kali", "sampah di sungai"),
        ("adikku tak antemi", "adik aku pukul"),
        ("tugas tak garap dhewe", "tugas aku tugas sendiri"),
        ("aja enek bully maneh nang sekolah", "jangan ada bully lagi di sekolah"),
        ("mau bengi lampu abang ora murup", "tadi malam lampu merah tidak nyala"),
        ("ra ono wong loro lan telu", "tidak ada orang dua dan tiga"),
        ("bapakku gawe layangan apik temenan", "ayah bikin layang layang bagus banget"),
    ],
)
def test_a_word_of_two_meanings_among_javanese(javanese, meant):
    """W011: the other words of the comment tell which language a word is of."""
    assert " ".join(words(javanese)) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("dijemput oleh ayah", "jemput oleh ayah"),
        ("sampah di kali", "sampah di sungai"),
        ("sudah tiga kali", "sudah tiga kali"),
        ("ngaji di langgar", "ngaji di musala"),
        ("langgar peraturan", "langgar peraturan"),
        ("temukan", "temu"),
        ("sekolah jauh dr rumah", "sekolah jauh dari rumah"),
        ("ke dr gigi", "ke dokter gigi"),
        ("aku tak pernah main", "aku tidak pernah bermain"),
        ("ada orang tak dikenal", "ada orang tidak kenal"),
        ("diem aja", "diem saja"),
        ("anak orang kaya", "anak orang makmur"),
        ("ingin temenan sama semua", "ingin teman sama semua"),
        ("diantar abang", "antar kakak"),
        ("cek mata", "periksa mata"),
        ("rak buku rusak", "rak buku rusak"),
    ],
)
def test_a_word_of_two_meanings_among_indonesian(written, meant):
    """W011: some words have the Javanese meaning there too, but for a few phrases."""
    assert " ".join(words(written)) == meant


def test_every_word_of_two_meanings_has_both():
    """W012: the other meaning of each stands in the bridge or among the slang."""
    entries = lexicon()
    assert [word for word in entries.twins if entries.meant.get(word, word) == word] == []


@pytest.mark.parametrize(
    ("polite", "meant"),
    [
        ("kula mboten saged tilem", "aku tidak bisa tidur"),
        ("kula badhe siram", "aku akan mandi"),
        ("griya kula celak sabin", "rumah aku dekat sawah"),
        ("taksih ajrih medal dalu", "masih takut keluar malam"),
    ],
)
def test_polite_javanese_is_known(polite, meant):
    """W012: children speak it to grown-ups, so they write it to the city."""
    assert " ".join(words(polite)) == meant


@pytest.mark.parametrize("face", "😂🙂😤😩🔥🥵😷")
def test_the_usual_emoji_are_words(face):
    """W012: each says something that the tables know."""
    (said,) = words(face)
    assert said in lexicon().known
