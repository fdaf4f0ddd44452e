"""The city's own sign-in in a test: a small OpenID Connect provider on a real socket.

It checks what a careful provider checks (client, secret, address to return to, PKCE, a code once)
and can be told to lie: ``claims`` and ``header`` change what it signs, ``sign`` how, ``says`` what
it answers at an address.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "suara-anak", "r@hasia klien+kota/%1"
Said = tuple[int, dict[str, str], bytes]


@dataclass
class CityProvider:
    """What it knows, and what it was asked."""

    key: RSAKey
    issuer: str = ""
    subject: str = "warga-1"
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, str] = field(default_factory=dict)
    sign: Callable[[dict[str, str], dict[str, Any]], str] | None = None
    says: dict[str, Said] = field(default_factory=dict)
    ways: list[str] = field(default_factory=lambda: ["client_secret_basic"])
    slow: float = 0.0
    asked: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def behave(self) -> None:
        """Be honest again, and forget what was asked."""
        fresh = CityProvider(self.key, self.issuer)
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(fresh, name))

    def consent(self, address: str) -> str:
        """What the person does there: sign in, and be sent back to this address."""
        answer = httpx.get(address)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def answer(self, path: str, query: dict[str, str], form: dict[str, str], basic: str) -> Said:
        """One answer of the provider."""
        self.asked.append(path)
        if path in self.says:
            return self.says[path]
        if path == "/.well-known/openid-configuration":
            return _json(self._about())
        if path == "/keys":
            return _json({"keys": [self.key.as_dict(private=False)]})
        if path == "/authorize":
            return self._authorize(query)
        if path == "/token":
            return self._token(form, basic)
        return 404, {}, b""

    def _about(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": self.ways,
        }

    def _authorize(self, query: dict[str, str]) -> Said:
        right = (
            query["response_type"] == "code"
            and query["client_id"] == CLIENT_ID
            and query["code_challenge_method"] == "S256"
            and "openid" in query["scope"].split()
        )
        if not right:
            return 400, {}, b"invalid_request"
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        back = urlencode({"code": code, "state": query["state"]})
        return 302, {"Location": f"{query['redirect_uri']}?{back}"}, b""

    def _token(self, form: dict[str, str], basic: str) -> Said:
        if "client_secret_post" in self.ways:
            client = form.get("client_id"), form.get("client_secret")
        else:
            told = base64.b64decode(basic.removeprefix("Basic ")).decode().partition(":")
            client = unquote_plus(told[0]), unquote_plus(told[2])
        if client != (CLIENT_ID, CLIENT_SECRET):
            return _json({"error": "invalid_client"}, 401)
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return _json({"error": "invalid_grant"}, 400)
        token = self._identity(asked["nonce"])
        self.tokens.append(token)
        told = {"access_token": "akses-rahasia", "token_type": "Bearer", "id_token": token}
        return _json(told)

    def _identity(self, nonce: str) -> str:
        moment = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": self.subject, "nonce": nonce,
            "iat": moment, "exp": moment + 300, "email": "bu.rini@kota.example",
        } | self.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": str(self.key.kid)} | self.header
        if self.sign:
            return self.sign(header, claims)
        return jwt.encode(header, claims, self.key, algorithms=[header["alg"]])


def _json(body: dict[str, Any], status: int = 200) -> Said:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


def pieces(*parts: object) -> str:
    """Parts of a token, each as it is written there: bytes as they are, the rest as JSON."""
    raw = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in parts]
    return ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in raw)


@contextmanager
def city_provider() -> Iterator[CityProvider]:
    """A running provider with a key of its own."""
    provider = CityProvider(RSAKey.generate_key(2048, {"kid": "satu", "use": "sig"}))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._reply(_flat(body))

        def _reply(self, form: dict[str, str]) -> None:
            parts = urlsplit(self.path)
            basic = self.headers.get("Authorization", "")
            status, headers, body = provider.answer(parts.path, _flat(parts.query), form, basic)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            for sign in (body[:1], body[1:]):
                time.sleep(provider.slow)
                self.wfile.write(sign)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _flat(encoded: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(encoded).items()}
