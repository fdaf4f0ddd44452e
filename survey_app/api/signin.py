"""How adults come in and go out: a light page of its own, a cookie, and nothing in the browser."""

import asyncio
from urllib.parse import urlencode, urlsplit

import anyio
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from survey_app.api.light import LightPage, give_cookie, read_form
from survey_app.api.reading import Refused, address_of, counted_for
from survey_app.api.replies import NEVER_STORED, refuse
from survey_app.api.rights import STAFF_PAGES
from survey_app.api.service import Service
from survey_app.api.shield import COOKIE
from survey_app.errors import SignInError, StoreError
from survey_app.people import Page
from survey_app.store import people, two_step
from survey_app.store.people import HALF_ENDS_AFTER, CodeNeededError
from survey_app.store.two_step import HalfOverError

HOME = f"/{Page.HOME.value}"
ACCOUNT = f"/{Page.ACCOUNT.value}"
# A right password whose code is still to come; sent to this page only.
HALF_COOKIE, HALF_PATH = "suara_langkah", "/masuk"
# Each try costs 32 MiB and about 0.2 s of one core (scrypt): never more at once than this, so
# that guessing cannot take the cores from the children.
TRIES_AT_ONCE = 1
CROWDED_WAIT = 3.0  # seconds; about as long as those take who were let in
CROWDED = "Sedang banyak yang masuk. Tunggu sebentar, lalu coba lagi."

_SIGN_IN = LightPage(
    "Masuk", "Masuk ke Suara Anak", "Untuk pendamping, gugus tugas, dan petugas", "masuk.html"
)
_CODE = LightPage("Kode", "Langkah kedua", "", "kode.html")


class SignInRoute:
    """``GET`` and ``POST /masuk``: a name and a password, then a code where the account has one."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._turn = anyio.CapacityLimiter(TRIES_AT_ONCE)

    async def answer(self, request: Request) -> Response:
        """Show the form of the step that is next, or check what was typed in it."""
        if request.method != "POST":
            return await self._show(request)
        try:
            form = await read_form(request)
        except Refused as refused:
            return refuse(refused.refusal)
        return await (self._second if "kode" in form else self._first)(request, form)

    async def _show(self, request: Request) -> Response:
        wanted = safe_next(request.query_params.get("next", ""))
        if await self._service.signed_in(request.cookies.get(COOKIE, "")):
            return go(wanted)
        half, store = request.cookies.get(HALF_COOKIE, ""), self._service.store
        if half and "ulang" in request.query_params:
            await asyncio.to_thread(two_step.give_up, store, half)
        elif half and (who := await asyncio.to_thread(two_step.who_waits, store, half)):
            return _CODE.response({"next": wanted}, lead=who.name)
        return sign_in_page(self._service, wanted)

    async def _first(self, request: Request, form: dict[str, str]) -> Response:
        name = " ".join(form.get("nama", "").split())[:80]
        wanted = safe_next(form.get("next", ""))
        limits, network = self._service.limits, counted_for(request)
        counted = (
            (limits.sign_in_person, (name.casefold(), network)),
            (limits.sign_in_name, name.casefold()),
            (limits.sign_in_address, network),
        )
        if (wait := max(failures.wait(key) for failures, key in counted)) > 0:
            return sign_in_page(
                self._service, wanted, name=name, error=wait_sentence(wait), status=429, wait=wait
            )
        if not limits.sign_ins.enter(network):
            return sign_in_page(
                self._service, wanted, name=name, error=CROWDED, status=503, wait=CROWDED_WAIT
            )
        try:
            async with self._turn:
                token = await asyncio.to_thread(
                    people.sign_in,
                    self._service.store,
                    name,
                    form.get("sandi", "")[:200],
                    address=address_of(request),
                )
        except CodeNeededError as needed:
            limits.sign_in_person.succeeded(counted[0][1])
            return ask_for_code(request, needed, wanted)
        except SignInError as error:
            for failures, key in counted:
                failures.failed(key)
            return sign_in_page(self._service, wanted, name=name, error=str(error), status=401)
        except StoreError as error:
            return sign_in_page(self._service, wanted, name=name, error=str(error), status=503)
        finally:
            limits.sign_ins.leave(network)
        limits.sign_in_person.succeeded(counted[0][1])
        return await come_in(self._service, request, token, wanted)

    async def _second(self, request: Request, form: dict[str, str]) -> Response:
        """Check a code; how often one may guess is counted with the account, and by address."""
        wanted, half = safe_next(form.get("next", "")), request.cookies.get(HALF_COOKIE, "")
        store, address = self._service.store, address_of(request)
        failures, network = self._service.limits.sign_in_address, counted_for(request)
        who = await asyncio.to_thread(two_step.who_waits, store, half)
        again = {"next": wanted}
        if who and (wait := failures.wait(network)) > 0:
            return _CODE.response(
                again, lead=who.name, error=wait_sentence(wait), status=429, wait=wait
            )
        try:
            code = form["kode"][:40]
            token = await asyncio.to_thread(two_step.complete, store, half, code, address=address)
        except SignInError as error:
            failures.failed(network)
            if who is None or isinstance(error, HalfOverError):
                return sign_in_page(self._service, wanted, error=str(error), status=401)
            return _CODE.response(again, lead=who.name, error=str(error), status=401)
        except StoreError as error:
            return sign_in_page(self._service, wanted, error=str(error), status=503)
        response = await come_in(self._service, request, token, wanted)
        _give_half(response, request, "")
        return response


class SignOutRoute:
    """``POST /keluar``."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def answer(self, request: Request) -> Response:
        """End the sign-in and forget the cookie."""
        if token := request.cookies.get(COOKIE):
            await asyncio.to_thread(people.sign_out, self._service.store, token)
        response = go("/masuk")
        give_cookie(response, request, "", seconds=0)
        return response


