"""What came in: a body of bounded size, JSON and nothing else; whose page asked, see `shield`."""

import asyncio
import json
from typing import Any, NoReturn
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

from survey_app.api.crowds import network_of
from survey_app.api.replies import PROTOCOL, Refusal

MOST_BYTES = 512 * 1024
# Beyond the limit we go on reading for a while and throw away what comes: a client that is cut
# off in the middle of sending sees a broken connection instead of our answer.
MOST_BYTES_THROWN_AWAY = 8 * 1024 * 1024
# A tablet gives up after 5 s; a sender that vanished in the middle must not hold up a restart.
READING_TIME = 10.0  # seconds


class Refused(Exception):
    """The request cannot be read; carries why, never what it held."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


async def read_json(request: Request) -> Any:
    """The JSON body of a request; raise ``Refused`` for anything that is not one."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(Refusal.NOT_JSON)
    return parse_json(await read_body(request))


def check_origin(headers: Headers, *, public_url: str = "") -> None:
    """Raise ``Refused`` when a page of another address asks (a browser always says so)."""
    origin = headers.get("origin")
    if origin is None:
        return
    try:
        asked = urlsplit(origin).netloc.lower()
    except ValueError:  # such as "http://["
        raise Refused(Refusal.FOREIGN_ORIGIN) from None
    ours = {headers.get("host", "").lower(), urlsplit(public_url).netloc.lower()} - {""}
    if asked not in ours:
        raise Refused(Refusal.FOREIGN_ORIGIN)


def address_of(request: Request) -> str:
    """The address a request comes from; of a child it is never stored."""
    return request.client.host if request.client else ""


def counted_for(request: Request) -> str:
    """What wrong guesses are counted for: the address, or the network it can choose others from."""
    return network_of(address_of(request))


async def read_body(request: Request, *, most: int = MOST_BYTES) -> bytes:
    """The body, at most ``most`` bytes long; raise ``Refused`` for one too large or too slow."""
    try:
        async with asyncio.timeout(READING_TIME):
            return await _read(request, most)
    except TimeoutError:
        raise Refused(Refusal.TOO_SLOW) from None


async def _read(request: Request, most: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most + MOST_BYTES_THROWN_AWAY:
        raise Refused(Refusal.TOO_LARGE)
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size <= most:
                parts.append(part)
            elif size > most + MOST_BYTES_THROWN_AWAY:
                break
    except ClientDisconnect:
        raise Refused(Refusal.BAD_REQUEST) from None
    if size > most:
        raise Refused(Refusal.TOO_LARGE)
    return b"".join(parts)


def parse_json(body: bytes) -> Any:
    """JSON in UTF-8 as RFC 8259 has it (no NaN); raise ``Refused`` for anything else."""
    try:
        return _STRICT.decode(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refused(Refusal.BAD_REQUEST) from None


def speaks_our_protocol(body: dict[str, Any]) -> bool:
    """Whether the body names our version; in Python ``True == 1``, in JSON it is not."""
    return type(body.get("suara")) is int and body["suara"] == PROTOCOL


def _not_a_number(_name: str) -> NoReturn:
    raise ValueError("not a number")


_STRICT = json.JSONDecoder(parse_constant=_not_a_number)
