"""``/undangan/<token>``: whoever is invited chooses a password, and is inside."""

import asyncio

import anyio
from starlette.requests import Request
from starlette.responses import Response

from survey_app.api.light import LightPage, read_form
from survey_app.api.reading import Refused, address_of, counted_for
from survey_app.api.replies import refuse
from survey_app.api.service import Service
from survey_app.api.signin import ACCOUNT, CROWDED, CROWDED_WAIT, HOME, TRIES_AT_ONCE, come_in
from survey_app.errors import SignInError, StoreError
from survey_app.passwords import MIN_LENGTH
from survey_app.people import ROLE_NAMES, needs_two_steps
from survey_app.store import invitations
from survey_app.store.invitations import Invitation, InvitationOverError

_CHOOSE = LightPage("Undangan", "Selamat datang", "", "undangan.html")
_OVER = LightPage(
    "Undangan", "Undangan", "Untuk pendamping, gugus tugas, dan petugas", "lewat.html"
)


class InvitationRoute:
    """``GET`` and ``POST /undangan/{token}``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._turn = anyio.CapacityLimiter(TRIES_AT_ONCE)

    async def answer(self, request: Request) -> Response:
        """Show the form, or make the account; only a form that was sent uses the link up."""
        token, store = request.path_params["token"], self._service.store
        found = await asyncio.to_thread(invitations.by_token, store, token)
        if found is None:
            return _over(InvitationOverError())
        if request.method != "POST":
            return _form(token, found)
        try:
            form = await read_form(request)
        except Refused as refused:
            return refuse(refused.refusal)
        limits, network = self._service.limits, counted_for(request)
        if not limits.sign_ins.enter(network):
            return _form(token, found, error=CROWDED, status=503, wait=CROWDED_WAIT)
        try:
            async with self._turn:
                session = await asyncio.to_thread(
                    invitations.accept,
                    store,
                    token,
                    form.get("sandi", "")[:200],
                    again=form.get("ulang", "")[:200],
                    address=address_of(request),
                )
        except InvitationOverError as error:
            return _over(error)
        except SignInError as error:
            return _form(token, found, error=str(error), status=400)
        except StoreError as error:
            return _form(token, found, error=str(error), status=503)
        finally:
            limits.sign_ins.leave(network)
        first = ACCOUNT if needs_two_steps(found.role) else HOME
        return await come_in(self._service, request, session, first)


def _form(
    token: str,
    found: Invitation,
    *,
    error: str = "",
    status: int = 200,
    wait: float | None = None,
) -> Response:
    fields = {"token": token, "name": found.name, "shortest": str(MIN_LENGTH)}
    lead = f"{found.name} · {ROLE_NAMES[found.role]}"
    return _CHOOSE.response(fields, lead=lead, error=error, status=status, wait=wait)


def _over(error: InvitationOverError) -> Response:
    return _OVER.response({}, error=str(error), status=404)
