"""Promises of the e-mail to officers: it says that somebody waits, and nothing else.

M001  A new urgent alert, wish to talk or unscreened text leads to one message with how many wait
      and the link: no word of the child, no name, place, category or code in any part of it.
M002  At most one a minute, whatever came is gathered; what was told is not told again, also after
      a restart and with two processes.
M003  What fails is tried again with growing pauses, is seen by `suara check`, and is the same
      message again; some addresses refused is told too.
M004  No password, and nothing the server said, reaches an error, a repr, a log or the database.
M005  With ``starttls`` nothing is said before the line is sealed, and a certificate nobody trusts
      ends the conversation; a password is never sent over an open line.
M006  Settings that cannot be used are named without repeating them.
M007  Whoever takes or judges an alert in time spares the message; a concern leads to none.
M008  The messenger of the running app sends by itself, and neither intake nor screening waits.
"""

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
from certificates import certificate_in
from classroom import opened_gathering
from listening import find
from postbox import Postbox, postbox
from rows import all_text
from tablet import Tablet

from survey_app import mail, notices, safeguarding, settings
from survey_app.cli import checking
from survey_app.errors import MailError, SettingsError
from survey_app.gathering import Gathering
from survey_app.mail import Sealing
from survey_app.people import Role
from survey_app.questionnaire import Questionnaire
from survey_app.screening import Screener
from survey_app.settings import Settings
from survey_app.store import Store, people
from survey_app.store import notices as shelf
from survey_app.store.cases import Step
from survey_app.store.responses import Intake
from survey_app.store.tables import Alerts

PASSWORD = "rahasia%2Fpetugas"
WORDS = "aku dipukul paman"
START = datetime(2027, 1, 15, 8, tzinfo=UTC)


@pytest.fixture
def box() -> Iterator[Postbox]:
    """A mail server without sealing, on this machine."""
    with postbox() as opened:
        yield opened


@pytest.fixture
def chosen(box: Postbox, data_dir: Path) -> Settings:
    """An installation that sends to two officers."""
    return settings.load(
        {
            "SUARA_DATA_DIR": str(data_dir),
            "SUARA_SMTP_URL": f"smtp://petugas:{PASSWORD}@127.0.0.1:{box.port}",
            "SUARA_ALERT_EMAIL": "ppa@kota.example, piket@kota.example",
            "SUARA_PUBLIC_URL": "https://suara.example",
        }
    )


def _tell(store: Store, intake: Intake, gathering: Gathering, text: str = WORDS) -> None:
    intake.submit([Tablet(store, gathering).envelope({"cerita": text})]).result(timeout=20)
    Screener(store, find).look()


def _body(message: EmailMessage) -> str:
    return str(message.get_content())


def test_one_message(
    store: Store, intake: Intake, gathering: Gathering, box: Postbox, chosen: Settings
) -> None:
    """M001: to both, from whoever signs in, told how many and where."""
    _tell(store, intake, gathering)
    sent = Tablet(store, gathering).envelope({"cerita": "meledak"}, talk_to_adult=True)
    intake.submit([sent]).result(timeout=20)
    Screener(store, find).look()
    assert notices.tell(store, chosen, now=START)
    (message,) = box.messages
    assert box.received_by == [["ppa@kota.example", "piket@kota.example"]]
    assert box.logins == [":petugas:rahasia/petugas"]
    assert "3 hal baru" in _body(message)
    assert "https://suara.example/perlindungan" in _body(message)
    told = message.as_string().lower()
    for secret in ("dipukul", "cerita", "5a", "sdn", "perundungan", gathering.code, "mendesak"):
        assert secret.lower() not in told
    assert message["Auto-Submitted"] == "auto-generated"


def test_gathered(
    store: Store, intake: Intake, gathering: Gathering, box: Postbox, chosen: Settings
) -> None:
    """M002: the first at once, the next two together a minute later, then none."""
    _tell(store, intake, gathering)
    assert notices.tell(store, chosen, now=START)
    _tell(store, intake, gathering)
    _tell(store, intake, gathering)
    soon, later = START + timedelta(seconds=59), START + timedelta(seconds=60)
    assert not notices.tell(store, chosen, now=soon)
    again = Store.open(
        store.engine.url.render_as_string(hide_password=False), data_dir=chosen.data_dir
    )
    assert notices.tell(again, chosen, now=later)
    again.close()
    for minutes in range(2, 5):
        assert not notices.tell(store, chosen, now=START + timedelta(minutes=minutes))
    assert ["1 hal baru" in _body(one) for one in box.messages] == [True, False]
    assert "2 hal baru" in _body(box.messages[1])
    assert "seluruhnya 3" in _body(box.messages[1])
    assert len({one["Message-ID"] for one in box.messages}) == 2


