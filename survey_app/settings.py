"""What this installation is told from outside: read once, from the environment or one TOML file.

Every setting is an environment variable ``SUARA_<NAME>`` or a line ``<name> = ...`` in the TOML
file named by ``SUARA_CONFIG``; the environment wins.
"""

import os
import socket
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from survey_app import mail, oidc
from survey_app.errors import SettingsError
from survey_app.oidc import Provider

PREFIX = "SUARA_"
LONGEST_KEPT = 36_500  # days, a century: more is a slip of the finger, for nothing is kept for ever
_ALL_OF_IPV4 = "0.0.0.0"  # noqa: S104  compared with, never bound here  # nosec B104
_EVERY_ADDRESS = (_ALL_OF_IPV4, "::", "")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one installation.

    ``database_url`` is empty for the embedded SQLite file in ``data_dir``; ``public_url`` is the
    address tablets use, empty for ``http://<this machine>:<port>``. ``key_file`` holds the keys to
    what children wrote, ``words.key`` in ``data_dir`` when not set; ``key`` gives them itself.
    ``smtp_url`` and ``alert_email`` (addresses with commas) say how officers are told by e-mail.
    Within ``urgent_hours`` after a child told of harm or asked to talk somebody is to have acted:
    the target the city sets itself. Each ``keep_`` is a number of days; what it is for and which
    law is behind it stands in `inventory`. ``two_step_days`` is how long an administrator or
    safeguarding officer may work before a second step at sign-in is set up; 0 is not at all. The
    three ``oidc_`` name the city's own sign-in, see `oidc`.
    """

    data_dir: Path = Path(".suara")
    database_url: str = ""
    host: str = "0.0.0.0"  # noqa: S104  tablets must reach the laptop  # nosec B104
    port: int = 8501
    public_url: str = ""
    key_file: Path | None = None
    key: str = field(default="", repr=False)
    urgent_hours: int = 24
    keep_text: int = 180
    keep_quarantine: int = 180
    keep_responses: int = 730
    keep_cases: int = 730
    keep_samples: int = 365
    keep_gatherings: int = 1825
    keep_runs: int = 365
    keep_questionnaires: int = 365
    keep_sessions: int = 30
    keep_invitations: int = 30
    keep_sign_ins: int = 365
    keep_audit: int = 1825
    two_step_days: int = 7
    smtp_url: str = field(default="", repr=False)
    alert_email: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)

    @property
    def provider(self) -> Provider | None:
        """The city's own sign-in, None where there is none; raise ``SettingsError``."""
        told = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        return oidc.provider_of(*told, public_url=self.public_url)

    @property
    def url(self) -> str:
        """The SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'suara.db').resolve()}"

    @property
    def tablet_url(self) -> str:
        """The address tablets use, without a slash at the end."""
        host = _own_address() if self.host in _EVERY_ADDRESS else self.host
        return self.public_url.rstrip("/") or _web_address(host, self.port)

    @property
    def local_url(self) -> str:
        """The address this machine itself reaches the app at."""
        host = "127.0.0.1" if self.host in _EVERY_ADDRESS else self.host
        return _web_address(host, self.port)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program we start: these settings, in whatever folder it works."""
        told = {f"{PREFIX}{one.name.upper()}": getattr(self, one.name) for one in fields(self)}
        told[f"{PREFIX}DATA_DIR"] = self.data_dir.resolve()
        told[f"{PREFIX}KEY_FILE"] = self.key_file.resolve() if self.key_file else ""
        return {**os.environ, f"{PREFIX}CONFIG": "", **{k: str(v) for k, v in told.items()}}


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raise ``SettingsError`` naming the variable that cannot be used."""
    environment = os.environ if environment is None else environment
    values = _from_file(environment.get(f"{PREFIX}CONFIG", ""))
    known = {one.name for one in fields(Settings)}
    for name in known:
        if value := environment.get(f"{PREFIX}{name.upper()}", "").strip():
            values[name] = value  # an empty variable is one that is not set
    if unknown := sorted(set(values) - known):
        raise SettingsError(
            f"Pengaturan '{unknown[0]}' tidak dikenal.",
            remedy=f"Pakai salah satu: {', '.join(sorted(known))}.",
        )
    chosen = Settings(**{name: _typed(name, value) for name, value in values.items()})
    _ = chosen.provider  # half of it told is said at once
    return chosen


def _web_address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _own_address() -> str:
    """This machine's address on the school's network; connecting UDP sends no packet."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737): only picks the interface
            return str(probe.getsockname()[0])
        except OSError:
            return "localhost"


def _from_file(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"{PREFIX}CONFIG: berkas {path} tidak bisa dibaca ({type(error).__name__}).",
            remedy="Periksa nama berkas dan isi TOML-nya.",
        ) from error


def _typed(name: str, value: Any) -> Any:
    if name == "port":
        return _port(value)
    if name == "urgent_hours":
        return _whole(name, value, most=24 * 14, unit="jam", example=24)
    if name.startswith("keep_"):
        return _whole(name, value, most=LONGEST_KEPT, unit="hari", example=180)
    if name == "two_step_days":
        return _whole(name, value, least=0, most=90, unit="hari", example=7)
    if not isinstance(value, str):
        raise SettingsError(
            f"{PREFIX}{name.upper()}: '{value}' bukan teks.",
            remedy=f'Tulis di antara tanda kutip: {name} = "...".',
        )
    if value and name == "smtp_url":
        mail.server_at(value)
    if name == "alert_email":
        mail.addresses_in(value)
    if name in ("data_dir", "key_file"):
        return _path(name, value)
    if name == "public_url" and value and not value.startswith(("http://", "https://")):
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL: '{value}' bukan alamat web.",
            remedy="Awali dengan http:// atau https://, misalnya https://suara.sekolah.id.",
        )
    return value


def _path(name: str, value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise SettingsError(
            f"{PREFIX}{name.upper()}: pengguna di '{value}' tidak ada.",
            remedy="Tulis alamat lengkapnya, misalnya /srv/suara.",
        ) from error


def _port(value: Any) -> int:
    text = str(value)
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise SettingsError(
            f"{PREFIX}PORT: '{value}' bukan nomor port.",
            remedy="Isi dengan angka 1 sampai 65535, misalnya 8501.",
        )
    return int(text)


def _whole(name: str, value: Any, *, most: int, unit: str, example: int, least: int = 1) -> int:
    text = str(value)
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
        raise SettingsError(
            f"{PREFIX}{name.upper()}: '{value}' bukan jumlah {unit}.",
            remedy=f"Isi dengan angka {least} sampai {most}, misalnya {example}.",
        )
    return int(text)
