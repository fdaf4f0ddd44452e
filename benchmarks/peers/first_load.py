"""The peer of the child's page: the same questionnaire as plain Streamlit widgets."""

from pathlib import Path
from typing import Any

import streamlit as st

from survey_app.places import kelurahan
from survey_app.questionnaire import Language, Question, QuestionType, read

FILE = Path(__file__).parents[2] / "questionnaires" / "suara-anak-10-12.yaml"


@st.cache_resource
def questions() -> tuple[Question, ...]:
    """The questions, read once."""
    return read(FILE).questions


def ask(question: Question) -> Any:
    """The widget somebody would take for this type."""
    kind, key = question.type, question.key
    if kind in (QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT):
        return st.text_area("Jawaban", key=key)
    if kind is QuestionType.NUMBER:
        return st.number_input("Jawaban", key=key)
    if kind is QuestionType.CHOICES:
        return st.multiselect("Jawaban", options_of(question), key=key)
    if kind is QuestionType.INFORMATION:
        return None
    return st.radio("Jawaban", options_of(question), key=key, index=None)


def options_of(question: Question) -> list[str]:
    """What there is to choose from."""
    if question.type is QuestionType.PLACE:
        return [one.name for one in kelurahan()]
    if question.type is QuestionType.FACES:
        return [str(number) for number in range(1, 6)]
    if question.type is QuestionType.YES_MAYBE_NO:
        return ["Ya", "Mungkin", "Tidak"]
    texts = question.points or [choice.text for choice in question.choices or ()]
    return [text[Language.ID] for text in texts]


def go_on() -> None:
    """The next question, from the beginning again after the last."""
    st.session_state.at = (st.session_state.at + 1) % len(questions())


at = st.session_state.setdefault("at", 0)
asked = questions()[at]
st.progress((at + 1) / len(questions()))
st.header(f"{at + 1}. {asked.text[Language.ID]}")
ask(asked)
st.button("Lanjut", on_click=go_on, key="next")
