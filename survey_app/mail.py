"""Handing one short message to the city's mail server. Knows nothing of children.

A server is named by one address: ``smtp://name:password@host:587?starttls``, or ``smtps://`` where
the line is sealed from the start (port 465). ``from=`` names the sender where the name is none.
The password never leaves this module: no error repeats what the server or the library said.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from survey_app.errors import MailError, SettingsError

PATIENCE = 20.0  # seconds for each step of the conversation (RFC 5321 would allow minutes)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_HELLO = "[127.0.0.1]"  # RFC 5321, 4.1.3: the name of this machine is nobody's business
_EXAMPLE = "smtp://nama:sandi@surel.kota.go.id:587?starttls"


class Sealing(StrEnum):
    """How the line to the server is kept from being read."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and as whom."""

    host: str
    port: int
    sealing: Sealing
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def server_at(address: str) -> MailServer:
    """The server an address names; raise ``SettingsError`` without repeating the address."""
    try:
        parts = urlsplit(address)
        port, told = parts.port, dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        raise _unclear("bukan alamat server surel") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise _unclear("bukan alamat server surel")
    if set(told) - {"starttls", "from"}:
        raise _unclear("punya tambahan yang tidak dikenal")
    sealing = _sealing(parts, told)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and sealing is Sealing.NONE and not is_here(parts.hostname):
        raise _unclear("mengirim kata sandi tanpa sandi saluran")
    sender = told.get("from") or (user if _ADDRESS.fullmatch(user) else "")
    sender = sender or f"suara-anak@{parts.hostname}"
    if not _ADDRESS.fullmatch(sender):
        raise _unclear("menyebut pengirim yang bukan alamat surel")
    usual = 465 if sealing is Sealing.TLS else 587 if sealing is Sealing.STARTTLS else 25
    return MailServer(parts.hostname, port or usual, sealing, sender, user, password)


def addresses_in(text: str) -> tuple[str, ...]:
    """The addresses of a list with commas; raise ``SettingsError`` where one is none."""
    found = tuple(one.strip() for one in text.split(",") if one.strip())
    if not all(_ADDRESS.fullmatch(one) for one in found):
        raise SettingsError(
            "SUARA_ALERT_EMAIL berisi sesuatu yang bukan alamat surel.",
            remedy="Tulis alamat dipisah koma, misalnya ppa@kota.go.id, piket@kota.go.id.",
        )
    return tuple(dict.fromkeys(found))


def send(
    server: MailServer, to: Sequence[str], *, subject: str, text: str, key: str
) -> tuple[str, ...]:
    """Hand in one message; return the addresses the server would not take.

    ``key`` makes its Message-ID: the same message handed in twice can be told as one. Raises
    ``MailError`` where no address was taken.
    """
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = ", ".join(to)
    message["Subject"] = subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{key}@{server.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers, please
    message.set_content(text)
    with _speaking(), _connected(server) as line:
        if server.sealing is Sealing.STARTTLS:
            line.starttls(context=ssl.create_default_context())
        if server.user:
            line.login(server.user, server.password)
        return tuple(line.send_message(message, server.sender, list(to)))


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.sealing is Sealing.TLS:
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            _HELLO,
            timeout=PATIENCE,
            context=ssl.create_default_context(),
        )
    return smtplib.SMTP(server.host, server.port, _HELLO, timeout=PATIENCE)


@contextmanager
def _speaking() -> Iterator[None]:
    """What went wrong in one sentence; of what the server said only its number."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise MailError(
            f"Server surel tidak menerima nama atau kata sandinya ({error.smtp_code}).",
            remedy="Periksa nama dan kata sandi di SUARA_SMTP_URL.",
        ) from None
    except smtplib.SMTPRecipientsRefused:
        raise MailError(
            "Server surel menolak semua alamat penerima.", remedy="Periksa SUARA_ALERT_EMAIL."
        ) from None
    except smtplib.SMTPResponseException as error:
        raise MailError(
            f"Server surel menolak pesannya ({error.smtp_code}).",
            remedy="Tanyakan pengelola server surel; pengirimnya mungkin tidak boleh.",
        ) from None
    except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
        raise MailError(
            f"Saluran ke server surel tidak bisa disandi ({type(error).__name__}).",
            remedy="Periksa nama server, port, dan ?starttls atau smtps:// di SUARA_SMTP_URL.",
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(
            f"Server surel tidak bisa dihubungi ({type(error).__name__}).",
            remedy="Periksa nama server dan port di SUARA_SMTP_URL, dan sambungan internet.",
        ) from None


def _sealing(parts: SplitResult, told: dict[str, str]) -> Sealing:
    if parts.scheme == "smtps":
        return Sealing.TLS
    return Sealing.STARTTLS if "starttls" in told else Sealing.NONE


def is_here(host: str) -> bool:
    """Whether this host is this machine, to which no line can be listened in on."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unclear(what: str) -> SettingsError:
    return SettingsError(f"SUARA_SMTP_URL {what}.", remedy=f"Tulis seperti {_EXAMPLE}.")
