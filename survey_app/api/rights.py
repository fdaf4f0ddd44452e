"""Who may ask for which address: ours and Streamlit's, deny by default.

Pages are opened by everybody who is signed in, as an empty frame; what stands in them comes over
the connection, where ``survey_app/pages/door.py`` asks the role. A test holds this table to the
routes there are: a new route without a rule fails.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from survey_app.people import PAGE_NEEDS


class Who(StrEnum):
    """Who gets an answer; nobody is told apart from an address that does not exist."""

    EVERYBODY = "everybody"
    SIGNED_IN = "signed in"
    NOBODY = "nobody"


OURS: Mapping[str, Who] = dict.fromkeys(
    (
        "/", "/isi", "/isi/", "/isi/sw.js", "/isi/player/{name}",
        "/isi/audio/{questionnaire:int}/{part}/{language}", "/isi/{code}", "/isi/{code}/",
        "/api/v1/gatherings/{code}", "/api/v1/responses", "/api/v1/returns",
        "/healthz", "/masuk", "/masuk/kota", "/masuk/kota/kembali", "/keluar", "/undangan/{token}",
    ),
    Who.EVERYBODY,
)  # fmt: skip
STAFF_PAGES = tuple(f"/{page.value}" for page in PAGE_NEEDS)
STREAMLIT: Mapping[str, Who] = {
    **dict.fromkeys(STAFF_PAGES, Who.SIGNED_IN),
    "/_stcore/stream": Who.SIGNED_IN,
    "/media/{file_id:path}": Who.SIGNED_IN,
    "/_stcore/upload_file/{session_id}/{file_id}": Who.SIGNED_IN,
    "/_stcore/bidi-components/{path:path}": Who.SIGNED_IN,
    "/component/{path:path}": Who.SIGNED_IN,
    # What its front end asks for before it connects; says nothing about this installation.
    "/_stcore/health": Who.EVERYBODY,
    "/_stcore/host-config": Who.EVERYBODY,
    "/static/{path:path}": Who.EVERYBODY,
    "/favicon.png": Who.EVERYBODY,
    "/manifest.json": Who.EVERYBODY,
    "/_stcore/metrics": Who.NOBODY,
    "/_stcore/script-health-check": Who.NOBODY,
    "/_stcore/agent/interact": Who.NOBODY,
    "/_stcore/agent/openapi.json": Who.NOBODY,
    "/_stcore/agent/mcp": Who.NOBODY,
    "/auth/login": Who.NOBODY,
    "/auth/logout": Who.NOBODY,
    "/oauth2callback": Who.NOBODY,
}


def of_streamlit(path: str) -> Who:
    """Who may ask for this address, which is none of ours; what no rule names nobody may."""
    return next((who for rule, who in _RULES if rule.fullmatch(path)), Who.NOBODY)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+(:path)?\}", template)
    signs = [f"{'.+' if part else '[^/]+'}" for part in parts[1::2]]
    fixed = [re.escape(part) for part in parts[::2]]
    return re.compile("".join(a + b for a, b in zip(fixed, [*signs, ""], strict=True)))


_RULES = tuple((_pattern(template), who) for template, who in STREAMLIT.items())
