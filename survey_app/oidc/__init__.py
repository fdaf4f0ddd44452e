"""The city's own sign-in (OpenID Connect), as this installation is told of it; none unless told.

What is asked of it and what is believed is in `asking`, which loads packages nothing else needs.
"""

from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import urlsplit

from survey_app.errors import SettingsError
from survey_app.mail import is_here

START, BACK = "/masuk/kota", "/masuk/kota/kembali"
_PACKAGES = ("httpx", "joserfc")


@dataclass(frozen=True, slots=True)
class Provider:
    """Whom to ask, as whom, and at which public address of ours everything happens."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    public_url: str

    @property
    def start(self) -> str:
        """Where somebody's way to the provider begins."""
        return f"{self.public_url}{START}"

    @property
    def back(self) -> str:
        """Where the provider sends them back to; registered there, never taken from a request."""
        return f"{self.public_url}{BACK}"


def provider_of(
    issuer: str, client_id: str, client_secret: str, *, public_url: str
) -> Provider | None:
    """The provider three settings name, None where all are empty; raise ``SettingsError``."""
    told = {
        "SUARA_OIDC_ISSUER": issuer,
        "SUARA_OIDC_CLIENT_ID": client_id,
        "SUARA_OIDC_CLIENT_SECRET": client_secret,
    }
    if not any(told.values()):
        return None
    missing = [
        name for name, value in (told | {"SUARA_PUBLIC_URL": public_url}).items() if not value
    ]
    if missing:
        raise SettingsError(
            f"Akun kota (OIDC) hanya setengahnya diatur: {', '.join(missing)} kosong.",
            remedy="Isi semuanya, atau kosongkan semua SUARA_OIDC_... (docs/accounts.md).",
        )
    for name, address in (("SUARA_OIDC_ISSUER", issuer), ("SUARA_PUBLIC_URL", public_url)):
        if not is_sealed(address):
            raise SettingsError(
                f"{name}: '{address}' bukan alamat https://, yang perlu untuk akun kota (OIDC).",
                remedy="Tulis alamat https:// tanpa nama, sandi, tanda tanya, atau pagar.",
            )
    if absent := [package for package in _PACKAGES if find_spec(package) is None]:
        raise SettingsError(
            f"Akun kota (OIDC) perlu paket {' dan '.join(absent)}, yang belum terpasang.",
            remedy="Pasang: pip install 'suara-anak[oidc]'.",
        )
    return Provider(issuer, client_id, client_secret, public_url.rstrip("/"))


def is_sealed(address: object) -> bool:
    """Whether this is a plain HTTPS address; HTTP will do on this machine, where nobody listens."""
    if not isinstance(address, str) or not address.isascii() or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    sealed = parts.scheme == "https" or (parts.scheme == "http" and is_here(host))
    return bool(host) and plain and sealed
