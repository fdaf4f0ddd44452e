"""An e-mail to the officers when something new waits: how much, and where to look, nothing else.

No word of a child, no name, no place, no kind of harm: mail is read on telephones, in the bus.
It tells of whatever has a target: urgent cases, wishes to talk, and what nobody looked through.
"""

import logging
import secrets
import threading
from datetime import datetime

from survey_app import mail
from survey_app.errors import MailError, SuaraError
from survey_app.people import Page
from survey_app.settings import Settings
from survey_app.store import Store
from survey_app.store import notices as shelf

LOOK_EVERY = 2.0  # seconds; the first message of a quiet time leaves at once
_STOP = 5.0  # seconds a message on its way has, when the app ends
_SUBJECT = "Suara Anak: ada yang menunggu Anda"
_TEXT = """\
{new} hal baru menunggu petugas perlindungan anak; seluruhnya {waiting} belum diambil.

Buka: {address}

Surel ini dikirim otomatis dan sengaja tidak memuat isi, nama, atau tempat.
"""
_TEST_SUBJECT = "Suara Anak: surel percobaan"
_TEST_TEXT = """\
Surel ini hanya percobaan. Begini pemberitahuan akan datang bila ada yang menunggu.

Buka: {address}
"""

_log = logging.getLogger(__name__)


class Messenger:
    """Looks every two seconds whether somebody is to be told, in a thread of its own."""

    def __init__(self, store: Store, chosen: Settings) -> None:
        self._store = store
        self._chosen = chosen
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_telling, name="mail", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking; a message on its way has a moment to leave."""
        self._over.set()
        self._thread.join(_STOP)

    def _keep_telling(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            try:
                tell(self._store, self._chosen)
            except SuaraError as error:  # the database is away: what waits, waits
                _log.error("%s", error)
            except Exception as error:
                _log.error("The e-mail failed (%s).", type(error).__name__)


def is_on(chosen: Settings) -> bool:
    """Whether this installation sends e-mail."""
    return bool(chosen.smtp_url and chosen.alert_email)


def beside(store: Store, chosen: Settings) -> Messenger | None:
    """Tell officers from now on, where the settings say how."""
    return Messenger(store, chosen) if is_on(chosen) else None


def tell(store: Store, chosen: Settings, *, now: datetime | None = None) -> bool:
    """Send one message if something new waits and it is time; return whether it was sent.

    A failure is kept for the officer's page and `suara check`, and tried again later.
    """
    turn = shelf.take_turn(store, now=now)
    if turn is None:
        return False
    text = _TEXT.format(new=len(turn.alerts), waiting=turn.waiting, address=_address(chosen))
    try:
        refused = _send(chosen, _SUBJECT, text, key=turn.key)
    except MailError as error:
        _log.error("%s", error)
        shelf.failed(store, str(error), now=now)
        return False
    shelf.sent(store, turn, fault=_partly(refused), now=now)
    return True


def send_test(chosen: Settings) -> int:
    """Send a message that says it is a test; return to how many addresses.

    Raises ``MailError`` where the server did not take it for all of them.
    """
    key = f"suara-{secrets.token_hex(12)}"
    refused = _send(chosen, _TEST_SUBJECT, _TEST_TEXT.format(address=_address(chosen)), key=key)
    if refused:
        raise MailError(_partly(refused), remedy="Periksa SUARA_ALERT_EMAIL.")
    return len(mail.addresses_in(chosen.alert_email))


def _send(chosen: Settings, subject: str, text: str, *, key: str) -> tuple[str, ...]:
    server, to = mail.server_at(chosen.smtp_url), mail.addresses_in(chosen.alert_email)
    return mail.send(server, to, subject=subject, text=text, key=key)


def _address(chosen: Settings) -> str:
    return f"{chosen.tablet_url}/{Page.PROTECTION}"


def _partly(refused: tuple[str, ...]) -> str:
    return f"Server surel menolak {len(refused)} alamat penerima." if refused else ""
