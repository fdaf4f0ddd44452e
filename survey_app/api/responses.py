"""Children's answers come in: stored first, then acknowledged one by one."""

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from survey_app.api.reading import Refused, read_json, speaks_our_protocol
from survey_app.api.replies import PROTOCOL, Refusal, refuse, reply
from survey_app.api.service import Service
from survey_app.errors import StoreError
from survey_app.store.envelopes import Result

MOST_ENVELOPES = 50
# The database waits 5 s for its turn and a tablet gives up after 5 s: beyond this nobody listens.
COMMIT_TIME = 6.0
RETRY_AFTER = 5.0  # seconds after which a tablet may knock again when the database is away


class ResponsesRoute:
    """``POST /api/v1/responses``: a list of envelopes in, one result for each out."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same without a router around it: a whole school hits this address at once."""
        response = await self.answer(Request(scope, receive))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """Acknowledge after the commit; anything that goes wrong acknowledges nothing."""
        try:
            body = await read_json(request, public_url=self._service.settings.public_url)
            envelopes = _envelopes(body)
        except Refused as refused:
            return refuse(refused.refusal)
        try:
            results = await self._store(envelopes)
        except (StoreError, TimeoutError):
            return refuse(Refusal.BUSY, wait=RETRY_AFTER)
        return reply({"suara": PROTOCOL, "results": [result.as_json() for result in results]})

    async def _store(self, envelopes: Sequence[object]) -> list[Result]:
        stored = self._service.intake.submit(envelopes)
        return await asyncio.wait_for(asyncio.wrap_future(stored), COMMIT_TIME)


def _envelopes(body: Any) -> list[object]:
    """The envelopes of a request; raise ``Refused`` when it has another shape."""
    envelopes = body.get("responses") if isinstance(body, dict) else None
    if not isinstance(envelopes, list) or not speaks_our_protocol(body):
        raise Refused(Refusal.BAD_REQUEST)
    if len(envelopes) > MOST_ENVELOPES:
        raise Refused(Refusal.TOO_LARGE)
    return envelopes
