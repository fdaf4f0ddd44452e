"""Kuesioner: what is published, in which languages, for which age; and files that have faults."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import streamlit as st

from survey_app.errors import Problem
from survey_app.gathering import QuestionnaireId
from survey_app.pages import drawing
from survey_app.pages.frame import Here, apart, heading, moment
from survey_app.people import Page
from survey_app.questionnaire import Language, Question, Questionnaire, QuestionType, read_folder
from survey_app.store import questionnaires
from survey_app.store.questionnaires import PublishedQuestionnaire

FOLDER = Path(__file__).parents[2] / "questionnaires"
LANGUAGES = {Language.ID: "Indonesia", Language.JV: "Jawa"}
_TYPES = {
    QuestionType.FACES: "wajah",
    QuestionType.YES_MAYBE_NO: "ya / mungkin / tidak",
    QuestionType.CHOICE: "satu pilihan",
    QuestionType.CHOICES: "beberapa pilihan",
    QuestionType.RATING: "nilai berlabel",
    QuestionType.SHORT_TEXT: "teks pendek",
    QuestionType.LONG_TEXT: "teks panjang",
    QuestionType.NUMBER: "angka",
    QuestionType.PLACE: "tempat tinggal",
    QuestionType.INFORMATION: "bacaan",
}


def show(here: Here) -> None:
    """The published questionnaires, newest version first, and faults in files not published."""
    heading("Kuesioner", "Yang terbit tidak pernah berubah; perubahan menjadi versi baru.")
    found = questionnaires.published(here.store)
    _faults(_problems())
    if not found:
        with st.container(border=True, key="card_empty"):
            st.html(drawing.row("Belum ada kuesioner yang terbit.", _NEXT_STEP))
    for one in found:
        _card(here, one)


def _card(here: Here, one: PublishedQuestionnaire) -> None:
    asked = one.questionnaire
    ages = ", ".join(asked.age_bands)
    spoken = " dan ".join(LANGUAGES[language] for language in asked.languages)
    with st.container(border=True, key=f"card_{one.id}"):
        name, look = st.columns([4, 1], vertical_alignment="center")
        name.html(drawing.row(title(asked), f"umur {ages} tahun · {spoken} · versi {one.version}"))
        with look:
            here.link(Page.PREVIEW, "Pratinjau", kuesioner=one.id)
        line = f"{len(asked.questions)} pertanyaan · terbit {moment(one.published_at)}"
        whole = st.expander(line, key=f"whole_{one.id}", on_change="rerun")
        if whole.open:
            rows = [_row(number, question) for number, question in enumerate(asked.questions, 1)]
            whole.html(drawing.table(_HEADS, rows, caption=title(asked)))


def title(asked: Questionnaire) -> str:
    """The title in Indonesian, or in the first language there is."""
    return asked.title.get(Language.ID) or asked.title[asked.languages[0]]


def named_apart(
    offered: Mapping[QuestionnaireId, PublishedQuestionnaire],
) -> Callable[[QuestionnaireId], str]:
    """Names of questionnaires for a list to choose from."""

    def name(number: QuestionnaireId) -> str:
        one = offered[number]
        ages = ", ".join(one.questionnaire.age_bands)
        return f"{title(one.questionnaire)} · umur {ages} · versi {one.version}"

    return apart(list(offered), name)


def _row(number: int, question: Question) -> tuple[str, ...]:
    choices = [choice.text for choice in question.choices] or list(question.points)
    return (
        str(number),
        *(_text(question, choices, language) for language in (Language.ID, Language.JV)),
        _TYPES[question.type],
    )


def _text(question: Question, choices: Sequence[dict[Language, str]], language: Language) -> str:
    given = " / ".join(texts.get(language, "") for texts in choices)
    return f"{question.text.get(language, 'belum ada')}{f' ({given})' if given else ''}"


def _problems() -> tuple[Problem, ...]:
    """Reading eight files takes a quarter of a second, so it is done once per change of a file."""
    files = sorted(FOLDER.glob("*.y*ml"))
    return _problems_of(tuple((file.name, file.stat().st_mtime_ns) for file in files))


@st.cache_data(show_spinner=False, max_entries=2)
def _problems_of(files: tuple[tuple[str, int], ...]) -> tuple[Problem, ...]:
    return read_folder(FOLDER).problems


def _faults(problems: Sequence[Problem]) -> None:
    if not problems:
        return
    with st.container(border=True, key="card_faults"):
        st.badge("Berkas yang belum bisa terbit", color="orange", icon=":material/build:")
        rows = [(one.file, one.place, f"{one.reason} {one.remedy}") for one in problems]
        st.html(
            drawing.table(("Berkas", "Tempat", "Yang perlu diperbaiki"), rows, caption="Masalah")
        )


_HEADS = ("No", "Bahasa Indonesia", "Basa Jawa", "Jenis")
_NEXT_STEP = "Minta administrator menjalankan `suara kuesioner terbitkan questionnaires/`."
