"""A questionnaire's YAML, read strictly: what could be misread is refused, never guessed at."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

MAX_FILE_BYTES = 262_144  # the longest shipped questionnaire has 10 kB
MAX_DEPTH = 12  # questions > question > choices > choice > text are five


class SourceError(Exception):
    """A file that cannot be read as YAML: where, what, and the remedy."""

    def __init__(self, place: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason
        self.remedy = remedy


def load(path: Path) -> dict[str, Any]:
    """The plain values of a YAML file; raise ``SourceError`` where it cannot be read."""
    text = _text(path)
    try:
        values = _StrictLoader(text).get_single_data()
    except yaml.YAMLError as error:
        raise _in_words(error, text) from error
    if values is None:
        raise SourceError("berkas", "masih kosong.", "Salin contoh dari questionnaires/ ke sini.")
    if not isinstance(values, dict):
        raise SourceError(
            "berkas",
            "harus berisi satu kuesioner, bukan daftar atau satu teks.",
            "Mulai dengan 'key: ...', 'version: 1', 'title: ...' tanpa tanda '-' di depannya.",
        )
    return values


def _text(path: Path) -> str:
    if path.suffix != ".yaml":
        raise SourceError("berkas", "namanya tidak berakhir .yaml.", "Ganti akhiran namanya.")
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SourceError(
                "berkas", f"lebih besar dari {MAX_FILE_BYTES // 1024} KiB.", "Bagi menjadi dua."
            )
        raw = path.read_bytes()
    except OSError as error:
        reason, remedy = _UNREADABLE.get(
            type(error), (f"tidak bisa dibaca ({type(error).__name__}).", "Periksa berkas itu.")
        )
        raise SourceError("berkas", reason, remedy) from error
    try:
        return raw.decode("utf-8-sig")  # Windows Notepad puts a mark in front
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"baris {line}", "ada huruf yang bukan UTF-8.", "Simpan ulang berkas sebagai UTF-8."
        ) from error


_UNREADABLE: dict[type[OSError], tuple[str, str]] = {
    FileNotFoundError: ("tidak ditemukan.", "Periksa nama dan foldernya."),
    IsADirectoryError: ("adalah folder, bukan berkas.", "Ganti nama folder itu."),
    PermissionError: ("tidak boleh dibaca.", "Ubah izin berkas itu."),
}


class _StrictLoader(yaml.SafeLoader):
    """YAML without its surprises: no aliases, no tags, no key twice, ``no`` stays a word."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refused(
                event,
                "tanda & dan * (rujukan YAML) tidak dipakai di sini.",
                "Tulis isinya lengkap, atau beri tanda kutip pada teks yang memuat & atau *.",
            )
        if getattr(event, "tag", None):
            raise _refused(
                event,
                "tanda ! tidak dipakai di sini.",
                "Hapus, atau beri tanda kutip pada teks yang diawali tanda seru.",
            )
        if self._depth >= MAX_DEPTH:
            raise _refused(event, "isinya bertingkat terlalu dalam.", "Periksa lekukan barisnya.")
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: dict[Any, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused(key, "nama bagian harus satu kata.", "Tulis 'nama: isi'.")
            if key.value in seen:
                raise _refused(
                    key,
                    f"'{key.value[:40]}' sudah ditulis di baris {seen[key.value]}.",
                    "Hapus salah satunya.",
                )
            seen[key.value] = key.start_mark.line + 1
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


# YAML 1.1 reads "no" as false, 12:30 as 750 and 2027-01-01 as a date. Here, as in YAML 1.2, only
# true/false, whole and decimal numbers, and nothing (null) are more than words.
_PLAIN_VALUES = (
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("tag:yaml.org,2002:int", r"^[-+]?[0-9]{1,18}$", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"^[-+]?[0-9]+\.[0-9]+$", "-+0123456789"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
)
_StrictLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _PLAIN_VALUES:
    _StrictLoader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def _whole_number(_: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(node.value)  # in tens: YAML 1.1 would read 010 as eight


def _parts(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node)


_StrictLoader.add_constructor("tag:yaml.org,2002:int", _whole_number)
_StrictLoader.add_constructor("tag:yaml.org,2002:map", _parts)


class _Refused(yaml.MarkedYAMLError):
    """Something YAML allows and a questionnaire does not."""

    def __init__(self, mark: Any, reason: str, remedy: str) -> None:
        super().__init__(problem=reason, problem_mark=mark)
        self.remedy = remedy


def _refused(node: Any, reason: str, remedy: str) -> _Refused:
    return _Refused(node.start_mark, reason, remedy)


# What PyYAML says -> what an author can do about it; the first that fits is told.
_SYNTAX = (
    ("mapping values are not allowed", "ada titik dua yang tidak diharapkan.",
     "Beri tanda kutip pada teks yang memuat titik dua; periksa juga baris di atasnya."),
    ("found character '\\t'", "ada tab.", "Pakai spasi untuk melekukkan baris."),
    ("found unknown escape", "ada garis miring terbalik di dalam tanda kutip ganda.",
     "Pakai tanda kutip tunggal."),
    ("while scanning a quoted scalar", "tanda kutip belum ditutup.", "Tutup tanda kutip itu."),
    ("while scanning a block scalar", "ada teks di belakang tanda | atau >.",
     "Mulai teksnya di baris berikutnya, lebih menjorok."),
    ("could not find expected ':'", "ada baris tanpa titik dua.",
     "Tulis 'nama: isi', dan lekukkan baris lanjutan."),
    ("expected the node content", "ada tanda yang tidak diharapkan.",
     "Tutup kurung, atau beri tanda kutip pada teks yang diawali tanda baca."),
    ("expected ',' or", "kurung belum ditutup atau koma belum ada.",
     "Tutup kurung; beri tanda kutip pada teks yang memuat koma atau tanda tanya."),
    ("expected <block end>", "lekukan barisnya tidak sama.",
     "Samakan lekukan baris yang setingkat; beri tanda kutip pada teks yang diawali kutip."),
    ("cannot start any token", "ada tanda yang tidak boleh mengawali teks.",
     "Beri tanda kutip pada teks itu."),
    ("while scanning an a", "ada teks yang diawali tanda & atau *.",
     "Beri tanda kutip pada teks itu."),
    ("sequence entries are not allowed", "ada tanda '-' di tempat yang tidak diharapkan.",
     "Mulai daftar di baris baru; beri tanda kutip pada teks yang diawali '-'."),
    ("expected '<document start>'", "lekukan barisnya tidak sama.",
     "Samakan lekukan baris yang setingkat."),
    ("expected a single document", "ada tanda '---' kedua.",
     "Satu berkas berisi satu kuesioner; hapus tanda itu."),
)  # fmt: skip


def _in_words(error: yaml.YAMLError, text: str) -> SourceError:
    if isinstance(error, _Refused):
        return SourceError(_line(error.problem_mark), error.problem or "", error.remedy)
    if not isinstance(error, yaml.MarkedYAMLError):
        position = getattr(error, "position", 0)
        return SourceError(
            f"baris {text.count(chr(10), 0, position) + 1}",
            "ada tanda kendali yang tidak terlihat.",
            "Hapus baris itu, lalu ketik ulang.",
        )
    said = f"{error.context} {error.problem}"
    mark = error.problem_mark or error.context_mark
    if "quoted scalar" in said or "flow" in said:  # where it began helps more than where it ends
        mark = error.context_mark or mark
    for words, reason, remedy in _syntax_rules(text, mark):
        if words in said:
            return SourceError(_line(mark), reason, remedy)
    return SourceError(
        _line(mark), "bukan YAML yang sah.", "Bandingkan dengan contoh di questionnaires/."
    )


def _syntax_rules(text: str, mark: Any) -> Iterator[tuple[str, str, str]]:
    """The table; a tab in the line of the mark comes first, whatever PyYAML stumbled over."""
    lines = text.splitlines()
    if mark and mark.line < len(lines) and re.match(r"^ *\t", lines[mark.line]):
        yield "", *_SYNTAX[1][1:]
    yield from _SYNTAX


def _line(mark: Any) -> str:
    return f"baris {mark.line + 1}" if mark else "berkas"
