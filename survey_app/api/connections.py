"""Who is connected: how long a connection may wait before it asks, how much it may say, how many.

Streamlit starts uvicorn, which has no such limit, and has no setting for one: a connection that
says nothing is kept for good, and one endless header line takes the whole server (each piece of it
copies all before). ``guard`` gives uvicorn our own connections, which know when to end. With HTTPS
they also are there while the line is being sealed: by itself asyncio waits a minute for that, and
tells nobody who is waited for.
"""

import logging
from asyncio import Transport
from asyncio.events import TimerHandle
from asyncio.sslproto import SSLProtocol
from collections import Counter
from contextlib import suppress
from http import HTTPStatus
from ssl import SSLContext
from typing import Any, Final

from starlette.types import Receive
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# A browser's head of a request fits into one packet; TCP repeats a lost one after 1, 3 and 7 s.
HEAD_TIME = 10.0  # seconds
# Browsers send 1 KB. What came with the last piece is read before it is counted: 256 KB at most.
MOST_HEAD = 32 * 1024
# More than any of our routes reads and throws away (``reading.py``) or a staff member uploads
# (``maxUploadSize`` in .streamlit/config.toml).
MOST_MESSAGE = 16 * 1024 * 1024
# An answer of which nothing at all was taken for so long has no reader any more.
STALLED_TIME = 20.0
# Half of the files the system lets us open: the database, the pages and our own need some too.
_OPEN_FILES = 16_384
_WITHOUT_LIMIT = 500  # connections where the system does not say how many files may be open
_MADE_FREE = 20  # a twentieth of the waiting ones at once, so that a flood does not cost much

_LAST_HEADERS = (
    b"connection: close\r\ncontent-length: 0\r\ncache-control: no-store\r\n"
    b"x-content-type-options: nosniff\r\ncontent-security-policy: default-src 'none'\r\n"
)
_RETRY = b"retry-after: 5\r\n"
_SAID_TO_ALL = (HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE)


def _errors_only() -> logging.Logger:
    """Where uvicorn's connections write: not a line for each piece of nonsense that arrives."""
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.ERROR)
    return logger


_LOG: Final = _errors_only()


def guard(receive: Receive) -> bool:
    """Give our connections to the uvicorn that runs this app; False where it is another server.

    Uvicorn hands the app a method of its own when it starts it, and makes connections of what its
    configuration names at that moment.
    """
    config = getattr(getattr(receive, "__self__", None), "config", None)
    if not isinstance(config, Config) or config.http_protocol_class is not HttpToolsProtocol:
        return False
    GuardedConnection.most = _most_connections()
    config.http_protocol_class = GuardedConnection
    if config.ssl is not None:  # the server itself then accepts plain lines, and we seal them
        SealedConnection.context, config.ssl = config.ssl, None
        config.http_protocol_class = SealedConnection  # type: ignore[assignment]
    config.encoded_headers = [one for one in config.encoded_headers if one[0] != b"server"]
    return True


