"""The questionnaires children get: complete, in words for their age, and safe to answer.

S001  All seven can be read, in Indonesian and Javanese, and together use every question type.
S002  The committed JSON Schema is the current one; every file names it and fits it.
S003  Each age band is asked about all five clusters, and openly about school and kampung.
S004  Scales fit the age: faces and yes/maybe/no for 6-9, 4-5 labelled points from 10-12 on.
S005  Words fit the age: short questions, one thing at a time, pictures on the youngest's choices.
S006  Javanese is Javanese and Indonesian is Indonesian, in every text.
S007  No question asks who a child is.
S008  The assent tells everything a child must know, and no text promises secrecy.
S009  Sensitive questions come after a screen that says so and that they may be skipped.
S010  Every picture is used, small, and drawn without words.
S011  A questionnaire with its pictures fits into the first load of a slow network.
"""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from jsonschema import Draft202012Validator

from analysis.rights import Cluster, IndicatorKey, indicator_by_key
from survey_app import questionnaire
from survey_app.questionnaire import (
    SCHEMA_FILE,
    AgeBand,
    Language,
    Question,
    Questionnaire,
    QuestionType,
)

FOLDER = Path(__file__).parents[1] / "questionnaires"
FILES = sorted(FOLDER.glob("*.yaml"))
ALL = {path.stem: questionnaire.read(path) for path in FILES}
BY_BAND = {band: ALL[f"suara-anak-{band}"] for band in AgeBand}
OPEN = {QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT}
YOUNG = {AgeBand.EARLY, AgeBand.MIDDLE}

each = pytest.mark.parametrize("asked", ALL.values(), ids=ALL.keys())


def answered(asked: Questionnaire) -> list[Question]:
    """The screens a child answers: all but the information."""
    return [one for one in asked.questions if one.type is not QuestionType.INFORMATION]


def cluster_of(question: Question) -> Cluster | None:
    """The cluster a question is about, named or through its indicator."""
    if question.indicator:
        return indicator_by_key(question.indicator).cluster
    return question.cluster


def texts(asked: Questionnaire) -> Iterator[dict[Language, str]]:
    """Every text of a questionnaire, in all its languages."""
    yield from (asked.title, asked.assent, asked.closing)
    for question in asked.questions:
        yield question.text
        if question.hint:
            yield question.hint
        yield from (choice.text for choice in question.choices)
        yield from question.points


