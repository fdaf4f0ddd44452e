"""A person reads first what may tell of harm.

S001  disclosures in Indonesian and Javanese are urgent, also when only hinted
S002  bullying and rough treatment are of concern
S003  negation, games, idioms, lessons and general demands are no alert
S004  the reason names words of the lexicon, never a name the child wrote
S005  a lexicon row that is taken away is missed: the table decides, not hidden code
S006  an alert says which detector raised it and the version of the words it read
"""

import pytest

from analysis import safety
from analysis.comments import AlertLevel
from analysis.resources import versions
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
    monkeypatch.setattr(safety, "rules", lambda: ())
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
