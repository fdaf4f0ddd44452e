"""``/masuk/kota``: in by the city's own sign-in, against a provider run here on a real socket.

XC01  Whose identity is joined comes in, to the page that was wanted: by code, PKCE, state and
      nonce, under the public address whatever host was asked; the history says by which way.
XC02  A way back that this browser did not begin, or that was taken or began too long ago, is
      refused before the provider is asked.
XC03  A code works once, also where somebody brings it along on a way of his own.
XC04  What the provider signed for another, for another time, by another or not at all is not
      believed: nobody is signed in.
XC05  An identity joined to no account is refused with what to do, whatever e-mail address it has;
      so is an account that is off.
XC06  The second step stays ours, and so does the time to set it up.
XC07  Joining takes the password, ends in the sign-in it was begun in and no other, and is noted; an
      identity opens one account, and is separated there or with a new password.
XC08  A provider that is away, slow, endless, elsewhere or refuses is a sentence; passwords work.
XC09  Only our own staff pages follow.
XC10  Nothing of codes, tokens, secrets and cookies is in the log, however talkative it is.
XC11  Without a provider there is neither button nor route; half of one told is one sentence.
XC12  `suara check` says whether the provider answers.
XC13  Who keeps bringing codes that are none waits; signing in by password does not.
XC14  Akun joins after the password, and separates after a yes.
"""

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
import sqlalchemy as sa
import streamlit as st
from doors import Doors, opened_doors
from joserfc import jwt
from joserfc.jwk import RSAKey
from provider import CLIENT_ID, CLIENT_SECRET, CityProvider, city_provider, pieces
from test_pages import Staff, button, empty_city, installed, labels, opened, tokens, words_on

from survey_app import oidc
from survey_app.api import trips
from survey_app.api.limits import Limits
from survey_app.api.shield import COOKIE
from survey_app.cli import checking
from survey_app.errors import ProviderError, SettingsError, SignInError
from survey_app.oidc import asking
from survey_app.passwords import codes
from survey_app.people import Page, Role
from survey_app.settings import Settings, load
from survey_app.store import Store, identities, people, sign_ins, two_step
from survey_app.store.database import now
from survey_app.store.people import CodeNeededError
from survey_app.store.sign_ins import Outcome
from survey_app.store.tables import Audit, Identities

# The city and adults of test_pages serve here as well.
__all__ = ["empty_city", "installed", "opened", "tokens"]

NAME, PASSWORD = "Bu Rini", "kapal-layar-biru"
URL, HOST = "https://suara.kota.test", "127.0.0.1"  # as it is known, and where it is asked
NOT_BELIEVED = "Masuk dengan kata sandi tetap bisa."


@pytest.fixture(scope="module")
def one_provider() -> Iterator[CityProvider]:
    with city_provider() as running:
        yield running


@pytest.fixture
def provider(one_provider: CityProvider) -> CityProvider:
    """An honest one."""
    one_provider.behave()
    return one_provider


@dataclass
class City:
    """Our routes with a provider, and a browser in front of them."""

    doors: Doors
    provider: CityProvider

    @property
    def browser(self) -> httpx.Client:
        return self.doors.browser

    @property
    def store(self) -> Store:
        return self.doors.store

    @property
    def limits(self) -> Limits:
        return self.doors.service.limits

    def come_back(self, address: str) -> httpx.Response:
        """Follow the provider, as a proxy in front of us would hand it on."""
        assert address.startswith(f"{URL}/")
        return self.browser.get(address.removeprefix(URL))

    def leave(self, wanted: str = "/tema", **query: str) -> str:
        """Set out; the address at the provider."""
        answer = self.browser.get("/masuk/kota", params={"next": wanted, **query})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def go(self, wanted: str = "/tema", **query: str) -> httpx.Response:
        """Set out, sign in there, come back."""
        return self.come_back(self.provider.consent(self.leave(wanted, **query)))

    def be(self, token: str) -> None:
        """Let the browser hold this token."""
        self.browser.cookies.clear()
        self.browser.cookies.set(COOKIE, token, domain=HOST)

    def outcomes(self) -> list[Outcome]:
        """How tries to sign in to the account ended, the newest first."""
        member = people.known(self.store, NAME)
        return [one.outcome for one in sign_ins.of_account(self.store, member.id)]


def told(provider: CityProvider, tmp_path: Path, data_dir: Path, **more: Any) -> Settings:
    chosen = Settings(
        data_dir=data_dir,
        database_url=f"sqlite:///{tmp_path}/suara.db",
        public_url=URL,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
    )
    return replace(chosen, **more)


@pytest.fixture
def city(
    request: pytest.FixtureRequest,
    sqlite_store: Store,
    provider: CityProvider,
    tmp_path: Path,
    data_dir: Path,
) -> Iterator[City]:
    people.add_staff(sqlite_store, NAME, PASSWORD, Role.TASK_FORCE)
    with opened_doors(told(provider, tmp_path, data_dir, **getattr(request, "param", {}))) as doors:
        yield City(doors, provider)