def test_one_process_at_a_time(store: Store, intake: Intake, gathering: Gathering) -> None:
    """M002: while one has the turn the other gets none; one that died is followed by the same."""
    _tell(store, intake, gathering)
    turn = shelf.take_turn(store, now=START)
    assert turn is not None
    assert shelf.take_turn(store, now=START) is None
    assert shelf.take_turn(store, now=START + timedelta(minutes=1)) == turn
    shelf.sent(store, turn, now=START)
    assert shelf.take_turn(store, now=START + timedelta(minutes=9)) is None


def test_a_server_that_refuses(
    store: Store,
    intake: Intake,
    gathering: Gathering,
    box: Postbox,
    chosen: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """M003, M004: the pauses grow to a quarter of an hour; one success and it is forgotten."""
    _tell(store, intake, gathering)
    moment, pauses = START, []
    for verb in ("AUTH", "MAIL", "DATA", "EHLO", "AUTH", "AUTH"):
        box.refuse = {verb: 535}
        assert not notices.tell(store, chosen, now=moment)
        how = shelf.delivery(store)
        assert how.next_at is not None
        pauses.append((how.next_at - moment).total_seconds())
        moment = how.next_at
    assert pauses == [60, 120, 240, 480, 900, 900]
    assert how.failing_since == START
    assert "535" in how.fault
    finding = checking._mail(chosen) if store.engine.dialect.name == "sqlite" else None
    for text in (caplog.text, all_text(store), repr(how), repr(chosen), str(finding)):
        for secret in ("rahasia", PASSWORD):
            assert secret not in text
    box.refuse = {}
    assert notices.tell(store, chosen, now=moment)
    assert shelf.delivery(store).failing_since is None
    assert len(box.messages) == 1


def test_no_server(store: Store, intake: Intake, gathering: Gathering, chosen: Settings) -> None:
    """M003: a name nobody knows and a closed port are one sentence with the remedy."""
    _tell(store, intake, gathering)
    away = Settings(
        smtp_url="smtp://127.0.0.1:1", alert_email="ppa@kota.example", data_dir=chosen.data_dir
    )
    assert not notices.tell(store, away, now=START)
    assert "tidak bisa dihubungi" in shelf.delivery(store).fault


def test_one_address_refused(
    store: Store, intake: Intake, gathering: Gathering, box: Postbox, chosen: Settings
) -> None:
    """M003: the other one got it, so it is not sent again; the fault is told. None left: failed."""
    box.unknown = {"piket@kota.example"}
    _tell(store, intake, gathering)
    assert notices.tell(store, chosen, now=START)
    assert shelf.delivery(store).fault == "Server surel menolak 1 alamat penerima."
    assert box.received_by == [["ppa@kota.example"]]
    with pytest.raises(MailError, match="menolak 1 alamat"):
        notices.send_test(chosen)
    box.unknown.add("ppa@kota.example")
    with pytest.raises(MailError, match="semua alamat"):
        notices.send_test(chosen)


def test_sealed_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M005: a certificate we trust, one we do not, and a server that offers no sealing."""
    certificate = certificate_in(tmp_path)
    with postbox(certificate) as box:
        address = f"smtp://petugas:{PASSWORD}@localhost:{box.port}?starttls"
        server = mail.server_at(address)
        with pytest.raises(MailError, match="tidak bisa disandi"):
            mail.send(server, ["a@b.example"], subject="x", text="x", key="x")
        assert (box.logins, box.messages) == ([], [])
        trusted = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusted)
        mail.send(server, ["a@b.example"], subject="x", text="x", key="x")
        assert box.sealed == [True]
        assert len(box.logins) == 1
    with postbox() as box:
        server = mail.server_at(f"smtp://petugas:{PASSWORD}@localhost:{box.port}?starttls")
        with pytest.raises(MailError, match="tidak bisa disandi"):
            mail.send(server, ["a@b.example"], subject="x", text="x", key="x")
        assert box.logins == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtps://a%40b.example:p@mx.example", (465, Sealing.TLS, "a@b.example")),
        ("smtp://u:p@mx.example?starttls", (587, Sealing.STARTTLS, "suara-anak@mx.example")),
        ("smtp://mx.example?from=ppa@b.example", (25, Sealing.NONE, "ppa@b.example")),
    ],
)
def test_addresses(address: str, expected: tuple[int, Sealing, str]) -> None:
    """M006: the usual ports, and who the message is from."""
    found = mail.server_at(address)
    assert (found.port, found.sealing, found.sender) == expected
    assert "p'" not in repr(found)


@pytest.mark.parametrize(
    "values",
    [
        {"SMTP_URL": "https://u:rahasia@mx.example"},
        {"SMTP_URL": "smtp://u:rahasia@mx.example:port"},
        {"SMTP_URL": "smtp://u:rahasia@[mx.example"},
        {"SMTP_URL": "smtp://u:rahasia@mx.example"},
        {"SMTP_URL": "smtp://u:rahasia@mx.example?starttls&rahasia=1"},
        {"SMTP_URL": "smtp://u:rahasia@mx.example?starttls&from=rahasia%0d%0aBcc:x@y.example"},
        {"ALERT_EMAIL": "ppa@kota.example, rahasia"},
        {"ALERT_EMAIL": "ppa@kota.example\r\nBcc: rahasia@x.example"},
    ],
)
def test_settings_that_cannot_be_used(values: dict[str, str]) -> None:
    """M006: each names its variable; a password over an open line is refused."""
    (name,) = values
    with pytest.raises(SettingsError, match=f"SUARA_{name}") as refused:
        settings.load({f"SUARA_{name}": values[name]})
    assert "rahasia" not in repr(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_message_to_try_it(box: Postbox, chosen: Settings) -> None:
    """M003: `suara check --email` sends one that says it is a test, or names the fault."""
    assert checking._test_mail(chosen).good
    assert "percobaan" in box.messages[0]["Subject"]
    box.refuse = {"MAIL": 550}
    finding = checking._test_mail(chosen)
    assert (finding.good, "550" in finding.sentence) == (False, True)
    assert "rahasia" not in str(finding)


def test_half_of_it_is_none(data_dir: Path) -> None:
    """M006: `suara check` says so; nothing at all is all right."""
    half = Settings(data_dir=data_dir, alert_email="ppa@kota.example")
    assert not notices.is_on(half)
    assert not checking._mail(half).good
    assert checking._mail(Settings(data_dir=data_dir)).good
    assert not checking._test_mail(half).good


def test_nothing_to_tell(
    store: Store, intake: Intake, gathering: Gathering, box: Postbox, chosen: Settings
) -> None:
    """M007: a concern, and an urgent one taken before the minute was over."""
    officer = people.add_staff(store, "Bu PPA", "kapal-layar-biru", Role.SAFEGUARDING_OFFICER)
    _tell(store, intake, gathering, "aku diejek")
    assert not notices.tell(store, chosen, now=START)
    _tell(store, intake, gathering)
    urgent = safeguarding.queue(store, officer)[0]
    safeguarding.act(store, officer, urgent.id, Step.TAKE)
    assert not notices.tell(store, chosen, now=START)
    with store.writing() as connection:
        connection.execute(sa.update(Alerts).values(state="waiting", judged="urgent"))
    assert notices.tell(store, chosen, now=START)
    assert "2 hal baru" in _body(box.messages[0])


def test_the_messenger(
    sqlite_store: Store,
    questionnaire: Questionnaire,
    tmp_path: Path,
    box: Postbox,
    chosen: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """M008: the mail server says nothing at first; what children send goes its way meanwhile."""
    monkeypatch.setattr(notices, "LOOK_EVERY", 0.02)
    gathering = opened_gathering(sqlite_store, questionnaire, tmp_path)
    box.greets.clear()
    writer = Intake(sqlite_store)
    messenger = notices.beside(sqlite_store, chosen)
    assert messenger is not None
    try:
        for _ in range(2):
            _tell(sqlite_store, writer, gathering)
        assert box.messages == []
        box.greets.set()
        deadline = time.monotonic() + 20
        while not box.messages and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        messenger.close()
        writer.close()
    assert len(box.messages) == 1
    assert notices.beside(sqlite_store, Settings()) is None
