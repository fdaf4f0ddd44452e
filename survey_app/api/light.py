"""The light pages of adults who are not inside yet: one frame, no script, nothing from outside."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from survey_app.api.reading import Refused, read_body
from survey_app.api.replies import NEVER_STORED, Refusal
from survey_app.api.shield import COOKIE
from survey_app.store.people import SESSION_ENDS_AFTER

MOST_BYTES = 4096  # a name, passwords and an address
_FORM = "application/x-www-form-urlencoded"
_FOLDER = Path(__file__).parent
_FRAME = Template((_FOLDER / "light.html").read_text(encoding="utf-8"))
_ICON = b64encode((_FOLDER / "icon.svg").read_bytes()).decode()
_STYLE = _FRAME.template.partition("<style>")[2].partition("</style>")[0]
_POLICY = (
    "default-src 'none'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
)


@dataclass(frozen=True, slots=True)
class LightPage:
    """A page by its name, the line below it, and the file with the rest."""

    title: str
    heading: str
    lead: str
    form: str

    def response(
        self,
        fields: Mapping[str, str],
        *,
        lead: str = "",
        error: str = "",
        status: int = 200,
        wait: float | None = None,
        also: Sequence[str] = (),
    ) -> Response:
        """The page with these fields, all of them escaped; ``wait`` is in seconds.

        ``also`` are the files of parts that stand below.
        """
        escaped = {name: escape(text) for name, text in fields.items()}
        page = _FRAME.substitute(
            icon=_ICON,
            title=self.title,
            heading=self.heading,
            lead=escape(lead or self.lead),
            error=f'<p class="error" role="alert">{escape(error)}</p>' if error else "",
            body="".join(_template(file).substitute(escaped) for file in (self.form, *also)),
        )
        headers = {**NEVER_STORED, "Content-Security-Policy": _POLICY}
        if wait is not None:
            headers["Retry-After"] = str(int(wait) + 1)
        return Response(page, status_code=status, media_type="text/html", headers=headers)


@cache
def _template(file: str) -> Template:
    return Template((_FOLDER / file).read_text(encoding="utf-8"))


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; raise ``Refused`` for anything else."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Refused(Refusal.BAD_REQUEST)
    body = await read_body(request, most=MOST_BYTES)
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        raise Refused(Refusal.BAD_REQUEST) from None
    return {name: values[-1] for name, values in fields.items()}


def give_cookie(
    response: Response,
    request: Request,
    token: str,
    *,
    seconds: int = int(SESSION_ENDS_AFTER.total_seconds()),
    name: str = COOKIE,
    path: str = "/",
) -> None:
    """Hand a token to the browser where no script reads it; no seconds take it away."""
    response.set_cookie(
        name,
        token,
        max_age=seconds,
        path=path,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
