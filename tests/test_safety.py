"""A person reads first what may tell of harm.

S001  disclosures in Indonesian and Javanese are urgent, also when only hinted
S002  bullying and rough treatment are of concern
S003  negation, games, idioms, lessons and general demands are no alert
S004  the reason names words of the lexicon, never a name the child wrote
S005  a lexicon row that is taken away is missed: the table decides, not hidden code
S006  an alert says which detector raised it and the version of the words it read
S007  a "tidak" takes back only the act it reaches; a game lowers an alert, never to nothing
S008  touching is heard in every form, with a part of the body or by somebody from outside
S009  disclosures in krama are heard
S010  plain sentences about oneself and one's family are no alert
S011  a text of any length is read to its end
S012  to be hungry at noon, to visit an uncle, to stay because it is hot: everyday talk is no alert
S013  one word more, since when, alone, at night, who is angry there, and it is heard
S014  how a child opens its sentence makes no alert of a harmless one and silences no disclosure
S015  a "don't", a "never" and a bell that is hit are understood in the words children use
S016  what is told in chat spelling, or beside a bell, a lesson or an official, is heard
"""

from itertools import product

import pytest

from analysis import phrases
from analysis.comments import AlertLevel
from analysis.resources import examples, table, versions
from analysis.safety import AlertDetector, alert_in


@pytest.fixture(scope="module")
def detector():
    return AlertDetector().fit()


@pytest.mark.parametrize(
    "text",
    [
        "aku dipukul ayah pakai gesper",
        "bapak kerep ngantem aku",
        "ibuku digebuki bapak tadi malam",
        "om suka megang megang pahaku",
        "pakde mlebu kamarku pas aku adus",
        "aku emoh muleh",
        "wedi karo bapak lek mendem",
        "aku pengen mati aja",
        "wes wegah urip",
        "tanganku tak silet nyilet tangan terus",
        "aku arep dirabekne karo wong tuwoku",
        "dia ngancam mau sebar fotoku",
        "kenalan di ig ngajak ketemuan",
        "wis rong dino ora mangan",
        "disuruh ngamen sama bapak, aku capek",
        "jangan bilang siapa siapa kata om",
        "ada yang mukul aku sampe berdarah, tolong aku",
    ],
)
def test_a_disclosure_is_urgent(detector, text):
    """S001: recall first."""
    [alert] = detector.predict([text])
    assert alert is not None
    assert alert.level is AlertLevel.URGENT


@pytest.mark.parametrize(
    "text",
    [
        "aku dibully di kelas",
        "koncoku moyoki aku terus",
        "uang jajan dipalak kakak kelas",
        "guru njewer sampai merah",
        "bapak ibuk tukaran terus",
        "ada tawuran dekat stadion",
    ],
)
def test_rough_treatment_is_of_concern(detector, text):
    """S002: somebody looks again."""
    [alert] = detector.predict([text])
    assert alert is not None
    assert alert.level is AlertLevel.CONCERN


@pytest.mark.parametrize(
    "text",
    [
        "aku gak pernah dipukul guru",
        "mati aku lupa bawa buku",
        "dibunuh musuh di ml terus",
        "hpku mati terus",
        "aku pengen main drum, dipukul pakai stik",
        "stop kekerasan terhadap anak",
        "sosialisasi pencegahan pernikahan dini",
        "di pelajaran sejarah diceritain pahlawan dibunuh penjajah",
        "belajar tentang narkoba di kelas",
        "lampu jalan mati takut lewat",
        "masuk pukul tujuh kepagian",
        "pengen nikah sama artis kpop",
        "toilet sekolah bau",
        "",
        "😭😭",
    ],
)
def test_alarming_words_alone_are_no_alert(detector, text):
    """S003: officers trust alerts only if most of them are true."""
    assert detector.predict([text]) == [None]


def test_the_reason_names_no_person():
    """S004: the list of alerts can be shown without showing names."""
    alert = alert_in("aku dipukul bapak Sukirman tiap malam")
    assert alert is not None
    assert "Sukirman".lower() not in alert.reason.lower()
    assert "dipukul" in alert.reason


def test_the_table_decides(monkeypatch):
    """S005: without its rule the same sentence raises nothing in the phrases."""
    text = "om suka megang megang pahaku"
    assert alert_in(text) is not None
    monkeypatch.setattr(phrases, "rules", lambda: ())
    assert alert_in(text) is None