@pytest.fixture
def token(city: City) -> str:
    """A sign-in of Bu Rini, elsewhere."""
    return people.sign_in(city.store, NAME, PASSWORD)


@pytest.fixture
def joined(city: City, token: str) -> str:
    """Her account of the city is joined; the same sign-in."""
    identities.join(city.store, token, city.provider.issuer, "warga-1")
    return token


def facts(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.scalars(sa.select(Audit.facts).order_by(Audit.id)))


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
def test_coming_in(city: City, joined: str, way: str) -> None:
    """XC01: everything a provider checks is right, and nothing of it stays in the browser."""
    city.provider.ways = [way]
    elsewhere = {"Host": "lain.example", "X-Forwarded-Proto": "https"}
    answer = city.browser.get("/masuk/kota?next=/tema", headers=elsewhere)
    cookie = answer.headers["set-cookie"]
    for part in ("suara_kota=", "HttpOnly", "SameSite=lax", "Secure", "Max-Age=600"):
        assert part in cookie
    assert "Path=/masuk/kota" in cookie
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["redirect_uri"] == [f"{URL}/masuk/kota/kembali"]
    assert asked["scope"] == ["openid"]
    city.browser.cookies.clear()
    answer = city.go("/tema?klaster=pendidikan")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tema?klaster=pendidikan")
    found = people.staff_by_token(city.store, city.browser.cookies[COOKIE])
    assert found is not None
    assert found.name == NAME
    assert city.browser.cookies[COOKIE] != joined
    assert "suara_kota" not in city.browser.cookies
    assert city.outcomes()[0] is Outcome.BY_CITY
    answer = city.browser.get("/masuk/kota?next=/pertemuan")
    assert (answer.status_code, answer.headers["location"]) == (303, "/pertemuan")


def test_each_way_is_another(city: City) -> None:
    """XC01: state, nonce and challenge are never the same, and none is another."""
    ways = [parse_qs(urlsplit(city.leave()).query) for _ in range(2)]
    made = [one[name][0] for one in ways for name in ("state", "nonce", "code_challenge")]
    assert len(set(made)) == 6
    assert all(len(one) >= 43 for one in made)


def _other_browser(city: City, back: str) -> str:
    city.browser.cookies.clear()
    city.leave()
    return back


def _no_cookie(city: City, back: str) -> str:
    city.browser.cookies.clear()
    return back


def _own_cookie(city: City, back: str) -> str:
    """What an attacker could write himself."""
    city.browser.cookies.clear()
    cookie = trips.begin(b"s" * 32, "/tema").cookie
    city.browser.cookies.set(trips.COOKIE, cookie, domain=HOST, path=trips.PATH)
    return back


SPOILT: Mapping[str, Callable[[City, str], str]] = {
    "another state": lambda _, back: back.replace("state=", "state=x"),
    "no state": lambda _, back: back.partition("&state=")[0],
    "letters": lambda _, back: back.partition("&state=")[0] + "&state=%C3%A9%00",
    "no cookie": _no_cookie,
    "the state of another browser": _other_browser,
    "a cookie made elsewhere": _own_cookie,
}


def test_not_begun_here(city: City, joined: str, subtests: pytest.Subtests) -> None:
    """XC02: so nobody is led into the account of somebody else."""
    for name, spoil in SPOILT.items():
        city.browser.cookies.clear()
        back = spoil(city, city.provider.consent(city.leave()))
        with subtests.test(name):
            answer = city.come_back(back)
            assert answer.status_code == 400
            assert "Mulai lagi" in answer.text
            assert COOKIE not in city.browser.cookies
    assert "/token" not in city.provider.asked


