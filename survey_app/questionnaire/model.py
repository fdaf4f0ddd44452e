"""What a questionnaire is: its parts, its limits, and the rules between them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, NoReturn, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from analysis.rights import Cluster, IndicatorKey, indicator_by_key

SCHEMA_FILE = "questionnaire.schema.json"
BROKEN_RULES = "broken_rules"  # the kind of fault that carries our own words, see ``_refuse``


class Language(StrEnum):
    """The languages a child can choose between."""

    ID = "id"
    JV = "jv"


class AgeBand(StrEnum):
    """The age bands; raw means are never compared across them, because the scales differ."""

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


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule between the parts of a questionnaire that is not kept: where, what, the remedy."""

    place: str
    reason: str
    remedy: str


# Limits: a text fits a 360x640 screen with scrolling; a key fits a column name of a table; a
# number fits every database. Strict, because true would be read as 1 and "ya" as a yes.
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1200)]
Texts = Annotated[
    dict[Language, Words], Field(description="Satu teks untuk setiap bahasa kuesioner")
]
WholeNumber = Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)]
PictureName = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9_-]*\.(svg|png|webp)$",
        description="Nama berkas di folder pictures/",
    ),
]
RecordingName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9_-]*\.(mp3|ogg)$", description="Nama berkas di folder audio/"),
]
_WITH_CHOICES = {QuestionType.CHOICE, QuestionType.CHOICES}
_WITH_TEXT = {QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT}
_WITHOUT_AN_ANSWER = {QuestionType.INFORMATION}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Part):
    """One thing a child can pick."""

    key: Key = Field(description="Nama pilihan di tabel hasil, misalnya jalan_kaki")
    text: Texts
    picture: PictureName | None = None


class Question(_Part):
    """One screen: a question, or information to read."""

    key: Key = Field(description="Nama pertanyaan di tabel hasil; tidak berubah antarversi")
    type: QuestionType = Field(description="Cara menjawab")
    text: Texts
    hint: Texts | None = Field(None, description="Petunjuk kecil di bawah pertanyaan")
    picture: PictureName | None = None
    audio: dict[Language, RecordingName] | None = Field(
        None, description="Rekaman suara untuk dibacakan, satu untuk setiap bahasa"
    )
    cluster: Cluster | None = Field(None, description="Klaster hak anak yang ditanyakan")
    indicator: IndicatorKey | None = Field(None, description="Indikator KLA yang ditanyakan")
    choices: tuple[Choice, ...] = Field((), description="Pilihan untuk choice dan choices (2-12)")
    points: tuple[Texts, ...] = Field(
        (), description="Label untuk rating (3-5), dari yang terendah"
    )
    minimum: WholeNumber | None = Field(None, description="Angka terkecil untuk number")
    maximum: WholeNumber | None = Field(None, description="Angka terbesar untuk number")
    max_length: int | None = Field(
        None, strict=True, ge=20, le=2000, description="Panjang teks, dalam huruf"
    )
    free_text: bool = Field(
        False, strict=True, description="true bila jawabannya dibaca oleh analisis"
    )

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if broken := tuple(self._broken_rules()):
            _refuse(broken)
        return self

    def _broken_rules(self) -> Iterator[BrokenRule]:
        for kept, reason, remedy in (
            (
                self.type not in _WITH_CHOICES or 2 <= len(self.choices) <= 12,
                "butuh 2 sampai 12 pilihan.",
                "Tulis pilihannya di bawah 'choices'.",
            ),
            (
                self.type in _WITH_CHOICES or not self.choices,
                "tidak memakai pilihan.",
                "Hapus 'choices', atau ganti jenisnya menjadi choice atau choices.",
            ),
            (
                self.type is not QuestionType.RATING or 3 <= len(self.points) <= 5,
                "butuh 3 sampai 5 label nilai.",
                "Tulis labelnya di bawah 'points', dari yang terendah.",
            ),
            (
                self.type is QuestionType.RATING or not self.points,
                "tidak memakai label nilai.",
                "Hapus 'points', atau ganti jenisnya menjadi rating.",
            ),
            (
                self.type in _WITH_TEXT or not self.free_text,
                "tidak dibaca sebagai teks bebas.",
                "Hapus 'free_text', atau ganti jenisnya menjadi short_text atau long_text.",
            ),
            (
                self.type in _WITH_TEXT or self.max_length is None,
                "tidak punya panjang teks.",
                "Hapus 'max_length', atau ganti jenisnya menjadi short_text atau long_text.",
            ),
            (
                self.type is QuestionType.NUMBER or self.minimum is self.maximum is None,
                "tidak punya batas angka.",
                "Hapus 'minimum' dan 'maximum', atau ganti jenisnya menjadi number.",
            ),
            (
                self.type not in _WITHOUT_AN_ANSWER or not (self.cluster or self.indicator),
                "tidak dijawab, jadi tidak punya klaster atau indikator.",
                "Hapus 'cluster' dan 'indicator'.",
            ),
        ):
            if not kept:
                yield BrokenRule("", f"jenis '{self.type}' {reason}", remedy)
        yield from self._broken_values()

    def _broken_values(self) -> Iterator[BrokenRule]:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            yield BrokenRule("", "minimum lebih besar daripada maximum.", "Tukar kedua angka itu.")
        if repeated := _repeated(choice.key for choice in self.choices):
            yield BrokenRule(
                "",
                f"kunci pilihan '{repeated}' dipakai dua kali.",
                "Beri setiap pilihan kunci sendiri.",
            )
        if self.cluster and self.indicator:
            right = indicator_by_key(self.indicator).cluster
            if right is not self.cluster:
                yield BrokenRule(
                    "",
                    f"indikator '{self.indicator}' tidak berada di klaster '{self.cluster}'.",
                    f"{f'Tulis cluster: {right}, atau hapus' if right else 'Hapus'} 'cluster'.",
                )