def test_an_alert_says_where_it_comes_from(detector):
    """S006: an officer's question next year can be answered with the words of this year."""
    by_phrase, by_model = detector.predict(
        ["aku dipukul bapak", "pengen tinggal di rumah nenek, di rumah ada yang jahat"]
    )
    assert (by_phrase.detector, by_phrase.lexicon) == ("frasa", versions()["safety.yaml"])
    assert by_model.detector == "model huruf"
    assert "rumah" in by_model.reason  # what weighed most, as the phrase names its own words
    assert len(by_model.lexicon) == len(by_phrase.lexicon)
    assert by_model.lexicon not in versions().values()  # of several tables: one for all of them


@pytest.mark.parametrize(
    "text",
    [
        "aku gak salah tapi dipukul bapak",
        "gak dipukul tapi ditendang bapak",
        "ora pernah ora digebuki bapak",
        "gak ada hari tanpa dipukul bapak",
        "tidak jarang ayah memukulku",
        "gak nurut dipukul papa",
        "mau gak mau aku dipukul bapak",
        "bukan jatuh, aku dipukul ayah",
    ],
)
def test_a_negation_reaches_no_further_than_its_act(detector, text):
    """S007: "tidak" somewhere before an act is no denial of it."""
    [alert] = detector.predict([text])
    assert alert is not None
    assert alert.level is AlertLevel.URGENT


@pytest.mark.parametrize(
    "text",
    [
        "bapak ora tau ngantem aku",
        "bapak gak pernah mukul, sabar banget",
        "di sekolahku tidak pernah ada yang dipukul",
        "ibu kula mboten nate nggepuk",
    ],
)
def test_plain_praise_is_no_alert(detector, text):
    """S007: what never happens is not reported."""
    assert detector.predict([text]) == [None]


def test_sport_lowers_an_alert_but_does_not_silence_it(detector):
    """S007: also a coach may be the one who beats."""
    [alert] = detector.predict(["aku dipukul pelatih waktu latihan silat sampe berdarah"])
    assert alert is not None


@pytest.mark.parametrize(
    "text",
    [
        "guru olahraga pegang dadaku",
        "pak guru pegang pantatku",
        "pak guru pegang pahaku waktu pelajaran olahraga",
        "om pegang2 aku pas nonton film",
        "abang gojek raba pahaku",
        "pakde demek pahaku",
        "paklik nyekeli susuku",
        "santri senior masuk selimutku malam2",
    ],
)
def test_touching_is_heard_in_every_form(detector, text):
    """S008: children write "pegang" where a grown-up writes "memegang"."""
    [alert] = detector.predict([text])
    assert alert is not None
    assert alert.level is AlertLevel.URGENT


@pytest.mark.parametrize("text", ["tetangga pegang aku", "ustadz suka peluk aku dari belakang"])
def test_touching_by_somebody_from_outside_is_of_concern(detector, text):
    """S008: somebody looks again."""
    assert detector.predict([text]) != [None]


@pytest.mark.parametrize(
    "text",
    [
        "dipegang dokter gigi",
        "pegang tangan adik pas nyebrang",
        "aku pegang hp temen",
        "pegang dada kiri waktu lagu wajib",
        "tetangga elus kucingku",
        "om pegang tanganku waktu nyebrang",
    ],
)
def test_a_helping_hand_is_no_alert(detector, text):
    """S008: hands also hold, heal and lead across the street."""
    assert detector.predict([text]) == [None]


@pytest.mark.parametrize(
    "text",
    [
        "bapak asring nggebag kula",
        "kula asring dipungebag rama",
        "kula ajrih kaliyan bapak",
        "kula mboten kepengin gesang malih",
        "ibu nggepuk kula",
        "kula dipun antemi bapak",
        "kula dipundemek paklik",
    ],
)
def test_krama_is_heard(detector, text):
    """S009: a child that speaks politely is heard as well."""
    [alert] = detector.predict([text])
    assert alert is not None
    assert alert.level is AlertLevel.URGENT


