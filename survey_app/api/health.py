"""Is the app up, and does its database answer?"""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from survey_app.api.replies import PROTOCOL, Refusal, refuse, reply
from survey_app.api.service import Service
from survey_app.errors import StoreError
from survey_app.store import gatherings


class HealthRoute:
    """``GET /healthz``: for `suara check`, a proxy, and whoever starts the app and waits for it."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def answer(self, _request: Request) -> Response:
        """200 when a question to the database is answered, 503 when it is not."""
        try:
            await asyncio.to_thread(gatherings.by_code, self._service.store, "")
        except StoreError:
            return refuse(Refusal.BUSY, wait=5)
        return reply({"suara": PROTOCOL, "status": "ok"})
