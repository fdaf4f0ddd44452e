"""Children's answers come in: stored first, then acknowledged one by one."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from survey_app.api.reading import Refused, counted_for, read_json, speaks_our_protocol
from survey_app.api.replies import PROTOCOL, Refusal, refuse, reply
from survey_app.api.service import Service
from survey_app.errors import StoreError
from survey_app.gathering import is_code, normalise_code, ticket_is_valid
from survey_app.store.envelopes import Result

MOST_ENVELOPES = 50
# The database waits 5 s for its turn and a tablet gives up after 5 s: beyond this nobody listens.
COMMIT_TIME = 6.0
# What an envelope costs beyond its content: a row, and the columns around it.
ENVELOPE_BYTES = 512
LONGEST_WAIT = 300.0  # seconds, as long as an outbox waits by itself
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
            body = await read_json(request)
            envelopes = _envelopes(body)
        except Refused as refused:
            return refuse(refused.refusal)
        brought = Brought(envelopes, secret=self._service.store.secret)
        if (wait := self._wait(brought, counted_for(request))) > 0:
            return refuse(Refusal.BUSY, wait=min(max(wait, RETRY_AFTER), LONGEST_WAIT))
        with self._service.limits.envelopes.inside(brought.envelopes) as inside:
            if not inside:
                return refuse(Refusal.BUSY, wait=RETRY_AFTER)
            try:
                results = await self._store(envelopes)
            except (StoreError, TimeoutError):
                return refuse(Refusal.BUSY, wait=RETRY_AFTER)
        self._count(brought, counted_for(request))
        return reply({"suara": PROTOCOL, "results": [result.as_json() for result in results]})

    def _wait(self, brought: "Brought", network: str) -> float:
        """Seconds until as much may come again from these gatherings, and without a ticket."""
        limits = self._service.limits
        strange = brought.without_ticket
        return max(
            *(limits.answers.wait(code, size) for code, size in brought.sizes.items()),
            limits.without_ticket.wait(network, strange) if strange else 0.0,
            limits.without_ticket_together.wait(None, strange) if strange else 0.0,
            0.0,
        )

    def _count(self, brought: "Brought", network: str) -> None:
        limits = self._service.limits
        for code, size in brought.sizes.items():
            limits.answers.spend(code, size)
        if brought.without_ticket:
            limits.without_ticket.spend(network, brought.without_ticket)
            limits.without_ticket_together.spend(None, brought.without_ticket)

    async def _store(self, envelopes: Sequence[object]) -> list[Result]:
        stored = self._service.intake.submit(envelopes)
        return await asyncio.wait_for(asyncio.wrap_future(stored), COMMIT_TIME)


class Brought:
    """What a request brings, by gathering; only a ticket of ours says that there is such a one."""

    def __init__(self, envelopes: Iterable[object], *, secret: bytes) -> None:
        self.sizes: Counter[str] = Counter()
        self.envelopes: Counter[str] = Counter()
        self.without_ticket = 0
        for one in envelopes:
            code, given, content = (_text(one, name) for name in ("gathering", "ticket", "content"))
            code = normalise_code(code[:40])
            size = len(content) + ENVELOPE_BYTES
            if is_code(code) and ticket_is_valid(secret, code, given):
                self.sizes[code] += size
                self.envelopes[code] += 1
            else:
                self.without_ticket += size
                self.envelopes[""] += 1


def _text(envelope: object, name: str) -> str:
    value = envelope.get(name) if isinstance(envelope, dict) else None
    return value if isinstance(value, str) else ""


def _envelopes(body: Any) -> list[object]:
    """The envelopes of a request; raise ``Refused`` when it has another shape."""
    envelopes = body.get("responses") if isinstance(body, dict) else None
    if not isinstance(envelopes, list) or not speaks_our_protocol(body):
        raise Refused(Refusal.BAD_REQUEST)
    if len(envelopes) > MOST_ENVELOPES:
        raise Refused(Refusal.TOO_LARGE)
    return envelopes
