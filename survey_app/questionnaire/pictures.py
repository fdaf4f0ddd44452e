"""The pictures and recordings beside a questionnaire: there, small, and only what they seem."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

MAX_PICTURE_BYTES = 8_192  # 10 pictures stay below the 40 KiB first-load budget after compression
MAX_RECORDING_BYTES = 524_288  # a minute of speech at 64 kbit/s; fetched only when played

_SVG = "{http://www.w3.org/2000/svg}"
# An SVG could run a script or call home. Only what draws is let in; everything else is refused.
_DRAWING = {
    *("svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon"),
    *("title", "desc", "defs", "linearGradient", "radialGradient", "stop", "clipPath"),
}
_FIRST_BYTES = {
    ".png": rb"\x89PNG\r\n\x1a\n",
    ".webp": rb"RIFF....WEBP",
    ".mp3": rb"ID3|\xff[\xe0-\xff]",
    ".ogg": rb"OggS",
}


@dataclass(frozen=True, slots=True)
class FileFault:
    """What is wrong with a file beside a questionnaire, and the remedy."""

    reason: str
    remedy: str


def picture_faults(file: Path) -> Iterator[FileFault]:
    """Everything that keeps this picture from a child's screen."""
    yield from _file_faults(file, limit=MAX_PICTURE_BYTES, shrink="Sederhanakan gambarnya.")


def recording_faults(file: Path) -> Iterator[FileFault]:
    """Everything that keeps this recording from a child's ears."""
    yield from _file_faults(file, limit=MAX_RECORDING_BYTES, shrink="Simpan dengan 32 kbit/s.")


def _file_faults(file: Path, *, limit: int, shrink: str) -> Iterator[FileFault]:
    name = f"{file.parent.name}/{file.name}"
    if not file.is_file():
        yield FileFault(f"berkas {name} tidak ada.", "Tambahkan, atau periksa ejaan namanya.")
        return
    if file.stat().st_size > limit:
        yield FileFault(f"berkas {name} lebih besar dari {limit // 1024} KiB.", shrink)
        return
    raw = file.read_bytes()
    if file.suffix == ".svg":
        yield from _svg_faults(name, raw)
    elif not re.match(_FIRST_BYTES[file.suffix], raw, re.DOTALL):
        yield FileFault(
            f"isi berkas {name} bukan {file.suffix.removeprefix('.').upper()}.",
            "Simpan ulang dari aplikasi gambar atau suara dengan jenis itu.",
        )


def _svg_faults(name: str, raw: bytes) -> Iterator[FileFault]:
    plain = "Simpan dari aplikasi gambar sebagai 'Plain SVG', tanpa skrip dan tautan."
    # An entity could grow without end; expat would expand it before we see it.
    if b"<!" in re.sub(rb"<!--.*?-->", b"", raw, flags=re.DOTALL):
        yield FileFault(f"gambar {name} memuat DOCTYPE atau ENTITY.", plain)
        return
    try:
        root = ElementTree.fromstring(raw)  # noqa: S314  small, and without DOCTYPE  # nosec B314
    except (ElementTree.ParseError, LookupError, ValueError):
        yield FileFault(f"gambar {name} bukan SVG yang utuh.", plain)
        return
    if root.tag != f"{_SVG}svg" or "viewBox" not in root.attrib:
        yield FileFault(f"gambar {name} tidak diawali <svg> dengan viewBox.", plain)
        return
    yield from (
        FileFault(f"gambar {name} memuat {what}.", plain) for what in sorted(_strange(root))
    )


def _strange(root: ElementTree.Element) -> set[str]:
    found = set()
    for element in root.iter():
        space, _, tag = element.tag.rpartition("}")
        if f"{space}}}" != _SVG or tag not in _DRAWING:
            found.add(f"bagian <{tag[:40]}>")
        for attribute, value in element.attrib.items():
            own_name = attribute.rpartition("}")[2]
            outside = re.search(r"url\((?!\s*['\"]?#)|javascript:|data:|@import", value, re.I)
            if own_name.lower().startswith("on") or own_name.lower() == "href" or outside:
                found.add(f"atribut {own_name[:40]}")
    return found
