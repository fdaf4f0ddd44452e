"""Requests that are wrong in every way we could think of, made from ``docs/openapi.json``.

The same number always makes the same request: a failure names it, and it can be made again.
"""

import json
import random
import uuid
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from asking import HOST, Asked, Header

from survey_app.api.rights import OURS, STREAMLIT

_API = json.loads((Path(__file__).parents[1] / "docs" / "openapi.json").read_text("utf-8"))
_SCHEMAS = _API["components"]["schemas"]
_SHAPES = [
    operation["requestBody"]["content"]["application/json"]["schema"]
    for path in _API["paths"].values()
    for operation in path.values()
    if "requestBody" in operation
]
_PLACES = [*_API["paths"], *OURS, *STREAMLIT]
_READ = (*["/api/v1/responses"] * 5, *["/api/v1/returns"] * 3, "/masuk", "/keluar")
_METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "ANEH")
NASTY = (
    "", "a" * 3000, "\0", "\ud800", "\u202egnp.exe", "\u200b\ufeff", "'; DROP TABLE answers; --",
    "' OR 1=1 --", "<script>alert(1)</script>", "../../../etc/passwd", "..\\..\\secret.key", "%00",
    "%2e%2e%2f", "=cmd|' /C calc'!A0", "{0}{self}", "${7*7}{{7*7}}", "%s%n%x", "\r\nX-A: b", "👧🏽",
    "NaN", "-1", "1e999", "0x10", "null", "true", "[]", "C4D7FH", "javascript:alert(1)", "ꦱꦸꦮꦫ",
)  # fmt: skip
_VALUES = (None, True, False, 0, -1, 2**31, 2**63, 10**400, 1.5, -0.0, [], {}, [[]], {"": {}})
_KINDS = (
    b"application/json", b"application/json; charset=utf-16", b"application/x-www-form-urlencoded",
    b"multipart/form-data", b"multipart/form-data; boundary=x", b"text/plain", b"", b"\xff", b"x/x",
)  # fmt: skip
_SPOILT_JSON: Sequence[Callable[[bytes], bytes]] = (
    lambda text: text[: len(text) // 2],
    lambda text: text * 2,
    lambda text: b"\xef\xbb\xbf" + text,
    lambda text: text.decode("utf-8", "replace").encode("utf-16"),
    lambda text: text.replace(b'"', b"'"),
    lambda text: text.replace(b":", b":NaN,", 1),
    lambda text: text.replace(b"1", b"1" * 5000),
    lambda text: b"[" * 3000 + text + b"]" * 3000,
    lambda text: b'{"suara":1,' * 2000 + text + b"}" * 2000,
    lambda text: text.replace(b"{", b'{"suara":2,', 1),
    lambda text: text.replace(b"a", b"\xff"),
    lambda text: b"",
)


def spoilt(number: int, known: Sequence[dict[str, Any]]) -> Asked:
    """The request of this number; ``known`` are envelopes that would be taken as they stand."""
    dice = random.Random(number)
    method, path = dice.choice(_METHODS), _path(dice)
    if dice.random() < 0.5:  # most of what can go wrong does so where something is read
        method, path = "POST", dice.choice(_READ)
    body = _body(dice, path, known) if method not in ("GET", "HEAD") or dice.random() < 0.1 else b""
    cut = sorted(dice.randrange(len(body) + 1) for _ in range(dice.randrange(3)))
    pieces = [body[a:b] for a, b in zip([0, *cut], [*cut, len(body)], strict=True)]
    return Asked(
        method=method,
        path=path,
        headers=_headers(dice, path, len(body)),
        body=pieces,
        query=quote(dice.choice(NASTY), errors="replace").encode() if dice.random() < 0.2 else b"",
        address=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        leaves=dice.random() < 0.03,
    )


def _path(dice: random.Random) -> str:
    parts = dice.choice(_PLACES).split("/")
    filled = [dice.choice(NASTY) if part.startswith("{") else part for part in parts]
    if dice.random() < 0.2:
        filled.insert(dice.randrange(1, len(filled) + 1), dice.choice(NASTY))
    return "/".join(filled) or "/"


def _headers(dice: random.Random, path: str, length: int) -> list[Header]:
    usual = _KINDS[2] if path == "/masuk" else _KINDS[0]
    found = [HOST, (b"content-type", usual if dice.random() < 0.7 else dice.choice(_KINDS))]
    strange: tuple[Header, ...] = (
        (b"content-length", dice.choice((b"-1", b"abc", b"9" * 30, b"0", str(length).encode()))),
        (b"origin", dice.choice((b"null", b"https://jahat.example", b"http://[", b"\xff", b""))),
        (b"cookie", dice.choice((b"suara_petugas=palsu", b"=;=;", b"a" * 9000, b"suara_petugas="))),
        (b"x-forwarded-for", dice.choice((b"127.0.0.1", b"\xff", b"," * 500, b"::1"))),
        (b"x-forwarded-proto", dice.choice((b"https", b"javascript", b""))),
        (b"if-none-match", dice.choice((b"*", b'W/"', b"," * 999))),
        (b"accept-encoding", dice.choice((b"gzip;q=\xff", b"*;q=0", b"gzip" * 99))),
        (b"range", dice.choice((b"bytes=0-", b"bytes=9-1", b"bytes=" + b"0-1," * 99))),
        (b"host", dice.choice((b"jahat.example", b"", b"\xff", b"a@b:99999"))),
        (b"transfer-encoding", b"chunked"),
        (b"upgrade", b"websocket"),
        (b"expect", b"100-continue"),
    )
    return found + [one for one in strange if dice.random() < 0.08]


def _body(dice: random.Random, path: str, known: Sequence[dict[str, Any]]) -> bytes:
    if path == "/masuk" and dice.random() < 0.8:
        fields = {name: dice.choice(NASTY) for name in ("nama", "sandi", "next", "lain")}
        return urlencode(fields, errors="replace").encode()
    if dice.random() < 0.03:
        return dice.randbytes(dice.choice((1, 100, 600_000)))
    asked: Any = made(dice.choice(_SHAPES), dice)
    if dice.random() < 0.7:
        sealed: Any = dict(dice.choice(known))
        for _ in range(dice.randrange(1, 4)):
            sealed = _spoil(sealed, dice)
        if isinstance(sealed, dict) and isinstance(sealed.get("content"), str):
            digest = sha256(sealed["content"].encode("utf-8", "replace")).hexdigest()
            sealed["hash"] = dice.choice((sealed.get("hash"), digest, digest))
        asked = {"suara": 1, "responses": [sealed]}
    if dice.random() < 0.3:
        asked = _spoil(asked, dice)
    text = json.dumps(asked).encode()
    return dice.choice(_SPOILT_JSON)(text) if dice.random() < 0.3 else text


def _spoil(value: Any, dice: random.Random) -> Any:
    """The value with one thing in it wrong: missing, of another kind, or full of nonsense."""
    if isinstance(value, dict) and value and dice.random() < 0.8:
        key = dice.choice(list(value))
        if dice.random() < 0.2:
            return {name: one for name, one in value.items() if name != key}
        return value | {key: _spoil(value[key], dice)}
    if isinstance(value, list) and value and dice.random() < 0.8:
        return [_spoil(value[0], dice), *value[1:]] if dice.random() < 0.9 else value * 60
    if isinstance(value, str) and value.startswith('{"q') and dice.random() < 0.7:
        return json.dumps(_spoil(json.loads(value), dice))  # the content travels as text
    return dice.choice(NASTY) if dice.random() < 0.6 else dice.choice(_VALUES)


def made(shape: dict[str, Any], dice: random.Random) -> Any:
    """Something that the schema allows, or nearly."""
    if "$ref" in shape:
        return made(_SCHEMAS[shape["$ref"].rpartition("/")[2]], dice)
    for choices in ("enum", "anyOf"):
        if choices in shape:
            chosen = dice.choice(shape[choices])
            return made(chosen, dice) if choices == "anyOf" else chosen
    if "const" in shape:
        return shape["const"]
    kind = shape.get("type")
    if kind == "object":
        return {name: made(one, dice) for name, one in shape.get("properties", {}).items()}
    if kind == "array":
        return [made(shape["items"], dice) for _ in range(dice.randrange(3))]
    if kind == "string":
        is_id = "pattern" in shape
        return str(uuid.UUID(int=dice.getrandbits(128))) if is_id else dice.choice(NASTY)
    return dice.choice(_VALUES)
