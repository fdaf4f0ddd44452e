"""The child's page: its files, compressed once at start, and the same player for a staff page."""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.rights import help_lines
from survey_app.wording import first_page_texts

_FOLDER = Path(__file__).parent
_MEDIA_TYPES = {".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_IMPORT = re.compile(rb'(from "\./[a-z0-9]+\.mjs)"')
# Comments that fill their lines are for readers of the repository; without them the first load is
# a sixth smaller. That what remains is the same program is tested.
_COMMENT_LINES = re.compile(
    rb"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL
)


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
        if path.suffix in {*_MEDIA_TYPES, ".html", ".js"}:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def shell() -> str:
    """The page of ``/`` and ``/isi/<kode>``, the same for every child."""
    query = f"?v={asset_version()}"
    preloads = [
        f'<link rel="modulepreload" href="/isi/player/{name}{query}">'
        for name in ASSETS
        if name.endswith(".mjs")
    ]
    return (
        (_FOLDER / "shell.html")
        .read_text(encoding="utf-8")
        .replace("{{query}}", query)
        .replace("{{preloads}}", "\n".join(preloads))
        .replace("{{start}}", _start_texts())
    )


@cache
def service_worker() -> str:
    """The service worker, told which files belong to this version."""
    files = [f"/isi/player/{name}?v={asset_version()}" for name in ASSETS]
    source = (_FOLDER / "sw.js").read_text(encoding="utf-8")
    return source.replace("{{version}}", asset_version()).replace("{{files}}", json.dumps(files))


def component(data: Mapping[str, Any], *, key: str) -> Any:
    """Show the player inside a Streamlit page.

    ``data`` holds the options of ``mount`` in ``player.mjs``: ``code`` and ``mode``, and for a
    preview the ``package``. Returns Streamlit's component result; its ``delivery`` is the state
    of the child's answers, where the page asks for it.
    """
    options = {**data, "start": json.loads(_start_texts())}
    return _registered_component()(data=options, key=key, on_delivery_change=lambda: None)


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


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    if path.suffix == ".mjs":
        content = _COMMENT_LINES.sub(b"", content)
        # A module asks for the others by name; the version makes the tablet keep them for good.
        content = _IMPORT.sub(rb"\1?v=" + asset_version().encode() + b'"', content)
    elif path.suffix == ".css":
        content = _COMMENT_LINES.sub(b"", content)
    return Asset(content, gzip.compress(content, 9, mtime=0), _MEDIA_TYPES[path.suffix])


ASSETS: Mapping[str, Asset] = {
    path.name: _asset(path) for path in sorted(_FOLDER.iterdir()) if path.suffix in _MEDIA_TYPES
}
