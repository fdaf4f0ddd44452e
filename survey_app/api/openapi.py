"""The description of the API for other programs: ``docs/openapi.json`` is written from here."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from survey_app.api import protocol
from survey_app.api.reading import MOST_BYTES
from survey_app.api.replies import Refusal, status_of
from survey_app.api.returns import ReturnRequest

_REFERENCE = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True)
class _Operation:
    method: str
    path: str
    summary: str
    description: str
    reply: type[BaseModel]
    refusals: tuple[Refusal, ...]
    request: type[BaseModel] | None = None


_READING = (
    Refusal.BAD_REQUEST,
    Refusal.FOREIGN_ORIGIN,
    Refusal.TOO_SLOW,
    Refusal.TOO_LARGE,
    Refusal.NOT_JSON,
    Refusal.FAULT,
    Refusal.BUSY,
)

OPERATIONS = (
    _Operation(
        "get",
        "/api/v1/gatherings/{code}",
        "Everything a tablet needs to ask",
        "The code may be typed with spaces, hyphens and small letters. Answers an ETag; "
        "If-None-Match with it gets 304.",
        protocol.Package,
        (
            Refusal.UNKNOWN,
            Refusal.NOT_YET,
            Refusal.PAUSED,
            Refusal.CLOSED,
            Refusal.ARCHIVED,
            Refusal.TOO_MANY,
            Refusal.FAULT,
        ),
    ),
    _Operation(
        "post",
        "/api/v1/responses",
        "Hand in responses",
        "Only a 200 with suara 1 that names an envelope's id and hash acknowledges it: it is then "
        f"stored durably. The body is at most {MOST_BYTES} bytes. The connection is closed.",
        protocol.ResponsesReply,
        _READING,
        protocol.ResponsesRequest,
    ),
    _Operation(
        "post",
        "/api/v1/returns",
        "Go on with a response, or take it back, by its three words",
        "Works until the gathering is archived.",
        protocol.ReturnReply,
        (*_READING, Refusal.UNKNOWN_WORDS, Refusal.ARCHIVED, Refusal.TOO_MANY),
        ReturnRequest,
    ),
    _Operation(
        "get",
        "/healthz",
        "Is the app up, and does its database answer?",
        "For a proxy, and for whoever starts the app and waits for it.",
        protocol.Health,
        (Refusal.BUSY,),
    ),
)


def document() -> str:
    """The OpenAPI 3.1 description as committed text."""
    models: list[type[BaseModel]] = [protocol.Content, protocol.Error]
    for one in OPERATIONS:
        models += [model for model in (one.request, one.reply) if model is not None]
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template=_REFERENCE
    )
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method] = _described(one)
    described = {
        "openapi": "3.1.0",
        "info": {
            "title": "Suara Anak",
            "version": "1",
            "description": "What a child's tablet says to the server. Errors carry a code for "
            "programs and a sentence for people, in Indonesian and Javanese.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": schemas["$defs"]},
    }
    return json.dumps(described, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _described(one: _Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": one.summary,
        "description": one.description,
        "responses": {"200": _body(one.reply, "Done")},
    }
    by_status: dict[int, list[str]] = {}
    for refusal in one.refusals:
        by_status.setdefault(status_of(refusal), []).append(refusal.value)
    for status, codes in sorted(by_status.items()):
        described["responses"][str(status)] = _body(protocol.Error, ", ".join(codes))
    if "{code}" in one.path:
        described["responses"]["304"] = {"description": "The tablet has it already"}
        described["parameters"] = [
            {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}
        ]
    if one.request is not None:
        described["requestBody"] = {"required": True, **_body(one.request, "")}
    return described


def _body(model: type[BaseModel], description: str) -> dict[str, Any]:
    schema = {"$ref": _REFERENCE.format(model=model.__name__)}
    body: dict[str, Any] = {"content": {"application/json": {"schema": schema}}}
    return {"description": description, **body} if description else body