def words(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return re.findall(r"[a-z]+", text.lower())


def test_seven_are_there_and_use_every_type() -> None:
    """S001: the folder is read without a problem and leaves no question type untried."""
    reading = questionnaire.read_folder(FOLDER)
    assert reading.problems == ()
    assert {one.key for one in reading.questionnaires} == {path.stem for path in FILES}
    assert len(reading.questionnaires) >= 7
    types = {one.type for asked in reading.questionnaires for one in asked.questions}
    assert types == set(QuestionType)


@each
def test_both_languages_are_complete(asked: Questionnaire) -> None:
    """S001: every single text is there in both languages."""
    assert set(asked.languages) == set(Language)
    assert all(set(text) == set(Language) for text in texts(asked))


def test_the_schema_is_current() -> None:
    """S002: what is committed is what the models say (mend with `make schema`)."""
    assert (FOLDER / SCHEMA_FILE).read_text(encoding="utf-8") == questionnaire.json_schema()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_editors_find_the_schema(path: Path) -> None:
    """S002: the first line names the schema, and the file fits it."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# yaml-language-server: $schema=./{SCHEMA_FILE}\n")
    schema = json.loads((FOLDER / SCHEMA_FILE).read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(yaml.safe_load(text))) == []


@pytest.mark.parametrize("band", AgeBand)
def test_every_band_is_asked_about_all_rights(band: AgeBand) -> None:
    """S003: 10-14 questions, all five clusters, open ones about school, kampung and city."""
    asked = BY_BAND[band]
    assert 10 <= len(answered(asked)) <= 14
    assert {cluster_of(one) for one in asked.questions} >= set(Cluster)
    wanted = ["ubah_sekolah", "ubah_kampung"]
    if band is not AgeBand.EARLY:
        wanted.append("saran_kota")
    for key in wanted:
        question = asked.question(key)
        assert question is not None
        assert question.type is QuestionType.LONG_TEXT
        assert question.free_text
        # Words about anything are not pushed towards one cluster beforehand.
        assert cluster_of(question) is None


@each
def test_what_children_write_is_read(asked: Questionnaire) -> None:
    """S003: each questionnaire has an open question, and the analysis reads all of them."""
    opened = [one for one in asked.questions if one.type in OPEN]
    assert opened
    assert all(one.free_text for one in opened)
    assert asked.key == "pertemuan-ini" or len(answered(asked)) >= 10


@each
def test_scales_fit_the_age(asked: Questionnaire) -> None:
    """S004: no rating for 6-9; elsewhere four or five points, the same number in both languages."""
    for question in asked.questions:
        if AgeBand.EARLY in asked.age_bands:
            assert question.type not in (QuestionType.RATING, QuestionType.NUMBER)
        if question.type is QuestionType.RATING:
            assert 4 <= len(question.points) <= 5
            for language in Language:
                assert len({point[language] for point in question.points}) == len(question.points)


@each
def test_questions_are_short(asked: Questionnaire) -> None:
    """S005: 12 words for children below 10, 14 for the others, in both languages."""
    most = 12 if AgeBand.EARLY in asked.age_bands else 14
    for question in answered(asked):
        for text in question.text.values():
            assert len(text.split()) <= most, f"{question.key}: {text}"
        for choice in question.choices:
            assert all(len(text.split()) <= 6 for text in choice.text.values())
        for point in question.points:
            assert all(len(text.split()) <= 4 for text in point.values())


@pytest.mark.parametrize(
    ("band", "most"), [("6-9", 70), ("10-12", 120), ("13-15", 130), ("16-17", 140)]
)
def test_younger_children_get_less_to_read(band: AgeBand, most: int) -> None:
    """S005: the letters of a question and the words of the assent grow with the age."""
    asked = BY_BAND[AgeBand(band)]
    assert all(len(text) <= most for one in answered(asked) for text in one.text.values())
    lengths = [len(words(BY_BAND[each_band].assent[Language.ID])) for each_band in AgeBand]
    assert lengths == sorted(lengths)
    sentences = re.split(r"[.!?:]\s", BY_BAND[AgeBand.EARLY].assent[Language.ID])
    assert max(len(words(sentence)) for sentence in sentences) <= 14


@each
def test_a_question_asks_one_thing(asked: Questionnaire) -> None:
    """S005: one question mark, no "and", no "or", no slash."""
    for question in answered(asked):
        for text in question.text.values():
            assert text.count("?") == 1
            assert text.endswith("?")
            assert not {"dan", "atau", "lan", "utawa", "sarta"} & set(words(text)), text
            assert "/" not in text


@each
def test_the_young_choose_by_picture(asked: Questionnaire) -> None:
    """S005: where children below 13 choose, every choice has its own picture."""
    if not YOUNG & set(asked.age_bands):
        return
    for question in asked.questions:
        pictures = [choice.picture for choice in question.choices]
        assert all(pictures)
        assert len(set(pictures)) == len(pictures)


# Words that only one of the two languages has, in its everyday (ngoko and krama) form.
ONLY_INDONESIAN = set(
    words(
        "yang dan tidak kamu kami adalah dengan untuk dari itu apakah sudah juga saja akan atau "
        "kalau jangan boleh bagaimana seberapa ingin orang bicara jawaban berikut"
    )
)
ONLY_JAVANESE = set(
    words(
        "sing lan ora kowe iki iku kanggo saka ing karo marang wis uga wae bakal utawa yen aja "
        "piye sepira pengin bocah wong omong wangsulan boten dereng kula"
    )
)


@each
def test_each_language_is_itself(asked: Questionnaire) -> None:
    """S006: no text is the same sentence twice, and none borrows the other language's words."""
    for text in texts(asked):
        indonesian, javanese = text[Language.ID], text[Language.JV]
        assert not ONLY_INDONESIAN & set(words(javanese)), javanese
        assert not ONLY_JAVANESE & set(words(indonesian)), indonesian
        if len(words(indonesian)) > 2:
            assert indonesian != javanese
    for question in asked.questions:
        assert question.text[Language.ID] != question.text[Language.JV]


@each
def test_nobody_is_asked_who_they_are(asked: Questionnaire) -> None:
    """S007: no question asks for a name, class, school, number, address or account."""
    identifying = {"nama", "namamu", "kelasmu", "alamat", "alamatmu", "nomor", "telepon", "akun"}
    identifying |= {"jeneng", "jenengmu", "kelas", "nik", "wa", "instagram"}
    for question in answered(asked):
        if question.type in {*OPEN, QuestionType.NUMBER}:
            for text in question.text.values():
                assert not identifying & set(words(text)), text


MUST_KNOW = {
    Language.ID: (
        r"Kota Kediri",  # who asks
        r"(boleh|kamu yang menentukan|sukarela)",  # voluntary
        r"lewat",  # skip
        r"berhenti",  # stop
        r"(nilai|ulangan|ujian)",  # nobody is graded
        r"tanpa nama",
        r"bahaya",  # adults may read and help
        r"tiga kata",  # to go on, or to withdraw
        r"\?$",  # it ends with the question
    ),
    Language.JV: (
        r"Kutha Kediri",
        r"(oleh|kowe dhewe sing nemtokake|karepmu dhewe)",
        r"liwat",
        r"mandheg",
        r"(biji|ulangan)",
        r"tanpa jeneng",
        r"bebaya",
        r"telung tembung",
        r"\?$",
    ),
}


@each
def test_the_assent_tells_everything(asked: Questionnaire) -> None:
    """S008: who asks, free to join, skip and stop, no grades, no name, help, three words."""
    for language, needed in MUST_KNOW.items():
        for pattern in needed:
            assert re.search(pattern, asked.assent[language]), f"{language}: {pattern}"


@each
def test_no_text_promises_secrecy(asked: Questionnaire) -> None:
    """S008: "rahasia" and "wadi" stand only in a sentence that denies the promise."""
    for text in texts(asked):
        for language, secret in ((Language.ID, "rahasia"), (Language.JV, "wadi")):
            for sentence in re.split(r"[.!?]", text[language]):
                if secret in sentence:
                    assert re.search(r"\b(tidak|ora)\b", sentence.lower()), sentence


@each
def test_sensitive_questions_are_announced(asked: Questionnaire) -> None:
    """S009: special protection and child marriage come after a screen that offers to skip."""
    announced = False
    for question in asked.questions:
        if question.type is QuestionType.INFORMATION:
            announced = True
            assert "lewat" in question.text[Language.ID]
            assert "liwat" in question.text[Language.JV]
        sensitive = cluster_of(question) is Cluster.PERLINDUNGAN
        if sensitive or question.indicator is IndicatorKey.PERKAWINAN_ANAK:
            assert announced, question.key
            assert question.type not in OPEN, question.key


def test_every_picture_is_used_and_small() -> None:
    """S010: no drawing lies around unused, none is above 1.5 KiB, none holds letters."""
    used = {
        part.picture
        for asked in ALL.values()
        for question in asked.questions
        for part in (question, *question.choices)
    }
    drawn = sorted((FOLDER / "pictures").iterdir())
    assert {path.name for path in drawn} == used - {None}
    for path in drawn:
        assert path.stat().st_size <= 1_536
        root = ElementTree.fromstring(path.read_bytes())  # noqa: S314  our own drawings
        assert root.attrib["viewBox"] == "0 0 96 96"
        assert not [element for element in root.iter() if (element.text or "").strip()]


@each
def test_it_fits_into_the_first_load(asked: Questionnaire) -> None:
    """S011: at most 14 KiB compressed, so that the player and the wording fit into 40 KiB too."""
    whole = questionnaire.content(asked, FOLDER)
    assert len(gzip.compress(whole.encode())) <= 14 * 1024
