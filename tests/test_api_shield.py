"""What stands in front of every page.

H001 only a proxy on this machine is believed about HTTPS and addresses
H002 a fault is written down by kind and place, never with its message
H003 a fault after the answer began does not begin a second one
H004 a browser that does not take gzip is not given gzip
H005 the script Streamlit has in its page is known by its hash
"""

import asyncio
import base64
import hashlib
import logging
from pathlib import Path
from typing import Any

import pytest
from doors import FRONT_END
from starlette.datastructures import Headers

from survey_app.api.shield import Shield, believe_our_proxy
from survey_app.api.statics import FrontEnd, accepts_gzip
from survey_app.logs import log_fault

FORWARDED = [(b"x-forwarded-proto", b"https"), (b"x-forwarded-for", b"9.9.9.9, 10.0.0.7")]


def scope(peer: str, kind: str = "http") -> dict[str, Any]:
    return {
        "type": kind,
        "client": (peer, 5000),
        "scheme": "http",
        "headers": list(FORWARDED),
        "path": "/",
        "method": "GET",
    }


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_our_own_proxy(peer: str) -> None:
    """H001: it says that tablets came by HTTPS, and which address it saw itself."""
    asked = scope(peer)
    believe_our_proxy(asked)
    assert (asked["scheme"], asked["client"][0]) == ("https", "10.0.0.7")


def test_a_websocket_through_our_proxy() -> None:
    """H001: the secure form of a websocket is wss."""
    asked = scope("127.0.0.1", "websocket")
    believe_our_proxy(asked)
    assert asked["scheme"] == "wss"


@pytest.mark.parametrize("peer", ["192.168.1.20", "10.0.0.1", "fe80::1", "::ffff:192.168.1.20"])
def test_anybody_else(peer: str) -> None:
    """H001: a tablet cannot choose the address its wrong guesses are counted for."""
    asked = scope(peer)
    believe_our_proxy(asked)
    assert (asked["scheme"], asked["client"][0]) == ("http", peer)


def test_a_fault_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    """H002: the kind and the line, so that it can be mended; nothing of what a child wrote."""
    try:
        raise ValueError("kata-kata seorang anak")
    except ValueError as error:
        log_fault(error)
    assert "ValueError at" in caplog.text
    assert Path(__file__).name in caplog.text
    assert "anak" not in caplog.text.replace(str(Path(__file__).parent), "")


@pytest.mark.parametrize("begun", [False, True])
def test_one_answer(begun: bool, caplog: pytest.LogCaptureFixture) -> None:
    """H003: a 500 only where nothing was said yet."""
    sent: list[Any] = []

    async def broken(_scope: Any, _receive: Any, send: Any) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    async def signed_in(_token: str) -> bool:
        return False

    async def collect(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    shield = Shield(broken, front_end=FrontEnd(FRONT_END), signed_in=signed_in)
    with caplog.at_level(logging.ERROR):
        asyncio.run(shield(scope("10.0.0.1"), receive, collect))
    starts = [one["status"] for one in sent if one["type"] == "http.response.start"]
    assert starts == [200 if begun else 500]
    assert "RuntimeError at" in caplog.text


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("deflate, gzip;q=1.0", True),
        ("*", True),
        ("GZIP", True),
        ("", False),
        ("br", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
    ],
)
def test_accepts(said: str, taken: bool) -> None:
    """H004: as RFC 9110, section 12.5.3, has it."""
    assert accepts_gzip(Headers({"Accept-Encoding": said})) is taken


def test_the_inline_script() -> None:
    """H005: its hash is taken from the page that is really served, so an update cannot break it."""
    front_end = FrontEnd(FRONT_END)
    page = front_end.page.plain.decode()
    script = page.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert front_end.script_sources == (f"'sha256-{digest}'",)
    assert page.count("<script>") == 1
