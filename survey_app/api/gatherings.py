"""A tablet comes in with a code: everything it needs to ask, in one small package."""

import asyncio
import gzip
import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from survey_app import wording
from survey_app.api.reading import counted_for
from survey_app.api.replies import Refusal, refuse
from survey_app.api.service import Service
from survey_app.api.statics import File
from survey_app.gathering import Gathering, GatheringState, normalise_code, package, ticket
from survey_app.settings import Settings
from survey_app.store import Store, gatherings, questionnaires

MOST_PACKAGES = 64  # more gatherings than one day has; about 50 KB each
_REFUSALS = {
    GatheringState.NOT_YET: Refusal.NOT_YET,
    GatheringState.PAUSED: Refusal.PAUSED,
    GatheringState.CLOSED: Refusal.CLOSED,
    GatheringState.ARCHIVED: Refusal.ARCHIVED,
}


@dataclass(frozen=True, slots=True)
class Package:
    """A package ready to be sent; ``tag`` is the hash of its content."""

    file: File
    tag: str


class Packages:
    """Packages made once: the same gathering in the same state asks the same questions.

    A published questionnaire never changes and a new wording comes with a restart, so the
    gathering as it stands is the whole key.
    """

    def __init__(self, chosen: Settings) -> None:
        self._keeping = wording.keeping(text=chosen.keep_text, responses=chosen.keep_responses)
        self._made: OrderedDict[Gathering, Package] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, store: Store, gathering: Gathering) -> Package:
        """The package of a gathering; forty tablets asking at once wait for one."""
        with self._lock:
            made = self._made.pop(gathering, None) or self._make(store, gathering)
            self._made[gathering] = made
            if len(self._made) > MOST_PACKAGES:
                self._made.popitem(last=False)
            return made

    def _make(self, store: Store, gathering: Gathering) -> Package:
        questionnaire = questionnaires.package_content(store, gathering.questionnaire_id)
        parts = package(
            gathering,
            questionnaire,
            wording=wording.player_texts(),
            keeping=self._keeping,
            ticket=ticket(store.secret, gathering.code),
        )
        plain = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
        tag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
        return Package(File(plain, gzip.compress(plain, 9, mtime=0), "application/json"), tag)


class GatheringRoute:
    """``GET /api/v1/gatherings/{code}``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._packages = Packages(service.settings)

    async def answer(self, request: Request) -> Response:
        """The package, 304 when the tablet has it already, or why the child cannot come in."""
        limits, address = self._service.limits, counted_for(request)
        code = normalise_code(request.path_params["code"][:40])
        wait = limits.codes.wait(address)
        if wait > 0 and (address, code) not in limits.let_in:
            return refuse(Refusal.TOO_MANY, wait=wait)
        found = await asyncio.to_thread(self._look_up, code)
        if found is None:
            limits.codes.failed(address)
            return refuse(Refusal.UNKNOWN)
        limits.let_in.add((address, code))
        if isinstance(found, Refusal):
            return refuse(found)
        return self._send(request, found)

    def _look_up(self, code: str) -> Package | Refusal | None:
        gathering = gatherings.by_code(self._service.store, code)
        if gathering is None:
            return None
        if gathering.state is not GatheringState.OPEN:
            return _REFUSALS[gathering.state]
        return self._packages.of(self._service.store, gathering)

    def _send(self, request: Request, found: Package) -> Response:
        also = {"ETag": found.tag, "Connection": "close"}
        held = request.headers.get("if-none-match", "").split(",")
        if found.tag in [tag.strip().removeprefix("W/") for tag in held]:
            return Response(status_code=304, headers={"Cache-Control": "no-cache", **also})
        return found.file.response(request.headers, cache="no-cache", also=also)
