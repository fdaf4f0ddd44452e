"""How adults come in and go out: a light page of its own, a cookie, and nothing in the browser."""

import asyncio
from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

import anyio
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from survey_app.api.reading import Refused, address_of, check_origin, counted_for, read_body
from survey_app.api.replies import NEVER_STORED, Refusal, refuse
from survey_app.api.rights import STAFF_PAGES
from survey_app.api.service import Service
from survey_app.api.shield import COOKIE
from survey_app.errors import SignInError, StoreError
from survey_app.people import Page
from survey_app.store import people
from survey_app.store.people import SESSION_ENDS_AFTER

HOME = f"/{Page.HOME.value}"
MOST_BYTES = 4096  # a name, a password and an address
# Each try costs 32 MiB and about 0.2 s of one core (scrypt): never more at once than this, so
# that guessing cannot take the cores from the children.
TRIES_AT_ONCE = 1
CROWDED_WAIT = 3.0  # seconds; about as long as those take who were let in
_CROWDED = "Sedang banyak yang masuk. Tunggu sebentar, lalu coba lagi."

_FORM = "application/x-www-form-urlencoded"
_PAGE = Template((Path(__file__).parent / "masuk.html").read_text(encoding="utf-8"))
_ICON = b64encode((Path(__file__).parent / "icon.svg").read_bytes()).decode()
_STYLE = _PAGE.template.partition("<style>")[2].partition("</style>")[0]
_POLICY = (
    "default-src 'none'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
)


class SignInRoute:
    """``GET`` and ``POST /masuk``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._turn = anyio.CapacityLimiter(TRIES_AT_ONCE)

    async def answer(self, request: Request) -> Response:
        """Show the form, or check a name and a password."""
        if request.method != "POST":
            wanted = safe_next(request.query_params.get("next", ""))
            if await self._service.signed_in(request.cookies.get(COOKIE, "")):
                return RedirectResponse(wanted, status_code=303, headers=NEVER_STORED)
            return _page(wanted=wanted)
        try:
            form = await _form(request, public_url=self._service.settings.public_url)
        except Refused as refused:
            return refuse(refused.refusal)
        return await self._try(request, form)

    async def _try(self, request: Request, form: dict[str, str]) -> Response:
        name = " ".join(form.get("nama", "").split())[:80]
        wanted = safe_next(form.get("next", ""))
        limits, network = self._service.limits, counted_for(request)
        counted = (
            (limits.sign_in_person, (name.casefold(), network)),
            (limits.sign_in_name, name.casefold()),
            (limits.sign_in_address, network),
        )
        if (wait := max(failures.wait(key) for failures, key in counted)) > 0:
            return _page(
                wanted=wanted, name=name, error=_wait_sentence(wait), status=429, wait=wait
            )
        if not limits.sign_ins.enter(network):
            return _page(wanted=wanted, name=name, error=_CROWDED, status=503, wait=CROWDED_WAIT)
        try:
            async with self._turn:
                token = await asyncio.to_thread(
                    people.sign_in,
                    self._service.store,
                    name,
                    form.get("sandi", "")[:200],
                    address=address_of(request),
                )
        except SignInError as error:
            for failures, key in counted:
                failures.failed(key)
            return _page(wanted=wanted, name=name, error=str(error), status=401)
        except StoreError as error:
            return _page(wanted=wanted, name=name, error=str(error), status=503)
        finally:
            limits.sign_ins.leave(network)
        limits.sign_in_person.succeeded(counted[0][1])
        response = RedirectResponse(wanted, status_code=303, headers=NEVER_STORED)
        _give_cookie(response, request, token, seconds=int(SESSION_ENDS_AFTER.total_seconds()))
        return response


class SignOutRoute:
    """``POST /keluar``."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def answer(self, request: Request) -> Response:
        """End the sign-in and forget the cookie."""
        try:
            check_origin(request.headers, public_url=self._service.settings.public_url)
        except Refused as refused:
            return refuse(refused.refusal)
        if token := request.cookies.get(COOKIE):
            await asyncio.to_thread(people.sign_out, self._service.store, token)
        response = RedirectResponse("/masuk", status_code=303, headers=NEVER_STORED)
        _give_cookie(response, request, "", seconds=0)
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


async def _form(request: Request, *, public_url: str) -> dict[str, str]:
    check_origin(request.headers, public_url=public_url)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Refused(Refusal.BAD_REQUEST)
    body = await read_body(request, most=MOST_BYTES)
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        raise Refused(Refusal.BAD_REQUEST) from None
    return {name: values[-1] for name, values in fields.items()}


def _page(
    *,
    wanted: str,
    name: str = "",
    error: str = "",
    status: int = 200,
    wait: float | None = None,
) -> Response:
    message = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
    page = _PAGE.substitute(
        icon=_ICON,
        error=message,
        next=escape(wanted, quote=True),
        name=escape(name, quote=True),
        name_focus="" if name else " autofocus",
        password_focus=" autofocus" if name else "",
    )
    headers = {**NEVER_STORED, "Content-Security-Policy": _POLICY}
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    return Response(page, status_code=status, media_type="text/html", headers=headers)


def _wait_sentence(wait: float) -> str:
    minutes, seconds = divmod(int(wait) + 1, 60)
    time = f"{minutes} menit" if minutes else f"{seconds} detik"
    return f"Sudah terlalu sering salah. Tunggu {time}, lalu coba lagi."


def _give_cookie(response: Response, request: Request, token: str, *, seconds: int) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
