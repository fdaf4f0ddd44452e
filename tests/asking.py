"""Requests to the app in this process, without a socket: thousands of them in seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp

Header = tuple[bytes, bytes]
HOST: Header = (b"host", b"sekolah.test")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; ``leaves`` says that whoever sends it hangs up in the middle."""

    method: str = "GET"
    path: str = "/"
    headers: Sequence[Header] = (HOST,)
    body: Sequence[bytes] = ()
    query: bytes = b""
    address: str = "10.0.0.1"
    leaves: bool = False


@dataclass(slots=True)
class Answered:
    """What came back; the status is 0 where nothing did."""

    status: int = 0
    headers: list[Header] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first header of this name, or an empty text."""
        wanted = name.lower().encode()
        return next((value.decode() for key, value in self.headers if key == wanted), "")


async def ask(app: ASGIApp, asked: Asked) -> Answered:
    """Ask, and wait for the whole answer."""
    answered = Answered()
    last = {"type": "http.disconnect"} if asked.leaves else {"type": "http.request", "body": b""}
    pieces = [{"type": "http.request", "body": one, "more_body": True} for one in asked.body]
    coming = iter([*pieces, last])

    async def receive() -> dict[str, Any]:
        return next(coming, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            answered.headers = [(name.lower(), value) for name, value in message["headers"]]
        elif message["type"] == "http.response.body":
            answered.body += message.get("body", b"")

    await app(scope_of(asked), receive, send)
    return answered


async def knock(app: ASGIApp, path: str, *headers: Header) -> str:
    """Ask for a websocket; the kind of the first message that came back."""
    said: list[str] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        said.append(message["type"])

    asked = Asked(path=path, headers=(HOST, *headers))
    scope = {**scope_of(asked), "type": "websocket", "scheme": "ws", "subprotocols": []}
    await app(scope, receive, send)
    return said[0]


def scope_of(asked: Asked) -> dict[str, Any]:
    """The request as a server hands it to an app."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": asked.path,
        "raw_path": asked.path.encode("utf-8", "replace"),
        "query_string": asked.query,
        "root_path": "",
        "headers": list(asked.headers),
        "client": (asked.address, 50_000),
        "server": ("sekolah.test", 80),
        "state": {},
    }
