"""A small mail server in a test: it speaks SMTP on a real socket and keeps what it was given."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path


@dataclass
class Postbox:
    """What came, and how the server behaves: codes it answers a command with instead of its own."""

    port: int = 0
    certificate: Path | None = None
    messages: list[EmailMessage] = field(default_factory=list)
    received_by: list[list[str]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    sealed: list[bool] = field(default_factory=list)
    refuse: dict[str, int] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    greets: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.greets.set()


class _Talk(socketserver.StreamRequestHandler):
    """One connection (RFC 5321, with STARTTLS and AUTH PLAIN)."""

    def handle(self) -> None:
        box: Postbox = self.server.box  # type: ignore[attr-defined]
        self.sealed, self.to = False, []
        box.greets.wait(20)
        self.say("220 uji ESMTP")
        while line := self.rfile.readline().decode().strip():
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            if verb in box.refuse:
                # What a careless server repeats must not reach our log.
                self.say(f"{box.refuse[verb]} tidak: {rest} rahasia-server")
            elif verb == "QUIT":
                self.say("221 sampai jumpa")
                return
            else:
                getattr(self, f"do_{verb.lower()}", self.do_other)(box, rest)

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.request.close()

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def do_ehlo(self, box: Postbox, _rest: str) -> None:
        offers = ["AUTH PLAIN"]
        if box.certificate and not self.sealed:
            offers.append("STARTTLS")
        self.say("250-uji")
        for offer in offers[:-1]:
            self.say(f"250-{offer}")
        self.say(f"250 {offers[-1]}")

    def do_starttls(self, box: Postbox, _rest: str) -> None:
        self.say("220 silakan")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        assert box.certificate
        context.load_cert_chain(box.certificate)
        self.request = context.wrap_socket(self.request, server_side=True)
        self.rfile = self.request.makefile("rb")
        self.wfile = self.request.makefile("wb", buffering=0)
        self.sealed = True

    def do_auth(self, box: Postbox, rest: str) -> None:
        box.logins.append(base64.b64decode(rest.split()[1]).decode().replace("\0", ":"))
        self.say("235 dikenal")

    def do_rcpt(self, box: Postbox, rest: str) -> None:
        address = rest.partition("<")[2].partition(">")[0]
        if address in box.unknown:
            self.say(f"550 {address} rahasia-server")
            return
        self.to.append(address)
        self.say("250 baik")

    def do_data(self, box: Postbox, _rest: str) -> None:
        self.say("354 tulis")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        box.messages.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
        box.received_by.append(self.to)
        box.sealed.append(self.sealed)
        self.to = []
        self.say("250 diterima")

    def do_other(self, _box: Postbox, _rest: str) -> None:
        self.say("250 baik")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, _request: object, _address: object) -> None:
        """A client that does not trust our certificate hangs up: nothing to print."""


@contextmanager
def postbox(certificate: Path | None = None) -> Iterator[Postbox]:
    """A mail server until the end of the block; with a certificate it offers STARTTLS."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        box = Postbox(server.server_address[1], certificate)
        server.box = box  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