def test_too_late(city: City, joined: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """XC02: ten minutes."""
    back = city.provider.consent(city.leave())
    later = now() + trips.GOOD_FOR
    monkeypatch.setattr(trips, "this_moment", lambda: later)
    assert city.come_back(back).status_code == 400
    assert "/token" not in city.provider.asked


def test_once(city: City, joined: str) -> None:
    """XC02, XC03: the way, with a cookie that was copied; and its code, on another way."""
    back = city.provider.consent(city.leave())
    cookie = city.browser.cookies[trips.COOKIE]
    assert city.come_back(back).status_code == 303
    city.browser.cookies.clear()
    city.browser.cookies.set(trips.COOKIE, cookie, domain=HOST, path=trips.PATH)
    assert city.come_back(back).status_code == 400
    assert city.provider.asked.count("/token") == 1
    state = parse_qs(urlsplit(city.leave()).query)["state"][0]
    code = parse_qs(urlsplit(back).query)["code"][0]
    answer = city.browser.get(f"/masuk/kota/kembali?code={code}&state={state}")
    assert answer.status_code == 502
    assert "Akun kota menolak (400)" in answer.text
    assert COOKIE not in city.browser.cookies


def test_a_code_of_somebody_else(city: City, joined: str) -> None:
    """XC03: fresh, but not asked for with the verifier of this way."""
    theirs = parse_qs(urlsplit(city.provider.consent(city.leave())).query)["code"][0]
    state = parse_qs(urlsplit(city.leave()).query)["state"][0]
    answer = city.browser.get(f"/masuk/kota/kembali?code={theirs}&state={state}")
    assert answer.status_code == 502
    assert COOKIE not in city.browser.cookies


def _unsigned(header: dict[str, str], claims: dict[str, Any]) -> str:
    return pieces(header | {"alg": "none"}, claims, b"")


def _by_another(header: dict[str, str], claims: dict[str, Any]) -> str:
    return jwt.encode(header, claims, RSAKey.generate_key(2048, {"kid": "satu"}))


def _by_public_key(provider: CityProvider) -> Callable[[dict[str, str], dict[str, Any]], str]:
    """Signed with what everybody knows, as if it were a secret (RFC 8725, 2.1)."""
    public = provider.key.as_pem(private=False)

    def sign(header: dict[str, str], claims: dict[str, Any]) -> str:
        told = pieces(header | {"alg": "HS256"}, claims)
        return f"{told}.{pieces(hmac.new(public, told.encode(), hashlib.sha256).digest())}"

    return sign


def _by_client_secret(header: dict[str, str], claims: dict[str, Any]) -> str:
    told = pieces(header | {"alg": "HS256"}, claims)
    mark = hmac.new(CLIENT_SECRET.encode(), told.encode(), hashlib.sha256).digest()
    return f"{told}.{pieces(mark)}"


def _changed(header: dict[str, str], claims: dict[str, Any]) -> str:
    """Signed for somebody else, then changed."""
    return pieces(header, claims) + "." + pieces(b"0" * 256)


LIES: Mapping[str, dict[str, Any]] = {
    "wrong nonce": {"claims": {"nonce": "x" * 43}},
    "nonce in a list": {"claims": {"nonce": ["x" * 43]}},
    "no nonce": {"claims": {"nonce": None}},
    "expired": {"claims": {"exp": time.time() - 90}},
    "never ends": {"claims": {"exp": None}},
    "from the future": {"claims": {"iat": time.time() + 3600}},
    "not yet": {"claims": {"nbf": time.time() + 3600}},
    "another audience": {"claims": {"aud": "aplikasi-lain"}},
    "another audience, for us": {"claims": {"aud": ["aplikasi-lain"], "azp": CLIENT_ID}},
    "two audiences": {"claims": {"aud": [CLIENT_ID, "aplikasi-lain"]}},
    "passed on": {"claims": {"aud": [CLIENT_ID, "lain"], "azp": "lain"}},
    "another issuer": {"claims": {"iss": "https://jahat.example"}},
    "no subject": {"claims": {"sub": None}},
    "an empty subject": {"claims": {"sub": ""}},
    "a number as subject": {"claims": {"sub": 1}},
    "a long subject": {"claims": {"sub": "x" * 256}},
    "another key": {"sign": _by_another},
    "a key nobody knows": {"header": {"kid": "dua"}},
    "unsigned": {"sign": _unsigned},
    "changed": {"sign": _changed},
    "HS256 with the secret": {"sign": _by_client_secret},
    "no token": {"sign": lambda *_: "bukan-token"},
}


def test_not_believed(city: City, joined: str, subtests: pytest.Subtests) -> None:
    """XC04: one sentence, no session, nothing in the history."""
    before = city.outcomes()
    by_public_key = {"sign": _by_public_key(city.provider)}
    for lie, told in {**LIES, "HS256 with the public key": by_public_key}.items():
        city.provider.behave()
        for name, value in told.items():
            setattr(city.provider, name, value)
        with subtests.test(lie):
            answer = city.go()
            assert len(city.provider.tokens) == 1
            assert answer.status_code == 502
            assert "tanda yang tidak bisa dipercaya" in answer.text
            assert NOT_BELIEVED in answer.text
            assert COOKIE not in city.browser.cookies
            assert city.outcomes() == before
    city.provider.behave()
    assert city.go().status_code == 303


@pytest.mark.parametrize(
    "claims", [{"aud": [CLIENT_ID]}, {"aud": [CLIENT_ID, "x"], "azp": CLIENT_ID}]
)
def test_believed(city: City, joined: str, claims: dict[str, Any]) -> None:
    """XC04: the same in other words, and clocks that differ by half a minute."""
    city.provider.claims = claims | {"iat": time.time() + 30}
    assert city.go().status_code == 303


def test_of_nobody_here(city: City, token: str) -> None:
    """XC05: an account by the name of the e-mail address the provider knows is not meant."""
    people.add_staff(city.store, "bu.rini@kota.example", PASSWORD, Role.ADMINISTRATOR)
    answer = city.go()
    assert answer.status_code == 403
    assert "Akun kota ini belum terhubung dengan akun di sini" in answer.text
    assert "hubungkan di halaman Akun" in answer.text
    assert COOKIE not in city.browser.cookies
    assert facts(city.store)[-1] == '{"outcome": "city_unknown", "staff": 0}'


def test_other_subjects_and_issuers(city: City, joined: str) -> None:
    """XC05: letters count as they are, and the same subject elsewhere is somebody else."""
    city.provider.subject = "Warga-1"
    assert city.go().status_code == 403
    with city.store.writing() as connection:
        connection.execute(sa.update(Identities).values(issuer="https://masuk.kota-lain.example"))
    city.provider.subject = "warga-1"
    assert city.go().status_code == 403


def test_an_account_that_is_off(city: City, joined: str) -> None:
    """XC05: and it is in its history."""
    people.set_active(city.store, NAME, active=False)
    answer = city.go()
    assert answer.status_code == 403
    assert "Akun ini dinonaktifkan" in answer.text
    assert COOKIE not in city.browser.cookies
    assert city.outcomes()[0] is Outcome.SWITCHED_OFF


def test_the_second_step(city: City, joined: str) -> None:
    """XC06: the city's word gives no session but a page for the code, and then the page wanted."""
    secret = codes.new_secret()
    early = pyotp.TOTP(secret).at(now() - timedelta(seconds=30))
    two_step.set_up(city.store, joined, secret, early)
    answer = city.go("/tema")
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk?next=%2Ftema")
    assert COOKIE not in city.browser.cookies
    assert city.outcomes()[0] is Outcome.CITY_AWAITED
    assert "Langkah kedua" in city.browser.get(answer.headers["location"]).text
    answer = city.browser.post("/masuk", data={"kode": pyotp.TOTP(secret).now(), "next": "/tema"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/tema")
    assert people.staff_by_token(city.store, city.browser.cookies[COOKIE])
    assert city.outcomes()[0] is Outcome.BY_CITY


@pytest.mark.parametrize("city", [{"two_step_days": 0}], indirect=True)
def test_held_back(city: City, joined: str) -> None:
    """XC06: an administrator without the second step only sets it up, and joins nothing."""
    people.set_role(city.store, NAME, Role.ADMINISTRATOR)
    answer = city.go("/tema")
    assert answer.headers["location"] == "/akun"
    fresh = city.browser.cookies[COOKIE]
    with pytest.raises(SignInError, match="verifikasi dua langkah"):
        identities.permit(city.store, fresh, PASSWORD)
    with pytest.raises(SignInError, match="verifikasi dua langkah"):
        identities.join(city.store, fresh, city.provider.issuer, "warga-2")


def test_joining(city: City, token: str) -> None:
    """XC07: from the password on Akun to an identity that opens the account, and back."""
    with pytest.raises(SignInError, match="Kata sandi salah"):
        identities.permit(city.store, token, "bukan-sandinya")
    assert city.outcomes()[0] is Outcome.WRONG_OLD
    city.be(token)
    answer = city.go(hubungkan=identities.permit(city.store, token, PASSWORD))
    assert (answer.status_code, answer.headers["location"]) == (303, "/akun")
    assert city.browser.cookies[COOKIE] == token
    assert facts(city.store)[-1] == '{"change": "city_joined", "staff": 1}'
    city.browser.cookies.clear()
    assert city.go().status_code == 303
    identities.separate(city.store, token)
    assert facts(city.store)[-1] == '{"change": "city_separated", "staff": 1}'
    city.browser.cookies.clear()
    assert city.go().status_code == 403
    identities.separate(city.store, token)  # nothing left: nothing noted
    assert facts(city.store)[-1] != '{"change": "city_separated", "staff": 1}'


def test_a_new_password_separates(city: City, joined: str) -> None:
    """XC07: whoever knew the old one may have joined something."""
    people.change_own_password(city.store, joined, PASSWORD, PASSWORD + "x", again=PASSWORD + "x")
    city.be("")
    assert city.go().status_code == 303
    people.set_password(city.store, NAME, PASSWORD)
    city.be("")
    assert city.go().status_code == 403


@pytest.fixture
def other(city: City) -> str:
    """The sign-in of somebody else."""
    people.add_staff(city.store, "Pak Jahat", PASSWORD, Role.FACILITATOR)
    return people.sign_in(city.store, "Pak Jahat", PASSWORD)


def test_beginning_to_join(city: City, token: str, other: str) -> None:
    """XC07: without the password, with the permit of another, an old or a made up one: refused."""
    good = identities.permit(city.store, token, PASSWORD)
    old = identities.permit(city.store, token, PASSWORD, now=now() - identities.PERMIT_GOOD_FOR)
    later = f"{int(old.partition('.')[0]) + 9999}.{old.partition('.')[2]}"
    of_other = identities.permit(city.store, other, PASSWORD)
    city.be(token)
    for permit in ("", "ya", old, later, of_other, good + "0", "9" * 5000 + ".", "²." + "é" * 64):
        answer = city.browser.get("/masuk/kota", params={"hubungkan": permit})
        assert answer.status_code == 403, permit
        assert "Mulai lagi di halaman Akun" in answer.text
        assert 'href="/akun"' in answer.text
    city.browser.cookies.clear()
    assert city.browser.get("/masuk/kota", params={"hubungkan": good}).status_code == 403


def test_the_state_of_another_session(city: City, token: str, other: str) -> None:
    """XC07: an attacker's way back, with its cookie, in the victim's browser joins nothing."""
    city.be(other)
    back = city.provider.consent(
        city.leave(hubungkan=identities.permit(city.store, other, PASSWORD))
    )
    planted = city.browser.cookies[trips.COOKIE]
    for victim in (token, ""):
        city.be(victim)
        city.browser.cookies.set(trips.COOKIE, planted, domain=HOST, path=trips.PATH)
        answer = city.come_back(back)
        assert answer.status_code in (403, 400)
        assert "Mulai lagi" in answer.text
    assert "/token" not in city.provider.asked
    with city.store.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Identities)) == 0


def test_a_sign_in_that_ended(city: City, token: str) -> None:
    """XC07: signed out while being asked at the provider."""
    city.be(token)
    back = city.provider.consent(
        city.leave(hubungkan=identities.permit(city.store, token, PASSWORD))
    )
    people.sign_out(city.store, token)
    answer = city.come_back(back)
    assert answer.status_code == 403
    assert "Anda sudah keluar" in answer.text


def test_joined_already(city: City, joined: str, other: str) -> None:
    """XC07: an identity opens one account, and an account has one identity of a provider."""
    city.be(other)
    answer = city.go(hubungkan=identities.permit(city.store, other, PASSWORD))
    assert answer.status_code == 403
    assert "sudah terhubung" in answer.text
    city.provider.subject = "warga-2"
    city.be(joined)
    answer = city.go(hubungkan=identities.permit(city.store, joined, PASSWORD))
    assert answer.status_code == 403
    assert people.known(city.store, NAME).id == 1
    with city.store.reading() as connection:
        rows = connection.execute(sa.select(Identities.subject, Identities.staff_id)).all()
    assert [tuple(row) for row in rows] == [("warga-1", 1)]


def test_on_both_databases(store: Store) -> None:
    """XC06, XC07: joined once, with a code, separated; on SQLite and PostgreSQL."""
    issuer, here = "https://masuk.kota.example", {}
    for name in (NAME, "Pak Lain"):
        people.add_staff(store, name, PASSWORD, Role.OFFICE)
        here[name] = people.sign_in(store, name, PASSWORD)
    member = identities.join(store, here[NAME], issuer, "1")
    for name, subject in (("Pak Lain", "1"), (NAME, "2"), (NAME, "1")):
        with pytest.raises(SignInError, match="sudah terhubung"):
            identities.join(store, here[name], issuer, subject)
    identities.join(store, here[NAME], "https://lain.example", "1")
    assert people.staff_by_token(store, identities.sign_in(store, issuer, "1")) == member
    secret = codes.new_secret()
    early, late = (pyotp.TOTP(secret).at(now() + timedelta(seconds=far)) for far in (-30, 0))
    two_step.set_up(store, here[NAME], secret, early)
    with pytest.raises(CodeNeededError) as needed:
        identities.sign_in(store, issuer, "1")
    assert two_step.complete(store, needed.value.half, late)
    assert sign_ins.of_account(store, member.id)[0].outcome is Outcome.BY_CITY
    people.set_password(store, NAME, PASSWORD)
    for each in (issuer, "https://lain.example"):
        with pytest.raises(SignInError, match="belum terhubung"):
            identities.sign_in(store, each, "1")


def _elsewhere(status: int) -> tuple[int, dict[str, str], bytes]:
    return status, {"Location": "http://127.0.0.1:1/token"}, b""


FAULTS: Mapping[str, tuple[str, Any, str]] = {
    "redirected": ("/token", _elsewhere(302), "menolak (302)"),
    "redirected with the form": ("/token", _elsewhere(307), "menolak (307)"),
    "redirected keys": ("/keys", _elsewhere(301), "menolak (301)"),
    "endless": ("/token", (200, {}, b" " * (asking.MOST_BYTES + 1)), "terlalu panjang"),
    "no JSON": ("/token", (200, {}, b"<html>"), "bukan JSON"),
    "no object": ("/token", (200, {}, b"[1]"), "bukan JSON"),
    "deep": ("/token", (200, {}, b"[" * 100_000), "bukan JSON"),
    "no token": ("/token", (200, {}, b"{}"), "tidak bisa dipercaya"),
    "no keys": ("/keys", (200, {}, b'{"keys": []}'), "tidak bisa dipercaya"),
    "odd keys": ("/keys", (200, {}, b'{"keys": [7]}'), "tidak bisa dipercaya"),
    "broken": ("/token", (500, {}, b"stack trace"), "menolak (500)"),
}


def test_a_provider_with_faults(city: City, joined: str, subtests: pytest.Subtests) -> None:
    """XC08: no other address is asked, and what it said is repeated nowhere."""
    for fault, (path, said, sentence) in FAULTS.items():
        city.provider.behave()
        city.provider.says[path] = said
        with subtests.test(fault):
            answer = city.go()
            assert answer.status_code == 502
            assert sentence in answer.text
            assert NOT_BELIEVED in answer.text
            assert "stack trace" not in answer.text
            assert COOKIE not in city.browser.cookies


@pytest.mark.parametrize(
    ("about", "sentence"),
    [
        (b'{"issuer": "https://lain.example"}', "penerbit yang lain"),
        (b'{"issuer": "$"}', "bukan https://"),
        (
            b'{"issuer": "$", "authorization_endpoint": "javascript:alert(1)", '
            b'"token_endpoint": "$/token", "jwks_uri": "$/keys"}',
            "bukan https://",
        ),
        (
            b'{"issuer": "$", "authorization_endpoint": "$/a", '
            b'"token_endpoint": "http://lain.example/token", "jwks_uri": "$/keys"}',
            "bukan https://",
        ),
        (b"", "bukan JSON"),
    ],
)
def test_a_provider_that_is_another(city: City, about: bytes, sentence: str) -> None:
    """XC08: said on /masuk, above a form that still works."""
    told = about.replace(b"$", city.provider.issuer.encode())
    city.provider.says["/.well-known/openid-configuration"] = (200, {}, told)
    answer = city.browser.get("/masuk/kota")
    assert answer.status_code == 502
    assert sentence in answer.text
    assert 'name="sandi"' in answer.text


def test_a_provider_that_points_at_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """XC08: one elsewhere has us ask no program of this machine over HTTP."""
    told = {
        "issuer": GOOD["SUARA_OIDC_ISSUER"],
        "authorization_endpoint": "https://masuk.kota.example/a?p=1",
        "token_endpoint": "https://masuk.kota.example/t",
        "jwks_uri": "http://127.0.0.1:9200/keys",
    }

    async def answer(*_: object) -> dict[str, str]:
        return told

    monkeypatch.setattr(asking, "_answer", answer)
    provider = load(GOOD).provider
    assert provider is not None
    with pytest.raises(ProviderError, match="bukan https://"):
        asyncio.run(asking.discover(provider))
    told["jwks_uri"] = "https://masuk.kota.example/k"
    assert asyncio.run(asking.discover(provider)).keys == told["jwks_uri"]


def test_a_slow_provider(
    city: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """XC08: sign by sign is not in time either; who comes meanwhile waits and writes no more."""
    monkeypatch.setattr(asking, "PATIENCE", 0.3)
    monkeypatch.setattr(asking, "AWAY_FOR", 1e6)
    city.provider.slow = 0.2
    for _ in range(2):
        assert city.browser.get("/masuk/kota").status_code == 502
    assert caplog.text.count("tidak bisa dihubungi (TimeoutError)") == 1
    assert city.provider.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize("city", [{"oidc_issuer": "http://127.0.0.1:1"}], indirect=True)
def test_no_provider_there(city: City) -> None:
    """XC08: a sentence, and in by password."""
    answer = city.browser.get("/masuk/kota?next=/tema")
    assert answer.status_code == 502
    assert "Akun kota tidak bisa dihubungi (ConnectError)" in answer.text
    assert 'value="/tema"' in answer.text
    form = {"nama": NAME, "sandi": PASSWORD, "next": "/tema"}
    assert city.browser.post("/masuk", data=form).headers["location"] == "/tema"


@pytest.mark.parametrize("city", [{"oidc_client_secret": "sudah-diganti"}], indirect=True)
def test_a_wrong_secret(city: City, joined: str, caplog: pytest.LogCaptureFixture) -> None:
    """XC08: the number tells the administrator, here and in the log."""
    answer = city.go()
    assert answer.status_code == 502
    assert "Akun kota menolak (401)" in answer.text
    assert "Akun kota menolak (401). Periksa SUARA_OIDC_" in caplog.text


def test_no_permission_there(city: City) -> None:
    """XC08: refused or given up at the provider; its words are not repeated."""
    state = parse_qs(urlsplit(city.leave("/pertemuan")).query)["state"][0]
    answer = city.browser.get(
        f"/masuk/kota/kembali?error=access_denied&error_description=<b>jahat</b>&state={state}"
    )
    assert answer.status_code == 403
    assert "atau Anda membatalkannya" in answer.text
    assert "jahat" not in answer.text
    assert 'value="/pertemuan"' in answer.text


ELSEWHERE = (
    *("https://jahat.example", "//jahat.example", "/\\jahat.example", "/masuk/kota", "/x"),
    *("é\r\n", "/tema?a=" + "x" * 2000),  # and what no cookie has room for
)


def test_only_our_pages_follow(city: City, joined: str) -> None:
    """XC09: whatever the address asks for."""
    for wanted in ELSEWHERE:
        city.browser.cookies.clear()
        assert city.go(wanted).headers["location"] == "/beranda", wanted


def test_the_log(city: City, joined: str, caplog: pytest.LogCaptureFixture) -> None:
    """XC10: coming in, joining, and each kind of failure, with everything written down."""
    caplog.set_level(logging.DEBUG)
    seen = {CLIENT_SECRET, "r%40hasia", "akses-rahasia", PASSWORD, joined}
    for lie in ({}, {"nonce": "x"}):
        city.browser.cookies.clear()
        city.provider.claims = lie
        address = city.leave()
        back = city.provider.consent(address)
        seen |= {city.browser.cookies[trips.COOKIE]}
        city.come_back(back)
        for each in (address, back):
            query = parse_qs(urlsplit(each).query)
            seen |= {query[name][0] for name in ("code", "state", "nonce") if name in query}
        seen |= {city.browser.cookies.get(COOKIE, PASSWORD)}
    permit = identities.permit(city.store, joined, PASSWORD)
    city.be(joined)
    city.go(hubungkan=permit)
    seen |= {permit, *city.provider.tokens, "warga-1"}
    # What the tests' own browser says of the address it asks for is not ours.
    said = [one.getMessage() for one in caplog.records]
    written = "\n".join(one for one in said if oidc.START not in one and "/authorize" not in one)
    assert "Akun kota memberi tanda" in written
    assert len(seen) > 12
    assert [one for one in seen if one in written] == []


def test_none_told(sqlite_store: Store, tmp_path: Path, data_dir: Path) -> None:
    """XC11: as if it were not in the program."""
    chosen = Settings(data_dir=data_dir, database_url=f"sqlite:///{tmp_path}/suara.db")
    with opened_doors(chosen) as doors:
        assert "akun kota" not in doors.browser.get("/masuk").text
        for path in (oidc.START, oidc.BACK):
            assert doors.browser.get(path).status_code == 404
            assert doors.browser.post(path).status_code == 405


def test_the_button(city: City) -> None:
    """XC11: to the public address, with the page that was wanted; the page stays as closed."""
    answer = city.browser.get("/masuk?next=/tema", headers={"Host": "192.168.1.7:8501"})
    assert f'href="{URL}/masuk/kota?next=%2Ftema"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.text.index("Masuk dengan akun kota") < answer.text.index("Kamu anak")


GOOD = {
    "SUARA_PUBLIC_URL": URL,
    "SUARA_OIDC_ISSUER": "https://masuk.kota.example/realms/kota",
    "SUARA_OIDC_CLIENT_ID": CLIENT_ID,
    "SUARA_OIDC_CLIENT_SECRET": CLIENT_SECRET,
}


@pytest.mark.parametrize("missing", list(GOOD))
def test_half_told(missing: str) -> None:
    """XC11: which half is missing is said, and the secret is not."""
    with pytest.raises(SettingsError) as caught:
        load(GOOD | {missing: ""})
    assert f"hanya setengahnya diatur: {missing} kosong" in str(caught.value)
    assert CLIENT_SECRET not in str(caught.value)


@pytest.mark.parametrize("name", ["SUARA_OIDC_ISSUER", "SUARA_PUBLIC_URL"])
@pytest.mark.parametrize(
    "address",
    ["http://masuk.kota.example", "https://", "https://a:b@kota.example", "https://kota.example?a=b",
     "https://kota.example/#a", "https://[kota", "https://kota.example:x"],
)  # fmt: skip
def test_addresses_that_are_none(name: str, address: str) -> None:
    """XC11: what would be asked over an open line, or is no address."""
    with pytest.raises(SettingsError, match=name):
        load(GOOD | {name: address})


def test_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """XC11: all of it; a secret is never shown; without its packages a sentence."""
    chosen = load(GOOD | {"SUARA_PUBLIC_URL": f"{URL}/"})
    assert chosen.provider is not None
    assert chosen.provider.back == f"{URL}/masuk/kota/kembali"
    assert CLIENT_SECRET not in repr(chosen) + repr(chosen.provider)
    assert load({"SUARA_PUBLIC_URL": "http://192.168.1.7"}).provider is None
    assert load(GOOD | {"SUARA_OIDC_ISSUER": "http://localhost:8080/realms/kota"}).provider
    monkeypatch.setattr(oidc, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"httpx dan joserfc.*pip install 'suara-anak\[oidc\]'"):
        load(GOOD)


def test_check(provider: CityProvider, tmp_path: Path, data_dir: Path) -> None:
    """XC12: away, there, or not used."""
    found = checking._city(told(provider, tmp_path, data_dir))
    assert (found.good, found.remedy) == (True, "")
    assert found.sentence.endswith(f"alamat kembali {URL}/masuk/kota/kembali")
    away = checking._city(told(provider, tmp_path, data_dir, oidc_issuer="http://127.0.0.1:1"))
    assert not away.good
    assert "tidak bisa dihubungi" in away.sentence
    assert checking._city(Settings()) == checking.Finding("Akun kota", True, "tidak dipakai")


def test_guessing(city: City, joined: str) -> None:
    """XC13: after thirty the next is not asked about, even if it is right."""
    city.provider.claims = {"nonce": "x"}
    for _ in range(3):
        assert city.go().status_code == 502
    for _ in range(32):
        city.limits.city.failed(HOST)
    city.provider.behave()
    answer = city.go()
    assert answer.status_code == 429
    assert "Tunggu" in answer.text
    assert int(answer.headers["retry-after"]) > 10
    assert "/token" not in city.provider.asked
    assert city.browser.post("/masuk", data={"nama": NAME, "sandi": PASSWORD}).status_code == 303


def test_again_and_again(city: City, token: str) -> None:
    """XC13: who has no account here fills no log, and holds up nobody beside him."""
    for _ in range(35):
        city.limits.city.failed(("subject", "warga-1"))
    before = facts(city.store)
    assert city.go().status_code == 429
    assert facts(city.store) == before
    city.provider.subject = "warga-2"
    for number in range(2):
        assert city.go().status_code == 403
        assert len(facts(city.store)) == len(before) + number + 1
    assert len(city.limits.city) == 2
    city.be(token)
    city.provider.subject = "warga-1"
    answer = city.go(hubungkan=identities.permit(city.store, token, PASSWORD))
    assert answer.headers["location"] == "/akun"


def test_a_crowd(city: City, joined: str) -> None:
    """XC13: so many at once."""
    city.limits.city_sign_ins.enter(HOST, 20)
    answer = city.go()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "4")
    city.limits.city_sign_ins.leave(HOST, 20)
    assert city.go().status_code == 303


@pytest.fixture
def provided(provider: CityProvider, installed: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The installation of the staff pages knows a provider."""
    for name, value in (GOOD | {"SUARA_OIDC_ISSUER": provider.issuer}).items():
        monkeypatch.setenv(name, value)
    st.cache_resource.clear()
    return installed


def test_on_akun(provided: Store, opened: Staff, tokens: Mapping[Role, str]) -> None:
    """XC14: a wrong password shows no way; the way's permit is good for this sign-in."""
    test = opened(Page.ACCOUNT, Role.OFFICE)
    assert "Hubungkan akun kota" in labels(test)
    test.text_input(key="city_password").input("bukan-sandinya")
    button(test, "Hubungkan akun kota")
    assert "Kata sandi salah" in test.error[0].value
    assert "hubungkan=" not in words_on(test)
    test.text_input(key="city_password").input("payung-lumut-genteng")
    button(test, "Hubungkan akun kota")
    way = words_on(test).partition(f"href='{URL}/masuk/kota?hubungkan=")[2].partition("'")[0]
    assert identities.is_permitted(provided, tokens[Role.OFFICE], way)
    button(test, "Batal")
    assert "hubungkan=" not in words_on(test)
    issuer = load().oidc_issuer
    identities.join(provided, tokens[Role.OFFICE], issuer, "warga-1")
    test = opened(Page.ACCOUNT, Role.OFFICE)
    assert "Akun kota terhubung" in words_on(test)
    button(test, "Putuskan")
    button(test, "Batal")
    button(test, "Putuskan")
    member = people.known(provided, f"Uji {Role.OFFICE}")
    assert identities.joined_since(provided, member, issuer)
    button(test, "Ya, putuskan")
    assert identities.joined_since(provided, member, issuer) is None
    assert "Hubungkan akun kota" in labels(test)


def test_akun_without_a_provider(opened: Staff) -> None:
    """XC14: nothing of it is there."""
    assert "kun kota" not in words_on(opened(Page.ACCOUNT, Role.OFFICE))
