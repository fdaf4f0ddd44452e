"""What is asked: reading, checking and writing out a questionnaire in all its languages."""

import base64
import hashlib
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from analysis.rights import Cluster, IndicatorKey, indicator_by_key
from survey_app.errors import Problem, QuestionnaireError

FOLDER = Path(__file__).parent.parent / "questionnaires"
SCHEMA_FILE = "questionnaire.schema.json"
MAX_PICTURE_BYTES = 8_192  # 10 pictures stay below the 40 KiB first-load budget after compression


class Language(StrEnum):
    """The languages a child can choose between."""

    ID = "id"
    JV = "jv"


class AgeBand(StrEnum):
    """The age bands of DESIGN.md section 2; never compare raw means across them."""

    EARLY = "6-9"
    MIDDLE = "10-12"
    YOUNG_TEEN = "13-15"
    OLDER_TEEN = "16-17"


class QuestionType(StrEnum):
    """How a question is answered."""

    FACES = "faces"
    YES_MAYBE_NO = "yes_maybe_no"
    CHOICE = "choice"
    CHOICES = "choices"
    RATING = "rating"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    PLACE = "place"
    INFORMATION = "information"


Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]
Texts = Annotated[
    dict[Language, Annotated[str, Field(min_length=1, max_length=1200)]],
    Field(description="One text per language of the questionnaire"),
]
FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*\.[a-z0-9]{2,4}$")]
_WITH_CHOICES = {QuestionType.CHOICE, QuestionType.CHOICES}
_WITH_TEXT = {QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Part):
    """One thing a child can pick."""

    key: Key
    text: Texts
    picture: FileName | None = None


class Question(_Part):
    """One screen: a question, or information to read."""

    key: Key
    type: QuestionType
    text: Texts
    hint: Texts | None = None
    picture: FileName | None = None
    audio: dict[Language, FileName] | None = None
    cluster: Cluster | None = Field(None, description="The rights cluster the question is about")
    indicator: IndicatorKey | None = Field(None, description="The indicator it is about")
    choices: tuple[Choice, ...] = ()
    points: tuple[Texts, ...] = Field((), description="Labels of a rating, lowest first")
    minimum: int | None = Field(None, description="Smallest number accepted")
    maximum: int | None = Field(None, description="Largest number accepted")
    max_length: int | None = Field(None, ge=20, le=2000, description="Characters of a text")
    free_text: bool = Field(False, description="True where the analysis reads the answer")

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        for wrong, reason in (
            (self.type in _WITH_CHOICES and not 2 <= len(self.choices) <= 12, "butuh 2-12 pilihan"),
            (self.type not in _WITH_CHOICES and self.choices, "tidak boleh punya pilihan"),
            (self.type is QuestionType.RATING and not 3 <= len(self.points) <= 5, "butuh 3-5 label"),
            (self.type is not QuestionType.RATING and self.points, "tidak boleh punya label nilai"),
            (self.free_text and self.type not in _WITH_TEXT, "free_text hanya untuk teks"),
            (self.max_length and self.type not in _WITH_TEXT, "max_length hanya untuk teks"),
            (
                (self.minimum is not None or self.maximum is not None)
                and self.type is not QuestionType.NUMBER,
                "minimum dan maximum hanya untuk angka",
            ),
            (
                self.minimum is not None
                and self.maximum is not None
                and self.minimum > self.maximum,
                "minimum lebih besar daripada maximum",
            ),
            (_repeated(choice.key for choice in self.choices), "ada kunci pilihan yang kembar"),
            (
                self.cluster
                and self.indicator
                and indicator_by_key(self.indicator).cluster is not self.cluster,
                "indikator itu tidak berada di klaster yang ditulis",
            ),
        ):
            if wrong:
                raise ValueError(f"jenis '{self.type}': {reason}")
        return self


