"""The staff pages' own files, compressed once: about 1 MB over the wire instead of 3."""

import asyncio
import gzip
import mimetypes
import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response

FOREVER = "public, immutable, max-age=31536000"  # the names carry a hash of the content
_COMPRESSES = {".js", ".mjs", ".css", ".html", ".json", ".svg", ".map", ".txt", ".wasm", ".ttf"}
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2"}
# What our pages draw first. Streamlit's front end asks for each only when the page has begun, and
# then for what it is made of: three rounds of waiting, 0.4 s of the theme page on a busy laptop.
_DRAWN = ("Html", "Button", "Selectbox")
_STARTS = {f"static/js/{name}" for name in _DRAWN}
_IMPORTS = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
# The theme uses the machine's own letters; these 170 kB must not come before the code.
_FONT = re.compile(r'<link[^>]*rel="preload"[^>]*as="font"[^>]*>')
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class File:
    """One file as it goes over the wire."""

    plain: bytes
    compressed: bytes | None
    media_type: str

    def response(self, headers: Headers, *, cache: str, also: dict[str, str]) -> Response:
        """The file in the form this browser accepts."""
        sent = {"Cache-Control": cache, **also}
        body = self.plain
        if self.compressed is not None:
            sent["Vary"] = "Accept-Encoding"
            if accepts_gzip(headers):
                body, sent["Content-Encoding"] = self.compressed, "gzip"
        return Response(body, media_type=self.media_type, headers=sent)


def accepts_gzip(headers: Headers) -> bool:
    """Whether the browser takes gzip (``gzip;q=0`` says it does not)."""
    for part in headers.get("accept-encoding", "").split(","):
        name, _, quality = part.strip().partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


class FrontEnd:
    """Streamlit's browser files: each is read and compressed when it is first asked for.

    ``folder`` is the ``static`` folder of the Streamlit package; it never changes while we run.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.is_file()
        }
        page = (folder / "index.html").read_text(encoding="utf-8")
        # The pages are Indonesian; a screen reader must not read them with an English voice.
        staff_page = page.replace('<html lang="en">', '<html lang="id">')
        staff_page = _FONT.sub("", staff_page).replace("</head>", self._preloads(page) + "</head>")
        self.page = compressed(staff_page.encode(), ".html")
        self.script_sources = tuple(
            f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
            for script in _INLINE_SCRIPT.findall(page)
        )
        self._ready: dict[str, asyncio.Task[File]] = {}

    def _preloads(self, page: str) -> str:
        """Links for what is drawn first and everything it is made of, beyond the page's own."""
        wanted = [name for name in self._files if name.partition(".")[0] in _STARTS]
        known: set[str] = set()
        while wanted:
            name = wanted.pop()
            if name in known or name not in self._files or name in page:
                continue
            known.add(name)
            code = self._files[name].read_text(encoding="utf-8")
            wanted += [f"static/js/{part}" for part in _IMPORTS.findall(code)]
        return "".join(
            f'<link rel="modulepreload" crossorigin href="./{name}">' for name in sorted(known)
        )

    def __contains__(self, name: str) -> bool:
        return name in self._files

    async def file(self, name: str) -> File:
        """The file of this name; two browsers asking at once wait for one compression."""
        if name not in self._ready:
            path = self._files[name]
            self._ready[name] = asyncio.create_task(
                asyncio.to_thread(lambda: compressed(path.read_bytes(), path.suffix))
            )
        return await asyncio.shield(self._ready[name])


def compressed(content: bytes, suffix: str) -> File:
    """A file in both forms; ``suffix`` says what it is."""
    media_type = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
    smaller = gzip.compress(content, 9, mtime=0) if suffix in _COMPRESSES else None
    return File(content, smaller, media_type)
