"""The child's page: its files, compressed once at start, and the same player for a staff page."""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from analysis.rights import help_lines
from survey_app.wording import first_page_texts

_FOLDER = Path(__file__).parent
_STYLES = ("player.css", "questions.css", "tablets.css")  # a later rule wins: the order counts
# Comments that fill their lines are for readers of the repository.
_COMMENT_LINES = re.compile(
    r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL
)
_IMPORTS = re.compile(r'^import [^;]*? from "\./([a-z0-9]+\.mjs)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the player as it goes over the wire."""

    plain: bytes
    compressed: bytes
    media_type: str


@cache
def asset_version() -> str:
    """Twelve hex digits that change with any file or text of the player."""
    digest = hashlib.sha256(_start_texts().encode())
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in {".mjs", ".js", ".css", ".html", ".svg"}:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def shell() -> str:
    """The page of ``/`` and ``/isi/<kode>``, the same for every child."""
    icon = quote((_FOLDER / "icon.svg").read_text(encoding="utf-8").strip(), safe=" =:/'(),")
    return (
        (_FOLDER / "shell.html")
        .read_text(encoding="utf-8")
        .replace("{{query}}", f"?v={asset_version()}")
        .replace("{{icon}}", f"data:image/svg+xml,{icon}")
        .replace("{{start}}", _start_texts())
    )


@cache
def service_worker() -> str:
    """The service worker, told which files belong to this version."""
    files = [f"/isi/player/{name}?v={asset_version()}" for name in ASSETS]
    source = (_FOLDER / "sw.js").read_text(encoding="utf-8")
    return source.replace("{{version}}", asset_version()).replace("{{files}}", json.dumps(files))


def component(data: Mapping[str, Any], *, key: str) -> None:
    """Show the player inside a Streamlit page.

    ``data`` holds the options of ``mount`` in ``player.mjs``: ``code`` and ``mode``, and for a
    preview the ``package``. Answers go to the API, never through Streamlit, so a rerun of the page
    neither needs nor disturbs them.
    """
    _registered_component()(data={**data, "start": json.loads(_start_texts())}, key=key)


@cache
def _registered_component() -> Any:
    import streamlit as st  # only a staff page needs it

    source = (_FOLDER / "component.js").read_text(encoding="utf-8")
    return st.components.v2.component(
        "suara_anak_player", js=source.replace("{{version}}", asset_version())
    )


@cache
def _start_texts() -> str:
    lines = [
        {"name": line.name, "phone": line.phone, "whatsapp": line.whatsapp} for line in help_lines()
    ]
    start = {"wording": first_page_texts(), "help_lines": lines}
    # "<" would end the data block of the page early.
    return json.dumps(start, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def joined() -> str:
    """All modules as the one that is sent: each after those it imports, without comments.

    Thirteen modules one by one would spend 8 KB of the first load on HTTP headers and compress
    a fifth worse. Their top-level names are unique, so joining needs no rewriting (tested).
    """
    sources = {
        path.name: _COMMENT_LINES.sub("", path.read_text(encoding="utf-8"))
        for path in sorted(_FOLDER.glob("*.mjs"))
    }
    imported = {name: _IMPORTS.findall(source) for name, source in sources.items()}
    order = TopologicalSorter(imported).static_order()
    return "".join(_EXPORT.sub("", _IMPORTS.sub("", sources[name])) for name in order)


def _asset(text: str, media_type: str) -> Asset:
    content = text.encode()
    return Asset(content, gzip.compress(content, 9, mtime=0), media_type)


ASSETS: Mapping[str, Asset] = {
    "player.mjs": _asset(joined(), "text/javascript"),
    "player.css": _asset(
        "".join(_COMMENT_LINES.sub("", (_FOLDER / name).read_text("utf-8")) for name in _STYLES),
        "text/css",
    ),
}
