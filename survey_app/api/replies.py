"""What the server says back: JSON the player understands, and errors a child or adult can read."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.responses import Response

PROTOCOL = 1  # the version the player and the server speak
NEVER_STORED = {"Cache-Control": "no-store"}
# A half-open socket must not swallow the next request: every answer of the API closes its own
# (DESIGN.md section 3: 0.4 s instead of never).
CLOSED = {**NEVER_STORED, "Connection": "close"}


class Refusal(StrEnum):
    """Why a request was not done; the player knows these codes."""

    UNKNOWN = "unknown"
    UNKNOWN_WORDS = "unknown_words"
    NOT_YET = "not_yet"
    PAUSED = "paused"
    CLOSED = "closed"
    ARCHIVED = "archived"
    TOO_MANY = "too_many"
    BAD_REQUEST = "bad_request"
    NOT_JSON = "not_json"
    FOREIGN_ORIGIN = "foreign_origin"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    NOT_FOUND = "not_found"
    METHOD = "method"
    BUSY = "busy"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class _Kind:
    status: int
    id: str
    jv: str


_KINDS = {
    Refusal.UNKNOWN: _Kind(
        404,
        "Kode itu tidak kami kenal. Coba lihat lagi kodenya, atau tanya gurumu.",
        "Kodhe kuwi ora dikenal. Coba delengen maneh kodhene, utawa takon gurumu.",
    ),
    Refusal.UNKNOWN_WORDS: _Kind(
        404,
        "Tiga kata itu tidak kami temukan. Coba lihat lagi tulisannya.",
        "Telung tembung kuwi ora ketemu. Coba delengen maneh tulisane.",
    ),
    Refusal.NOT_YET: _Kind(
        403,
        "Pertemuan ini belum dibuka. Tunggu sebentar, ya.",
        "Patemon iki durung dibukak. Enteni sedhela, ya.",
    ),
    Refusal.PAUSED: _Kind(
        403,
        "Pertemuan ini sedang berhenti sebentar. Tunggu, ya, lalu coba lagi.",
        "Patemon iki lagi leren sedhela. Enteni, ya, banjur jajalen maneh.",
    ),
    Refusal.CLOSED: _Kind(
        403,
        "Pertemuan ini sudah ditutup. Terima kasih sudah datang.",
        "Patemon iki wis ditutup. Matur nuwun wis teka.",
    ),
    Refusal.ARCHIVED: _Kind(
        410,
        "Pertemuan ini sudah selesai dan disimpan.",
        "Patemon iki wis rampung lan disimpen.",
    ),
    Refusal.TOO_MANY: _Kind(
        429,
        "Sudah terlalu sering salah. Tunggu sebentar, lalu coba lagi, atau tanya gurumu.",
        "Wis kakehan salah. Enteni sedhela, banjur jajalen maneh, utawa takon gurumu.",
    ),
    Refusal.BAD_REQUEST: _Kind(
        400,
        "Kiriman ini tidak bisa dibaca. Jawabanmu tetap ada di tablet.",
        "Kiriman iki ora bisa diwaca. Wangsulanmu tetep ana ing tablet.",
    ),
    Refusal.NOT_JSON: _Kind(
        415,
        "Kiriman ini bukan JSON. Jawabanmu tetap ada di tablet.",
        "Kiriman iki dudu JSON. Wangsulanmu tetep ana ing tablet.",
    ),
    Refusal.FOREIGN_ORIGIN: _Kind(
        403,
        "Kiriman ini datang dari halaman lain, jadi tidak diterima.",
        "Kiriman iki saka kaca liya, mula ora ditampa.",
    ),
    Refusal.TOO_LARGE: _Kind(
        413,
        "Kiriman ini terlalu besar. Kirim lebih sedikit sekaligus.",
        "Kiriman iki kegedhen. Kirimen luwih sithik.",
    ),
    Refusal.TOO_SLOW: _Kind(
        408,
        "Kiriman ini terlalu lama sampainya. Coba lagi.",
        "Kiriman iki kesuwen tekane. Jajalen maneh.",
    ),
    Refusal.NOT_FOUND: _Kind(404, "Alamat ini tidak ada.", "Alamat iki ora ana."),
    Refusal.METHOD: _Kind(405, "Cara meminta ini tidak dikenal.", "Carane njaluk iki ora dikenal."),
    Refusal.BUSY: _Kind(
        503,
        "Server sedang sibuk. Jawabanmu tetap ada di tablet dan dikirim lagi nanti.",
        "Server lagi repot. Wangsulanmu tetep ana ing tablet lan dikirim maneh mengko.",
    ),
    Refusal.FAULT: _Kind(
        500,
        "Ada yang salah di server. Jawabanmu tetap ada di tablet.",
        "Ana sing salah ing server. Wangsulanmu tetep ana ing tablet.",
    ),
}


def reply(body: Mapping[str, Any], *, status: int = 200) -> Response:
    """A JSON answer that is never cached and closes its connection."""
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        status_code=status,
        media_type="application/json",
        headers=CLOSED,
    )


def refuse(refusal: Refusal, *, wait: float | None = None, number: str | None = None) -> Response:
    """The error answer for ``refusal``; ``wait`` seconds until another try makes sense.

    ``number`` is where the fault stands in the log.
    """
    body = error_body(refusal)
    if number is not None:
        body["error"]["number"] = number
    response = reply(body, status=_KINDS[refusal].status)
    if wait is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(wait)))
    return response


def error_body(refusal: Refusal) -> dict[str, Any]:
    """The body every error of the API has: a code for programs, a sentence for people."""
    kind = _KINDS[refusal]
    message = {"id": kind.id, "jv": kind.jv}
    return {"suara": PROTOCOL, "error": {"code": refusal.value, "message": message}}


def status_of(refusal: Refusal) -> int:
    """The HTTP status an error answer has."""
    return _KINDS[refusal].status


def no_page() -> Response:
    """What a person reads at an address that does not exist."""
    return Response(
        "<!doctype html><html lang=id><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width"><title>Tidak ada</title>'
        "<h1>Halaman ini tidak ada</h1><p><a href=/>Ke halaman anak</a> · "
        "<a href=/beranda>Ke halaman petugas</a></p></html>",
        status_code=404,
        media_type="text/html",
        headers=NEVER_STORED,
    )
