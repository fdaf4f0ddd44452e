"""``/masuk/kota`` and ``/masuk/kota/kembali``: in by the city's own sign-in, where there is one.

It only tells who somebody is; what follows (second step, session, accounts that are off) is as
after a password. Joining an identity to the account of who is signed in takes the same way.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from survey_app.api import trips
from survey_app.api.light import LightPage, give_cookie
from survey_app.api.limits import Remembered
from survey_app.api.reading import address_of, counted_for
from survey_app.api.replies import no_page
from survey_app.api.service import Service
from survey_app.api.shield import COOKIE
from survey_app.api.signin import (
    ACCOUNT,
    CROWDED,
    CROWDED_WAIT,
    HOME,
    ask_for_code,
    come_in,
    go,
    safe_next,
    sign_in_page,
    wait_sentence,
)
from survey_app.api.trips import Trip
from survey_app.errors import ProviderError, SignInError, StoreError
from survey_app.oidc import BACK, START
from survey_app.store import identities
from survey_app.store.people import CodeNeededError

if TYPE_CHECKING:
    from survey_app.oidc.asking import Asking

_LONGEST_WANTED = 1000  # a cookie has room for about 4,000 signs
_JOINING = LightPage("Akun kota", "Akun kota", "Belum ada yang dihubungkan", "hubungkan.html")
_NOT_OURS = "Langkah ini sudah lewat atau dimulai di perangkat lain. Mulai lagi."
_REFUSED = "Akun kota tidak memberi izin masuk, atau Anda membatalkannya."
_STILL = "Masuk dengan kata sandi tetap bisa."
_NOT_PERMITTED = "Tombol itu sudah tidak berlaku. Mulai lagi di halaman Akun."

_log = logging.getLogger(__name__)


def city_routes(service: Service) -> list[Route]:
    """Both routes; without a provider as if they were not there."""
    if (provider := service.settings.provider) is None:
        return [Route(path, _not_here) for path in (START, BACK)]
    from survey_app.oidc.asking import Asking  # httpx takes 0.2 s of each start, and few need it

    way = _Way(service, Asking(provider))
    return [Route(START, way.begin), Route(BACK, way.end)]


class _Way:
    """To the provider and back."""

    def __init__(self, service: Service, asking: "Asking") -> None:
        self._service = service
        self._asking = asking
        self._ended = Remembered()

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider: to sign in or, from *Akun*, to join an identity."""
        session, store = request.cookies.get(COOKIE, ""), self._service.store
        wanted = safe_next(request.query_params.get("next", ""))
        permitted = request.query_params.get("hubungkan")
        if permitted is not None and not identities.is_permitted(store, session, permitted):
            return _JOINING.response({}, error=_NOT_PERMITTED, status=403)
        if permitted is None and await self._service.signed_in(session):
            return go(wanted)
        trip = trips.begin(
            store.secret,
            wanted if len(wanted) <= _LONGEST_WANTED else HOME,
            session=session if permitted else "",
        )
        try:
            address = await self._asking.address(
                state=trip.state, nonce=trip.nonce, verifier=trip.verifier
            )
        except ProviderError as error:
            return self._untold(trip, error)
        response = go(address)
        _give(response, request, trip.cookie)
        return response

    async def end(self, request: Request) -> Response:
        """Take the browser back; the code it brings tells who somebody is, once."""
        response = await self._arrived(request)
        _give(response, request, "")
        return response

    async def _arrived(self, request: Request) -> Response:
        secret, told = self._service.store.secret, request.query_params
        trip = trips.end(secret, request.cookies.get(trips.COOKIE, ""), told.get("state", ""))
        if trip is None or trip.state in self._ended:
            return sign_in_page(self._service, HOME, error=_NOT_OURS, status=400)
        self._ended.add(trip.state)
        session = request.cookies.get(COOKIE, "")
        if trip.joins and not trips.belongs_to(secret, trip, session):
            return self._failed(trip, _NOT_OURS, status=403)
        if not (code := told.get("code")):
            return self._failed(trip, _REFUSED, status=403)
        limits, network = self._service.limits, counted_for(request)
        if (wait := limits.city.wait(network)) > 0:
            return self._failed(trip, wait_sentence(wait), status=429, wait=wait)
        with limits.city_sign_ins.inside({network: 1}) as inside:
            if not inside:
                return self._failed(trip, CROWDED, status=503, wait=CROWDED_WAIT)
            return await self._ask(request, trip, code)

    async def _ask(self, request: Request, trip: Trip, code: str) -> Response:
        failures, network = self._service.limits.city, counted_for(request)
        try:
            subject = await self._asking.who(code, nonce=trip.nonce, verifier=trip.verifier)
            if trip.joins:
                return await self._join(request, subject)
            return await self._sign_in(request, trip, subject)
        except ProviderError as error:
            failures.failed(network)
            _log.warning("%s %s", error.sentence, error.remedy)
            return self._untold(trip, error)
        except SignInError as error:
            return self._failed(trip, str(error), status=403)
        except StoreError as error:
            return self._failed(trip, str(error), status=503)

    async def _sign_in(self, request: Request, trip: Trip, subject: str) -> Response:
        failures, key = self._service.limits.city, ("subject", subject)
        if (wait := failures.wait(key)) > 0:
            return self._failed(trip, wait_sentence(wait), status=429, wait=wait)
        try:
            token = await asyncio.to_thread(
                identities.sign_in,
                self._service.store,
                self._asking.issuer,
                subject,
                address=address_of(request),
            )
        except CodeNeededError as needed:
            return ask_for_code(request, needed, trip.wanted)
        except SignInError:  # each is a line in the log
            failures.failed(key)
            raise
        return await come_in(self._service, request, token, trip.wanted)

    async def _join(self, request: Request, subject: str) -> Response:
        session = request.cookies.get(COOKIE, "")
        store, issuer = self._service.store, self._asking.issuer
        await asyncio.to_thread(identities.join, store, session, issuer, subject)
        return go(ACCOUNT)

    def _untold(self, trip: Trip, error: ProviderError) -> Response:
        """The provider is away or not to be believed; the remedy is for the administrator."""
        return self._failed(trip, f"{error.sentence} {_STILL}", status=502)

    def _failed(
        self, trip: Trip, error: str, *, status: int, wait: float | None = None
    ) -> Response:
        """Say it where the way began."""
        if trip.joins:
            return _JOINING.response({}, error=error, status=status, wait=wait)
        return sign_in_page(self._service, trip.wanted, error=error, status=status, wait=wait)


async def _not_here(_request: Request) -> Response:
    return no_page()


def _give(response: Response, request: Request, cookie: str) -> None:
    seconds = int(trips.GOOD_FOR.total_seconds()) if cookie else 0
    give_cookie(response, request, cookie, seconds=seconds, name=trips.COOKIE, path=trips.PATH)