PLAIN = [
    "aku suka",
    "aku sayang ayah",
    "ayah memeluk aku",
    "aku diantar ayah",
    "aku mandi sama adik",
    "om ku ngasih hadiah ulang tahun",
    "ayah cium keningku sebelum berangkat",
    "aku gak mau pulang, seru banget di sekolah",
    "foto bareng guru disebar di ig sekolah",
    "pukul 7 masuk sekolah",
    "aku makan bakso",
    "kakakku galak tapi baik",
    "kula sayang simbah",
    "papa datang hari Sabtu",
]


@pytest.mark.parametrize("text", [*PLAIN, "aku", "ayah", "om"])
def test_plain_sentences_about_oneself_are_no_alert(detector, text):
    """S010: most of what children write about home is ordinary."""
    assert detector.predict([text]) == [None]


def test_the_plain_sentences_were_not_taught():
    """S010: so they say something about sentences nobody has thought of."""
    assert not {row["text"] for row in table("safety_examples")} & set(PLAIN)


@pytest.mark.parametrize("before", [0, 3_570, 3_590, 3_999, 4_990, 5_470, 20_000])
def test_a_long_text_is_read_to_its_end(detector, before):
    """S011: wherever a piece ends, and without a full stop."""
    harmless = "pengen taman bermain yang bagus " * (before // 32 + 1)
    text = harmless[:before] + " aku diperkosa bapak tiap malam " + harmless
    [alert] = detector.predict([text])
    assert alert is not None
    assert alert.level is AlertLevel.URGENT
    assert alert_in(text) is not None


def test_what_is_said_far_from_the_first_words_is_heard():
    """S011: many "aku" before it do not hide an act."""
    assert alert_in("aku suka taman " * 30 + "aku diperkosa bapak") is not None


EVERYDAY = [
    *product(
        ("aku", "saya", "kulo"),
        ("lapar", "laper", "luwe", "haus", "ngelak", "ngantuk", "kepanasan"),
        ("", "bu", "banget", "nih kak", "tadi", "pas di sekolah", "pulang sekolah", "habis renang"),
    ),
    *product(
        ("aku", "saya", "kami", "aku sama adik", "aku karo ibuk"),
        ("ke rumah", "nang omahe", "main ke rumah", "liburan ke rumah", "dari rumah"),
        ("om", "tante", "nenek", "mbah", "pakde", "temen", "sepupu", "paman"),
    ),
    *product(("aku", "kami"), ("di rumah", "ndek omahe"), ("om", "nenek", "bude", "temen")),
    *product(
        ("males pulang", "wegah muleh", "gak mau pulang", "emoh mulih"),
        ("panas", "masih panas", "soale udan", "macet", "jalan kaki", "belum dijemput"),
    ),
]


def test_everyday_talk_is_no_alert(detector):
    """S012: on 400 sentences nobody wrote down one by one."""
    sentences = [" ".join(filter(None, parts)) for parts in EVERYDAY]
    found = zip(sentences, detector.predict(sentences), strict=True)
    assert [text for text, alert in found if alert] == []


@pytest.mark.parametrize(
    "text",
    [
        "aku lapar dari kemarin gak dikasih makan",
        "aku lapar dari kemarin",
        "aku luwe ket wingi",
        "aku lapar terus",
        "aku lapar di rumah",
        "aku lapar ibu gak pulang",
        "takut pulang",
        "males pulang",
        "gak mau pulang",
        "males pulang bapak marah panas",
        "gak mau pulang, bapak mabuk, hujan",
        "wegah muleh bapak nesu udan",
        "emoh mulih panas wedi",
        "takut pulang malam bapak mendem",
        "aku gak mau ke rumah om",
        "aku takut ke rumah om",
        "aku di rumah om sendirian",
        "aku sama om di rumah",
        "aku tidur di rumah om",
        "aku di kamar om",
        "aku disuruh ke rumah om",
    ],
)
def test_one_word_more_is_heard(detector, text):
    """S013: plain talk silences nothing that hints at harm."""
    assert detector.predict([text]) != [None]


# "aku" of "kalau aku" may be the one something is done to, so phrases that need an "aku" count it.
OPENERS = ("menurutku", "semoga", "tolong ya", "mungkin", "moga moga")
OPENERS_WITH_ME = ("kalau aku", "nek aku sih,", "lek aku", "kl aku", "menurut saya")
ORDINARY = {"olahraga", "toilet", "taman dan tempat bermain", "PR dan tugas", "lampu jalan"}


@pytest.fixture(scope="module")
def harmless(detector):
    taught = [row["text"] for row in table("safety_examples") if row["level"] == "none"][::9]
    plain = [row["text"] for row in examples() if row["topic"] in ORDINARY][::4]
    texts = [*taught, *plain]
    found = zip(texts, detector.predict(texts), strict=True)
    return [text for text, alert in found if alert is None]


@pytest.mark.parametrize("opener", OPENERS)
def test_an_opener_makes_no_alert(detector, harmless, opener):
    """S014: on several hundred sentences."""
    assert len(harmless) > 400
    assert not any(detector.predict([f"{opener} {text}" for text in harmless]))


@pytest.mark.parametrize("opener", OPENERS_WITH_ME)
def test_an_opener_with_me_counts_for_phrases_only(detector, harmless, opener):
    """S014: the model never takes it for a story, and few sentences need only an "aku"."""
    raised = list(filter(None, detector.predict([f"{opener} {text}" for text in harmless])))
    assert {alert.detector for alert in raised} <= {"frasa"}
    assert all("aku" in alert.reason or "saya" in alert.reason for alert in raised)
    assert len(raised) < 0.03 * len(harmless)


@pytest.mark.parametrize("opener", [*OPENERS, *OPENERS_WITH_ME, "aku pengen"])
def test_an_opener_silences_no_disclosure(detector, opener):
    """S014: whatever was urgent stays urgent."""
    texts = [row["text"] for row in table("safety_examples") if row["level"] == "urgent"][::15]
    alone = [text for text in texts if _level(detector, text) is AlertLevel.URGENT]
    found = detector.predict([f"{opener} {text}" for text in alone])
    assert len(alone) > 100
    assert all(alert is not None and alert.level is AlertLevel.URGENT for alert in found)


def _level(detector, text):
    [alert] = detector.predict([text])
    return alert and alert.level


@pytest.mark.parametrize("text", [*OPENERS, *OPENERS_WITH_ME, "kalau aku", "nek aku ya"])
def test_an_opener_alone_tells_nothing(detector, text):
    """S014: "kalau aku" once was an urgent alert."""
    assert detector.predict([text]) == [None]


@pytest.mark.parametrize(
    "text",
    [
        "kalau aku minta globe buat kelas",
        "nek aku pengen ana pasar malem",
        "aku gak suka antre lama",
        "aku pengen mbah cepat pulang dari rumah sakit",
        "aku disuruh tante beli kecap",
        "bapakku tak pernah mukul adik",
        "ibuku ra tau nggebuk",
        "mamaku kagak pernah nampar",
        "ayah gpernah mukul, sabar",
        "tidak pernah sekalipun ayah menampar aku",
        "ibu gak pernah marah apalagi mukul",
        "aja bully kanca sekelas",
        "aja enek sing ngece maneh nang kelas",
        "bapak guru mukul bel tanda pulang",
        "ibu mukul bola voli keras banget",
        "dipeluk bu walikota pas juara satu",
        "kita harus teriak kalau ada orang yang pegang badan kita",
    ],
)
def test_denials_lessons_and_bells_are_no_alert(detector, text):
    """S015: in Indonesian, Javanese and chat."""
    assert detector.predict([text]) == [None]


@pytest.mark.parametrize(
    "text",
    [
        "bapak mukul meja terus mukul aku",
        "ibu mukul aku pakai bola",
        "dia aja dipukul bapak, apalagi aku",
        "ibu guru cerita aku dipukul bapak",
        "bapak ra tau ra nggebuk aku",
        "bokongku ditepuk pelatih",
        "ak dtampar ayh jgn blg siapa2",
        "celanaku dipelorotin abang",
        "aku diajak nonton bokep sama pakde",
        "ayah mabuk terus mecahin kaca",
        "pak sopir peluk aku gak mau lepas",
        "pak camat memeluk aku, aku takut",
        "diajak vcs",
        "om pegang dadaku kata bu guru aku harus lapor",
    ],
)
def test_what_is_left_unsaid_is_heard(detector, text):
    """S016: also beside a bell, an opener, a lesson or an official."""
    assert _level(detector, text) is AlertLevel.URGENT


@pytest.mark.parametrize("text", ["kancaku ngebully aku", "dia aja ngebully aku", "aku dibully"])
def test_bullying_is_of_concern_by_whomever(detector, text):
    """S016: the children who do it are named by their act, too."""
    assert detector.predict([text]) != [None]