class Questionnaire(_Part):
    """A whole questionnaire, in every language it is offered in."""

    key: Key = Field(description="Nama kuesioner; tidak berubah antarversi")
    version: int = Field(
        strict=True, ge=1, le=9999, description="Naikkan setiap ada perubahan setelah terbit"
    )
    title: Texts
    age_bands: tuple[AgeBand, ...] = Field(min_length=1, description="Kelompok umur")
    languages: tuple[Language, ...] = Field(min_length=1, description="Bahasa yang ditawarkan")
    assent: Texts = Field(description="Dibacakan kepada anak sebelum pertanyaan pertama")
    assent_audio: dict[Language, RecordingName] | None = Field(
        None, description="Rekaman teks persetujuan"
    )
    closing: Texts = Field(description="Dibaca anak setelah pertanyaan terakhir")
    questions: tuple[Question, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if broken := tuple(self._broken_rules()):
            _refuse(broken)
        return self

    def _broken_rules(self) -> Iterator[BrokenRule]:
        if repeated := _repeated(question.key for question in self.questions):
            yield BrokenRule(
                f"pertanyaan '{repeated}'",
                "kunci ini dipakai dua kali.",
                "Beri setiap pertanyaan kunci sendiri.",
            )
        for field, listed in (("languages", self.languages), ("age_bands", self.age_bands)):
            if repeated := _repeated(listed):
                yield BrokenRule(field, f"'{repeated}' ditulis dua kali.", "Hapus salah satunya.")
        for place, texts in _all_texts(self):
            for language in self.languages:
                if language not in texts:
                    yield BrokenRule(
                        place,
                        f"teks bahasa '{language}' belum ada.",
                        f"Tambahkan '{language}: ...', atau hapus {language} dari 'languages'.",
                    )

    def question(self, key: str) -> Question | None:
        """The question with this key, or None."""
        return next((question for question in self.questions if question.key == key), None)


def json_schema() -> str:
    """The JSON Schema of a questionnaire file, as committed for editors to complete from."""
    schema = Questionnaire.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _refuse(broken: tuple[BrokenRule, ...]) -> NoReturn:
    raise PydanticCustomError(BROKEN_RULES, "broken rules", {"broken": broken})


def _repeated(keys: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return None


def _all_texts(questionnaire: Questionnaire) -> Iterator[tuple[str, dict[Language, Any]]]:
    yield "title", questionnaire.title
    yield "assent", questionnaire.assent
    yield "closing", questionnaire.closing
    for question in questionnaire.questions:
        place = f"pertanyaan '{question.key}'"
        yield place, question.text
        if question.hint:
            yield f"{place}, hint", question.hint
        yield from ((f"{place}, pilihan '{c.key}'", c.text) for c in question.choices)
        yield from ((f"{place}, label ke-{n}", p) for n, p in enumerate(question.points, 1))
