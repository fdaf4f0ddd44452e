"""A child comes back with three easy words: to go on at another tablet, or to take all back."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from survey_app.api.reading import Refused, counted_for, read_json
from survey_app.api.replies import PROTOCOL, Refusal, refuse, reply
from survey_app.api.service import Service
from survey_app.errors import GatheringError, StoreError
from survey_app.gathering import normalise_code
from survey_app.store import returns

RETRY_AFTER = 5.0  # seconds, as for responses


class ReturnAction(StrEnum):
    """What the child wants to do."""

    OPEN = "open"
    WITHDRAW = "withdraw"


class ReturnRequest(BaseModel):
    """The three words of a child, in a gathering."""

    model_config = ConfigDict(frozen=True)

    suara: Literal[1]
    gathering: Annotated[str, Field(max_length=40)]
    words: Annotated[str, Field(max_length=120)]
    action: ReturnAction


class ReturnsRoute:
    """``POST /api/v1/returns``."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def answer(self, request: Request) -> Response:
        """Open or withdraw the response of these words; wrong words are counted."""
        try:
            body = await read_json(request)
            asked = ReturnRequest.model_validate(body)
        except Refused as refused:
            return refuse(refused.refusal)
        except ValidationError:
            return refuse(Refusal.BAD_REQUEST)
        limits, address = self._service.limits, counted_for(request)
        code = normalise_code(asked.gathering)
        counted = (
            (limits.return_words, (code, address)),
            (limits.return_gathering, code),
            (limits.return_address, address),
        )
        if (wait := max(failures.wait(key) for failures, key in counted)) > 0:
            return refuse(Refusal.TOO_MANY, wait=wait)
        try:
            found = await asyncio.to_thread(self._do, asked)
        except GatheringError:
            return refuse(Refusal.ARCHIVED)
        except StoreError:
            return refuse(Refusal.BUSY, wait=RETRY_AFTER)
        if found is None:
            for failures, key in counted:
                failures.failed(key)
            return refuse(Refusal.UNKNOWN_WORDS)
        return reply({"suara": PROTOCOL, **found})

    def _do(self, asked: ReturnRequest) -> dict[str, Any] | None:
        store = self._service.store
        if asked.action is ReturnAction.WITHDRAW:
            done = returns.withdraw(store, asked.gathering, asked.words)
            return {"withdrawn": True} if done else None
        found = returns.open_again(store, asked.gathering, asked.words)
        if found is None:
            return None
        if found.finished:
            return {"finished": True}
        response = {
            "id": found.id,
            "revision": found.revision,
            "finished": False,
            "content": found.content,
        }
        return {"response": response}
