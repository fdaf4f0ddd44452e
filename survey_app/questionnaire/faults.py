"""What is wrong with a questionnaire, in words its author can follow: where, what, the remedy."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from survey_app.errors import Problem
from survey_app.questionnaire.model import (
    BROKEN_RULES,
    Choice,
    Language,
    Question,
    Questionnaire,
)

# What people call the parts; the rest is called as it is written in the file.
_NAMES = {
    "cluster": "klaster",
    "indicator": "indikator",
    "type": "jenis",
    "age_bands": "kelompok umur",
    "languages": "bahasa",
    "key": "kunci",
    "choices": "pilihan",
    "points": "label",
    "questions": "pertanyaan",
}
_TEXTS = {"text": "teks", "points": "teks", "audio": "rekaman", "assent_audio": "rekaman"}
_KEY_OF_A_MAPPING = "[key]"  # pydantic's mark for a fault in a name instead of in its value

_NOT_A_TEXT = 'Tulis satu teks; angka dan true/false di antara tanda kutip, misalnya "7".'
_TEXT_PER_LANGUAGE = "Tulis satu teks untuk setiap bahasa, misalnya 'id: Halo' lalu 'jv: Halo'."
_LIST = "Tulis satu baris untuk setiap isi, masing-masing diawali tanda '-'."
_WHOLE_NUMBER = "Tulis angka bulat tanpa huruf, misalnya 3."

# The kind of fault (docs.pydantic.dev, "Validation errors") -> what and the remedy.
_SAYINGS = {
    "missing": ("bagian '{name}' belum ada.", "Tambahkan '{name}: ...'."),
    "extra_forbidden": ("bagian '{name}' tidak dikenal.", "{nearest}"),
    "enum": ("{called} '{input}' tidak dikenal.", "Pilih salah satu: {expected}."),
    "string_type": ("{called} harus teks, tetapi berisi {kind}.", _NOT_A_TEXT),
    "string_too_short": ("{called} masih kosong.", "Isi teksnya."),
    "string_too_long": ("{called} lebih panjang dari {max_length} huruf.", "Ringkaskan."),
    "int_type": ("{called} harus angka bulat, tetapi berisi {kind}.", _WHOLE_NUMBER),
    "greater_than_equal": ("{called} paling kecil {ge}.", "Tulis {ge} atau lebih."),
    "less_than_equal": ("{called} paling besar {le}.", "Tulis {le} atau kurang."),
    "bool_type": ("{called} harus true atau false, tetapi berisi {kind}.",
                  "Tulis true, atau hapus baris itu."),
    "tuple_type": ("{called} harus daftar, tetapi berisi {kind}.", _LIST),
    "too_short": ("{called} masih kosong.", "Isi paling sedikit {min_length}."),
    "too_long": ("{called} lebih dari {max_length}.", "Kurangi, atau buat kuesioner kedua."),
    "dict_type": ("{called} harus berisi teks per bahasa, tetapi berisi {kind}.",
                  _TEXT_PER_LANGUAGE),
    "model_type": ("{called} harus berisi beberapa bagian, tetapi berisi {kind}.",
                   "Tulis 'key: ...' dan 'text: ...' di bawahnya."),
}  # fmt: skip
_EMPTY = ("{called} masih kosong.", "Isi, atau hapus baris itu.")
_OTHERWISE = ("{called} tidak bisa dipakai.", "Bandingkan dengan contoh di questionnaires/.")
_PATTERNS = {
    "picture": ("nama gambar '{input}' tidak bisa dipakai.",
                "Pakai huruf kecil, angka dan tanda hubung, lalu .svg, .png atau .webp."),
    "audio": ("nama rekaman '{input}' tidak bisa dipakai.",
              "Pakai huruf kecil, angka dan tanda hubung, lalu .mp3 atau .ogg."),
    "key": ("kunci '{input}' tidak bisa dipakai.",
            "Pakai 2-40 huruf kecil, angka, garis bawah atau tanda hubung; awali dengan huruf."),
}  # fmt: skip
_KINDS = {
    bool: "true/false",
    int: "angka",
    float: "angka pecahan",
    str: "teks",
    list: "daftar",
    dict: "beberapa bagian",
}


def problems(file: str, raw: Mapping[str, Any], error: ValidationError) -> tuple[Problem, ...]:
    """Every fault pydantic found, each said once, in the order of the file."""
    all_faults = error.errors(include_url=False)
    paths = [fault["loc"] for fault in all_faults]
    found: dict[Problem, None] = {}
    for fault in all_faults:
        # A list whose only entry is wrong is also "too short" for pydantic; once is enough.
        if fault["type"] == "too_short" and any(_inside(path, fault["loc"]) for path in paths):
            continue
        found |= dict.fromkeys(_in_words(file, raw, fault))
    return tuple(found)


def _inside(path: Sequence[int | str], outer: Sequence[int | str]) -> bool:
    return len(path) > len(outer) and path[: len(outer)] == outer


def place_of(raw: Mapping[str, Any], where: Sequence[int | str]) -> str:
    """The part of the file a path leads to, as its author would call it."""
    if not where:
        return "kuesioner"
    if where[0] != "questions" or len(where) < 2 or not isinstance(where[1], int):
        return str(where[0])
    question = raw["questions"][where[1]]
    place = _numbered("pertanyaan", question, where[1])
    if len(where) < 4 or not isinstance(where[3], int):
        return place
    part = question[where[2]][where[3]]
    called = "pilihan" if where[2] == "choices" else "label"
    return f"{place}, {_numbered(called, part, where[3])}"


def _numbered(called: str, part: Any, index: int) -> str:
    key = part.get("key") if isinstance(part, dict) else None
    return f"{called} '{key}'" if isinstance(key, str) and key else f"{called} ke-{index + 1}"


def _in_words(file: str, raw: Mapping[str, Any], fault: Any) -> Iterator[Problem]:
    where = tuple(fault["loc"])
    place = place_of(raw, where)
    if fault["type"] == BROKEN_RULES:
        for rule in fault["ctx"]["broken"]:
            yield Problem(file, rule.place or place, rule.reason, rule.remedy)
        return
    reason, remedy = _saying(where, fault)
    details = _details(where, fault)
    yield Problem(file, place, reason.format(**details), remedy.format(**details))


def _saying(where: tuple[int | str, ...], fault: Any) -> tuple[str, str]:
    kind = fault["type"]
    if fault["input"] is None and kind != "missing":
        return _EMPTY
    if kind == "string_pattern_mismatch":
        subject = "audio" if {"audio", "assent_audio"} & set(where) else str(where[-1])
        return _PATTERNS.get(subject, _OTHERWISE)
    if kind == "enum" and where[-1] == _KEY_OF_A_MAPPING:
        return "bahasa '{input}' tidak dikenal.", "Pilih salah satu: {expected}."
    if kind == "dict_type" and {"audio", "assent_audio"} & set(where):
        return "{called} harus berisi satu berkas per bahasa.", "Tulis misalnya 'id: salam.mp3'."
    return _SAYINGS.get(kind, _OTHERWISE)


def _details(where: tuple[int | str, ...], fault: Any) -> dict[str, str]:
    context = {key: str(value) for key, value in fault.get("ctx", {}).items()}
    expected = context.get("expected", "").replace("'", "").replace(" or ", ", ")
    value = fault["input"]
    return {
        **context,
        "name": str(where[-1]) if where else "",
        "called": _called(where),
        "input": str(value)[:60],
        "kind": _KINDS.get(type(value), "sesuatu yang lain"),
        "expected": expected,
        "nearest": _nearest(where),
    }


def _called(where: tuple[int | str, ...]) -> str:
    """What a fault is about: "klaster", "teks bahasa 'id'", "bagian 'picture'"."""
    last = next((part for part in reversed(where) if isinstance(part, str)), "kuesioner")
    if last in {language.value for language in Language}:
        field = next(part for part in reversed(where[:-1]) if isinstance(part, str))
        text = _TEXTS.get(field, f"teks '{field}'")
        return f"{text} bahasa '{last}'"
    return _NAMES.get(last, f"bagian '{last}'")


def _nearest(where: tuple[int | str, ...]) -> str:
    """The remedy for a part nobody knows: the part that was probably meant."""
    model: type[BaseModel] = Questionnaire
    if where[0] == "questions":
        model = Choice if "choices" in where[:-1] else Question
    known = list(model.model_fields)
    if close := get_close_matches(str(where[-1]), known, n=1):
        return f"Mungkin maksudnya '{close[0]}'."
    return f"Hapus bagian itu; yang dikenal: {', '.join(known)}."