class GuardedConnection(HttpToolsProtocol):
    """One connection of a browser, or of somebody who only pretends to be one."""

    most = _WITHOUT_LIMIT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = _LOG
        self._patience: TimerHandle | None = None
        self._in_head = False
        self._heard = 0
        self._just_begun = False
        self._is_websocket = False
        self._is_open = False
        self.since = self.loop.time()

    @property
    def waits(self) -> bool:
        """Whether nothing of it is being answered: it may be ended without a loss."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """A new one, on which may be spoken."""
        self._is_open = True
        self._be_patient()
        self.counted(transport)

    def counted(self, transport: Transport) -> None:
        """It is there: when there are too many, the one that waited longest goes."""
        super().connection_made(transport)
        self._expect_a_request()
        if len(self.connections) > self.most and not self._make_room():
            self._end(HTTPStatus.SERVICE_UNAVAILABLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._be_patient()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A piece of a request, as large as it may be and no larger."""
        self._just_begun = False
        super().data_received(data)
        if self._is_websocket or self.transport.is_closing():
            return
        # What came with the piece in which a message began may belong to the one before it.
        self._heard += 0 if self._just_begun else len(data)
        if self._in_head and self._heard > MOST_HEAD:
            self._end(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._heard > MOST_MESSAGE:
            self._end(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif self._patience is None and self.waits:
            self._expect_a_request()

    def handle_websocket_upgrade(self) -> None:
        """From here on it is an open page: another class has it, and pings tell if it lives."""
        self._is_websocket = True
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._in_head, self._just_begun, self._heard = True, True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """It is known what is asked for; from here on the routes watch the time."""
        self._in_head = False
        self._be_patient()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Everything was said; now it has to be taken."""
        self.since = self.loop.time()
        if left := self.transport.get_write_buffer_size():
            self.loop.call_later(STALLED_TIME, self._see_it_taken, left)
        super().on_response_complete()

    def _see_it_taken(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left and left >= before:
            self.transport.abort()
        elif left:
            self.loop.call_later(STALLED_TIME, self._see_it_taken, left)

    def _expect_a_request(self) -> None:
        self._patience = self.loop.call_later(HEAD_TIME, self._end, HTTPStatus.REQUEST_TIMEOUT)

    def _be_patient(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _make_room(self) -> bool:
        """End who waited longest, of the address that has most waiting: a flood pays for itself."""
        waiting = [
            one
            for one in self.connections
            if isinstance(one, GuardedConnection) and one is not self and one.waits
        ]
        if not waiting:
            return False
        ((busiest, count),) = Counter(_peer(one) for one in waiting).most_common(1)
        of_it = sorted((one for one in waiting if _peer(one) == busiest), key=lambda one: one.since)
        for one in of_it[: max(1, count // _MADE_FREE)]:
            one.transport.abort()
            self.connections.discard(one)
        return True

    def _end(self, status: HTTPStatus) -> None:
        """The last words on a connection that asked for nothing we could answer."""
        self._be_patient()
        if self.transport.is_closing():
            return
        # A browser that only opened a connection ahead of time must not take this for an answer.
        says = self._in_head or status in _SAID_TO_ALL
        if self._is_open and self.waits and says:
            retry = _RETRY if status is HTTPStatus.SERVICE_UNAVAILABLE else b""
            line = f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode()
            self.transport.write(line + _LAST_HEADERS + retry + b"\r\n")
            self.transport.close()
        else:
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP: said without a word about who says it."""
        self._end(HTTPStatus.BAD_REQUEST)


class SealedConnection(SSLProtocol):
    """A line that is being sealed (TLS): counted, and waited for, like any other connection.

    What asyncio does for a server with ``ssl``, but the connection behind it knows of the line
    from the first moment. ``context`` holds the certificate.
    """

    context: SSLContext

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._behind = GuardedConnection(*args, **kwargs)
        nobody_waits: Any = None
        patience: Any = HEAD_TIME  # typeshed says whole seconds; any number will do
        super().__init__(
            self._behind.loop, self._behind, self.context, nobody_waits, server_side=True,
            ssl_handshake_timeout=patience, ssl_shutdown_timeout=patience,
        )  # fmt: skip

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Somebody is there, and has said nothing yet."""
        self._behind.counted(transport)
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Gone, perhaps before the line was sealed, and then nobody else says so."""
        super().connection_lost(exc)
        if not self._behind._is_open:
            self._behind.connection_lost(None)


def _peer(connection: HttpToolsProtocol) -> str:
    return connection.client[0] if connection.client else ""


def _most_connections() -> int:
    """Half of the files we may open, after asking the system for as many as it gives."""
    try:
        import resource  # Windows has none
    except ImportError:
        return _WITHOUT_LIMIT
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return (_OPEN_FILES if soft == resource.RLIM_INFINITY else min(soft, _OPEN_FILES)) // 2
