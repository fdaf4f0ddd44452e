"""The doors of the app: what answers at which address, and what stands in front of all of them.

Four things come together in ``streamlit_app.py``: ``routes`` (the child's page, the API, signing
in), ``middleware`` (the shield), ``exception_handlers``, and ``Service.running`` (from opening the
database to writing the last answer).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from survey_app.api.city import city_routes
from survey_app.api.gatherings import GatheringRoute
from survey_app.api.health import HealthRoute
from survey_app.api.invitation import InvitationRoute
from survey_app.api.player_files import PlayerFiles
from survey_app.api.replies import Refusal, no_page, refuse
from survey_app.api.responses import ResponsesRoute
from survey_app.api.returns import ReturnsRoute
from survey_app.api.service import Service
from survey_app.api.shield import Shield
from survey_app.api.signin import SignInRoute, SignOutRoute
from survey_app.api.statics import FrontEnd

__all__ = ["Service", "exception_handlers", "middleware", "routes"]


def routes(service: Service) -> list[BaseRoute]:
    """Every address that is ours; all others are Streamlit's, behind the shield."""
    files, sign_in = PlayerFiles(service), SignInRoute(service)
    return [
        Route("/", files.shell),
        Route("/isi", files.shell),
        Mount(
            "/isi",
            routes=[
                Route("/", files.shell),
                Route("/sw.js", files.service_worker),
                Route("/player/{name}", files.asset),
                Route("/audio/{questionnaire:int}/{part}/{language}", files.recording),
                Route("/{code}", files.shell),
                Route("/{code}/", files.shell),
            ],
        ),
        Mount(
            "/api/v1",
            routes=[
                Route("/gatherings/{code}", GatheringRoute(service).answer),
                Route("/responses", ResponsesRoute(service).answer, methods=["POST"]),
                Route("/returns", ReturnsRoute(service).answer, methods=["POST"]),
            ],
        ),
        Mount("/api", routes=[]),  # Streamlit would answer every other address with its own page
        Route("/healthz", HealthRoute(service).answer),
        Route("/masuk", sign_in.answer, methods=["GET", "POST"]),
        *city_routes(service),
        Route("/keluar", SignOutRoute(service).answer, methods=["POST"]),
        Route("/undangan/{token}", InvitationRoute(service).answer, methods=["GET", "POST"]),
    ]


def middleware(service: Service, *, front_end: Path) -> list[Middleware]:
    """What stands in front; ``front_end`` is the folder of Streamlit's browser files."""
    return [
        Middleware(
            Shield,
            front_end=FrontEnd(front_end),
            signed_in=service.signed_in,
            limits=service.limits,
            public_url=service.settings.public_url,
            short_ways={("POST", "/api/v1/responses"): ResponsesRoute(service)},
        )
    ]


def exception_handlers() -> Mapping[Any, Callable[[Request, Any], Response]]:
    """How a refused address or method is said."""
    return {HTTPException: _refused}


def _refused(request: Request, error: HTTPException) -> Response:
    if error.status_code == 405:
        response = refuse(Refusal.METHOD)
        response.headers.update(error.headers or {})
        return response
    if error.status_code == 404:
        return refuse(Refusal.NOT_FOUND) if request.url.path.startswith("/api/") else no_page()
    return PlainTextResponse(error.detail, status_code=error.status_code, headers=error.headers)
