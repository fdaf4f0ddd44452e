"""Asking the city's own sign-in who somebody is, and believing only what it signed for us.

OpenID Connect Core 1.0: authorization code with PKCE (S256), state and nonce. No more is taken
from the answer than the subject, who somebody is at this provider; no token is kept.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from survey_app.errors import ProviderError
from survey_app.oidc import Provider, is_sealed

PATIENCE = 5.0  # seconds for a whole answer; somebody waits in front of a page
MOST_BYTES = 256 * 1024  # Microsoft's keys, the longest answer known, are 20 KB
# Asymmetric ones only: with HS256 whoever knows the public key or our secret could sign.
ALGORITHMS = ("RS256", "PS256", "ES256")
KNOWN_FOR = 600.0  # seconds: what a provider says of itself hardly ever changes
AWAY_FOR = 10.0  # so that a crowd in front of the page does not wait for one after the other
CLOCKS_APART = 60  # seconds between the provider's clock and ours
_LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2
_WELL_KNOWN = "/.well-known/openid-configuration"
_TOLD = "Periksa SUARA_OIDC_... dan aplikasi ini di akun kota (docs/accounts.md)."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What a provider says of itself; ``secret_in_form``: how it wants to be told our secret."""

    authorization: str
    token: str
    keys: str
    secret_in_form: bool


class Asking:
    """The questions to one provider; remembers what it says of itself for a while."""

    def __init__(self, provider: Provider, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._provider = provider
        self._clock = clock
        self._known: Endpoints | ProviderError | None = None
        self._known_until = 0.0
        self._one_at_a_time = asyncio.Lock()

    @property
    def issuer(self) -> str:
        """Who signs what it says."""
        return self._provider.issuer

    async def endpoints(self) -> Endpoints:
        """Where the provider is asked; raise ``ProviderError`` where it is away or another one."""
        async with self._one_at_a_time:
            if self._known is None or self._clock() >= self._known_until:
                try:
                    self._known, lasts = await discover(self._provider), KNOWN_FOR
                except ProviderError as error:
                    self._known, lasts = error, AWAY_FOR
                    _log.warning("%s %s", error.sentence, error.remedy)
                self._known_until = self._clock() + lasts
        if isinstance(self._known, ProviderError):
            raise ProviderError(self._known.sentence, remedy=self._known.remedy)
        return self._known

    async def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser."""
        endpoints = await self.endpoints()
        challenge = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._provider.back,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        sign = "&" if "?" in endpoints.authorization else "?"
        return f"{endpoints.authorization}{sign}{urlencode(asked)}"

    async def who(self, code: str, *, nonce: str, verifier: str) -> str:
        """The subject a code stands for; raise ``ProviderError`` where it is not to be believed."""
        endpoints, provider = await self.endpoints(), self._provider
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": provider.back,
            "code_verifier": verifier,
        }
        headers = {}
        if endpoints.secret_in_form:
            form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
        else:  # RFC 6749, 2.3.1: both are encoded as in a form, then joined
            both = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        told = await _answer("POST", endpoints.token, form=form, headers=headers)
        keys = await _answer("GET", endpoints.keys)  # each time: so a new key needs no waiting
        try:
            return _believed(told.get("id_token"), keys, provider, nonce)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            why = type(error).__name__
            raise _untrusted(f"tanda yang tidak bisa dipercaya ({why})") from None


async def discover(provider: Provider) -> Endpoints:
    """What the provider says of itself; raise ``ProviderError`` where it is away or another one."""
    told = await _answer("GET", f"{provider.issuer.rstrip('/')}{_WELL_KNOWN}")
    if told.get("issuer") != provider.issuer:
        raise ProviderError(
            "Akun kota menyebut penerbit yang lain dari SUARA_OIDC_ISSUER.",
            remedy="Salin 'issuer' persis dari alamat itu, termasuk garis miring di akhirnya.",
        )
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    authorization, token, keys = (str(told.get(name, "")) for name in names)
    if not all(_may_be_asked(provider, one) for one in (authorization, token, keys)):
        raise _untrusted("alamat yang bukan https://")
    ways = told.get("token_endpoint_auth_methods_supported")
    in_form = isinstance(ways, list) and "client_secret_post" in ways
    return Endpoints(authorization, token, keys, secret_in_form=in_form)


def _believed(token: Any, keys: Mapping[str, Any], provider: Provider, nonce: str) -> str:
    """The subject of an identity token (OpenID Connect Core 1.0, section 3.1.3.7)."""
    known = KeySet.import_key_set({"keys": keys["keys"]})
    claims = jwt.decode(token, known, algorithms=ALGORITHMS).claims
    jwt.JWTClaimsRegistry(
        leeway=CLOCKS_APART,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True},
    ).validate(claims)
    if not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise ValueError("nonce")
    alone = claims["aud"] in (provider.client_id, [provider.client_id])
    if claims.get("azp", provider.client_id if alone else None) != provider.client_id:
        raise ValueError("azp")  # made for somebody else, who passed it on
    subject = claims["sub"]
    if len(subject) > _LONGEST_SUBJECT or not subject.isascii() or not subject.isprintable():
        raise ValueError("sub")
    return str(subject)


async def _answer(
    method: str,
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A JSON object of bounded size, in time, from this address and no other."""
    # Compressed, a small answer could be a large one.
    asking = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
    body = bytearray()
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpx.AsyncClient(verify=_authorities(), follow_redirects=False) as client,
            client.stream(method, address, data=form, headers=asking) as answer,
        ):
            async for part in answer.aiter_raw():
                body += part
                if len(body) > MOST_BYTES:
                    raise _untrusted("jawaban yang terlalu panjang")
        told = json.loads(body) if answer.status_code == httpx.codes.OK else None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:  # TimeoutError is an OSError
        raise ProviderError(
            f"Akun kota tidak bisa dihubungi ({type(error).__name__}).", remedy=_TOLD
        ) from None
    except (ValueError, RecursionError):
        raise _untrusted("jawaban yang bukan JSON") from None
    if answer.status_code != httpx.codes.OK:
        raise ProviderError(f"Akun kota menolak ({answer.status_code}).", remedy=_TOLD)
    if not isinstance(told, dict):
        raise _untrusted("jawaban yang bukan JSON")
    return told


@cache
def _authorities() -> ssl.SSLContext:
    """Those this machine trusts, a city's own among them; reading them takes 30 ms."""
    return ssl.create_default_context()


def _may_be_asked(provider: Provider, address: str) -> bool:
    """HTTPS, with a query of its own or without (RFC 6749, 3.1); a provider on this machine: HTTP.

    One elsewhere sends us to no program of this machine's.
    """
    here = provider.issuer.startswith("http:")
    return is_sealed(address.partition("?")[0]) and (here or address.startswith("https:"))


def _untrusted(what: str) -> ProviderError:
    return ProviderError(f"Akun kota memberi {what}.", remedy=_TOLD)