def ask_for_code(request: Request, needed: CodeNeededError, wanted: str) -> Response:
    """Lead to the form for the code, with what is good for that alone."""
    response = go(f"{HALF_PATH}?{urlencode({'next': wanted})}")
    _give_half(response, request, needed.half)
    return response


async def come_in(service: Service, request: Request, token: str, wanted: str) -> Response:
    """Hand over the cookie and lead to the page; who is held back, to the one that helps out."""
    member = await asyncio.to_thread(people.staff_by_token, service.store, token)
    response = go(ACCOUNT if member and member.held_back else wanted)
    give_cookie(response, request, token)
    return response


def safe_next(wanted: str) -> str:
    """Where to go after signing in: one of our staff pages, whatever the address asked for."""
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return HOME
    known = not parts.scheme and not parts.netloc and parts.path in STAFF_PAGES
    query = f"?{parts.query}" if parts.query and parts.query.isprintable() else ""
    return f"{parts.path}{query}" if known and "\\" not in wanted else HOME


def go(address: str) -> Response:
    """Lead the browser to another page."""
    return RedirectResponse(address, status_code=303, headers=NEVER_STORED)


def sign_in_page(
    service: Service,
    wanted: str,
    *,
    name: str = "",
    error: str = "",
    status: int = 200,
    wait: float | None = None,
) -> Response:
    """The form for name and password, and the way to the city's own sign-in where there is one."""
    provider = service.settings.provider
    fields = {
        "next": wanted,
        "name": name,
        "name_focus": "" if name else " autofocus",
        "password_focus": " autofocus" if name else "",
        "city": f"{provider.start}?{urlencode({'next': wanted})}" if provider else "",
    }
    also = ("kota.html", "anak.html") if provider else ("anak.html",)
    return _SIGN_IN.response(fields, error=error, status=status, wait=wait, also=also)


def wait_sentence(wait: float) -> str:
    """How long, in words."""
    minutes, seconds = divmod(int(wait) + 1, 60)
    time = f"{minutes} menit" if minutes else f"{seconds} detik"
    return f"Sudah terlalu sering salah. Tunggu {time}, lalu coba lagi."


def _give_half(response: Response, request: Request, token: str) -> None:
    seconds = int(HALF_ENDS_AFTER.total_seconds()) if token else 0
    give_cookie(response, request, token, seconds=seconds, name=HALF_COOKIE, path=HALF_PATH)
