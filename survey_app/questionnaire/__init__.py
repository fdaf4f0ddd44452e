"""What is asked: reading, checking and writing out a questionnaire in all its languages.

``model`` says what a questionnaire is, ``source`` reads its YAML strictly, ``pictures`` looks at
the files beside it, ``faults`` puts what is wrong into words an author can follow, and ``files``
brings them together.
"""

from survey_app.questionnaire.files import Reading, content, content_hash, read, read_folder
from survey_app.questionnaire.model import (
    SCHEMA_FILE,
    AgeBand,
    Choice,
    Language,
    Question,
    Questionnaire,
    QuestionType,
    json_schema,
)
from survey_app.questionnaire.pictures import MAX_PICTURE_BYTES, MAX_RECORDING_BYTES

__all__ = [
    "MAX_PICTURE_BYTES",
    "MAX_RECORDING_BYTES",
    "SCHEMA_FILE",
    "AgeBand",
    "Choice",
    "Language",
    "Question",
    "QuestionType",
    "Questionnaire",
    "Reading",
    "content",
    "content_hash",
    "json_schema",
    "read",
    "read_folder",
]