class Questionnaire(_Part):
    """A whole questionnaire, in every language it is offered in."""

    key: Key
    version: int = Field(ge=1, description="Raise it with every change after publishing")
    title: Texts
    age_bands: tuple[AgeBand, ...] = Field(min_length=1)
    languages: tuple[Language, ...] = Field(min_length=1)
    assent: Texts = Field(description="Read to the child before the first question")
    assent_audio: dict[Language, FileName] | None = None
    closing: Texts = Field(description="What the child reads after the last question")
    questions: tuple[Question, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if repeated := _repeated(question.key for question in self.questions):
            raise ValueError(f"kunci pertanyaan '{repeated}' kembar")
        for place, texts in _all_texts(self):
            if missing := [language for language in self.languages if language not in texts]:
                raise ValueError(f"{place}: teks bahasa '{missing[0]}' belum ada")
        return self

    def question(self, key: str) -> Question | None:
        """The question with this key, or None."""
        return next((question for question in self.questions if question.key == key), None)


def read(path: Path) -> Questionnaire:
    """Read a questionnaire file; raise ``QuestionnaireError`` listing every fault in it."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(path, "berkas", f"tidak bisa dibaca ({type(error).__name__}).") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"baris {mark.line + 1}, kolom {mark.column + 1}" if mark else "berkas"
        raise _broken(path, place, "bukan YAML yang sah.") from error
    if not isinstance(raw, dict):
        raise _broken(path, "berkas", "harus berisi satu kuesioner (key, title, questions, ...).")
    try:
        questionnaire = Questionnaire.model_validate(raw)
    except ValidationError as error:
        raise QuestionnaireError(
            tuple(_problem(path.name, raw, fault) for fault in error.errors())
        ) from error
    if missing := tuple(_missing_files(path, questionnaire)):
        raise QuestionnaireError(missing)
    return questionnaire


def content(questionnaire: Questionnaire, folder: Path) -> str:
    """The questionnaire as published: JSON text with every picture and recording inside it.

    A published version must never change, so its files travel with it as data addresses.
    """
    raw = questionnaire.model_dump(mode="json", exclude_defaults=True)
    for part in _parts_with_files(raw):
        if picture := part.get("picture"):
            part["picture"] = _data_address(folder / "pictures" / picture)
        for name in ("audio", "assent_audio"):
            for language, recording in part.get(name, {}).items():
                part[name][language] = _data_address(folder / "audio" / recording)
    return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(text: str) -> str:
    """SHA-256 of published content, in hex: equal content is the same version."""
    return hashlib.sha256(text.encode()).hexdigest()


def json_schema() -> str:
    """The JSON Schema of a questionnaire file, as committed for editors to complete from."""
    schema = Questionnaire.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _repeated(keys: Any) -> str | None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return str(key)
        seen.add(key)
    return None


def _all_texts(questionnaire: Questionnaire) -> list[tuple[str, dict[Language, str]]]:
    found = [
        ("title", questionnaire.title),
        ("assent", questionnaire.assent),
        ("closing", questionnaire.closing),
    ]
    for question in questionnaire.questions:
        place = f"pertanyaan '{question.key}'"
        found.append((place, question.text))
        if question.hint:
            found.append((f"{place}, hint", question.hint))
        found += [(f"{place}, pilihan '{c.key}'", c.text) for c in question.choices]
        found += [(f"{place}, label {n}", p) for n, p in enumerate(question.points, 1)]
    return found


def _broken(path: Path, place: str, reason: str) -> QuestionnaireError:
    remedy = "Simpan sebagai YAML UTF-8; lihat contoh di questionnaires/."
    return QuestionnaireError((Problem(path.name, place, reason, remedy),))


# What pydantic found -> the remedy an author can follow; the rest falls back to the message.
_REMEDIES = {
    "missing": "Tambahkan bagian itu.",
    "extra_forbidden": "Hapus bagian itu atau perbaiki ejaannya.",
    "enum": "Pilih salah satu: {expected}.",
    "literal_error": "Pilih salah satu: {expected}.",
    "string_pattern_mismatch": "Pakai huruf kecil, angka, garis bawah; mulai dengan huruf.",
}
_REASONS = {
    "missing": "bagian '{field}' belum ada.",
    "extra_forbidden": "bagian '{field}' tidak dikenal.",
    "enum": "{field} '{input}' tidak dikenal.",
    "literal_error": "{field} '{input}' tidak dikenal.",
    "string_pattern_mismatch": "{field} '{input}' tidak bisa dipakai sebagai kunci.",
}


def _problem(file: str, raw: dict[str, Any], fault: Any) -> Problem:
    kind, where = fault["type"], tuple(fault["loc"])
    field = str(where[-1]) if where else "kuesioner"
    details = {
        "field": field,
        "input": str(fault.get("input"))[:60],
        "expected": str(fault.get("ctx", {}).get("expected", "")).replace(" or ", ", "),
    }
    message = fault["msg"].removeprefix("Value error, ")
    return Problem(
        file,
        _place(raw, where),
        _REASONS.get(kind, f"{field}: {message}.").format(**details),
        _REMEDIES.get(kind, "Perbaiki bagian itu; editor yang membaca JSON Schema menunjukkannya.")
        .format(**details),
    )


def _place(raw: dict[str, Any], where: tuple[Any, ...]) -> str:
    if len(where) < 2 or where[0] != "questions":
        return str(where[0]) if where else "kuesioner"
    question = raw["questions"][where[1]]
    key = question.get("key") if isinstance(question, dict) else None
    place = f"pertanyaan '{key}'" if key else f"pertanyaan ke-{where[1] + 1}"
    if len(where) > 3 and isinstance(where[3], int):
        place += f", {where[2]} ke-{where[3] + 1}"
    return place


def _parts_with_files(raw: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [raw]
    for question in raw["questions"]:
        parts += [question, *question.get("choices", [])]
    return parts


def _missing_files(path: Path, questionnaire: Questionnaire) -> list[Problem]:
    problems = []
    raw = questionnaire.model_dump(mode="json", exclude_defaults=True)
    for part in _parts_with_files(raw):
        names = [("pictures", part["picture"])] if part.get("picture") else []
        for field in ("audio", "assent_audio"):
            names += [("audio", name) for name in part.get(field, {}).values()]
        for folder, name in names:
            file = path.parent / folder / name
            place = f"'{part['key']}'"
            if not file.is_file():
                problems.append(
                    Problem(path.name, place, f"berkas {folder}/{name} tidak ada.", "Tambahkan.")
                )
            elif folder == "pictures" and file.stat().st_size > MAX_PICTURE_BYTES:
                problems.append(
                    Problem(
                        path.name,
                        place,
                        f"gambar {name} lebih besar dari {MAX_PICTURE_BYTES} bita.",
                        "Sederhanakan gambarnya.",
                    )
                )
    return problems


_MEDIA_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
}


def _data_address(file: Path) -> str:
    kind = _MEDIA_TYPES.get(file.suffix, "application/octet-stream")
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"
