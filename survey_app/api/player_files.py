"""The child's page and its files, as small as they can be and kept by the tablet for good."""

import asyncio
import hashlib

from starlette.requests import Request
from starlette.responses import Response

from survey_app import player
from survey_app.api.replies import Refusal, refuse
from survey_app.api.service import Service
from survey_app.api.statics import FOREVER, File, compressed
from survey_app.errors import StoreError
from survey_app.gathering import QuestionnaireId, is_code, normalise_code
from survey_app.questionnaire import Language
from survey_app.store import questionnaires


class PlayerFiles:
    """Everything below ``/isi`` that is not an answer."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._shell = compressed(player.shell().encode(), ".html")
        self._service_worker = compressed(player.service_worker().encode(), ".js")
        self._assets = {
            name: File(asset.plain, asset.compressed, asset.media_type)
            for name, asset in player.ASSETS.items()
        }

    async def shell(self, request: Request) -> Response:
        """The page itself, the same for every code and for the bare address."""
        code = normalise_code(request.path_params.get("code", ""))
        # The tablet asks for the questionnaire while the program is still on its way.
        early = f"</api/v1/gatherings/{code}>; rel=preload; as=fetch; crossorigin"
        return _fresh(request, self._shell, {"Link": early} if is_code(code) else None)

    async def service_worker(self, request: Request) -> Response:
        """The service worker, allowed to answer for the bare address too."""
        return _fresh(request, self._service_worker, {"Service-Worker-Allowed": "/"})

    async def asset(self, request: Request) -> Response:
        """A module or style sheet; with its version in the address it never changes."""
        file = self._assets.get(request.path_params["name"])
        if file is None:
            return refuse(Refusal.NOT_FOUND)
        if request.query_params.get("v") == player.asset_version():
            return file.response(request.headers, cache=FOREVER, also={})
        return _fresh(request, file)

    async def recording(self, request: Request) -> Response:
        """A question read aloud; a published questionnaire never changes."""
        asked = request.path_params
        try:
            found = await asyncio.to_thread(
                questionnaires.recording,
                self._service.store,
                QuestionnaireId(asked["questionnaire"]),
                asked["part"],
                Language(asked["language"]),
            )
        except ValueError:
            found = None
        except StoreError:
            return refuse(Refusal.BUSY, wait=5)
        if found is None:
            return refuse(Refusal.NOT_FOUND)
        return Response(
            found.sound, media_type=found.media_type, headers={"Cache-Control": FOREVER}
        )


def _fresh(request: Request, file: File, also: dict[str, str] | None = None) -> Response:
    """The file, to be asked for again each time and sent only when it has changed."""
    tag = f'"{hashlib.sha256(file.plain).hexdigest()[:32]}"'
    headers = {"ETag": tag, **(also or {})}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"Cache-Control": "no-cache", **headers})
    return file.response(request.headers, cache="no-cache", also=headers)
