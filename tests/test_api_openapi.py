"""``docs/openapi.json`` describes the API that is really there.

O001 the committed file is what the code says now
O002 every address of the API is described, with its methods, and nothing else is
O003 what the server really answers fits the description
O004 what the description calls an envelope the server takes, and what it does not it refuses
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from classroom import opened_gathering
from doors import Doors, opened_doors
from jsonschema import Draft202012Validator
from starlette.routing import Mount, Route
from tablet import Tablet

from survey_app import api
from survey_app.api import openapi
from survey_app.gathering import Gathering
from survey_app.questionnaire import Questionnaire
from survey_app.settings import Settings
from survey_app.store import Store

FILE = Path(__file__).parents[1] / "docs" / "openapi.json"


@pytest.fixture
def class_5a(sqlite_store: Store, questionnaire: Questionnaire, tmp_path: Path) -> Gathering:
    return opened_gathering(sqlite_store, questionnaire, tmp_path)


@pytest.fixture
def doors(sqlite_store: Store, tmp_path: Path, data_dir: Path) -> Iterator[Doors]:
    url = f"sqlite:///{tmp_path}/suara.db"
    with opened_doors(Settings(data_dir=data_dir, database_url=url)) as opened:
        yield opened


def validator(path: str, method: str, status: int) -> Draft202012Validator:
    described = json.loads(FILE.read_text())
    answer = described["paths"][path][method]["responses"][str(status)]
    schema = answer["content"]["application/json"]["schema"]
    return Draft202012Validator(schema | {"components": described["components"]})


def test_committed() -> None:
    """O001: whoever changes the protocol also writes the file again (`make schema`)."""
    assert FILE.read_text(encoding="utf-8") == openapi.document()


def test_the_route_table() -> None:
    """O002: the route table and the description name the same addresses and methods."""
    described = {(one.path, one.method.upper()) for one in openapi.OPERATIONS}
    assert described == set(_routes(api.routes(api.Service(Settings()))))


def test_answers_fit(doors: Doors, class_5a: Gathering) -> None:
    """O003: package, acknowledgement, return, health and errors are as described."""
    tablet = Tablet(doors.store, class_5a)
    words = "kucing-merah-tahu"
    unfinished = tablet.envelope(finished=False, return_words=words)
    sent = {"suara": 1, "responses": [unfinished, {}, unfinished | {"hash": "0" * 64}]}
    back = {"suara": 1, "gathering": class_5a.code, "words": words, "action": "open"}
    package = "/api/v1/gatherings/{code}"
    for path, method, body, address in (
        (package, "get", None, package.format(code=class_5a.code)),
        (package, "get", None, package.format(code="CCCCCC")),
        ("/api/v1/responses", "post", sent, "/api/v1/responses"),
        ("/api/v1/responses", "post", {}, "/api/v1/responses"),
        ("/api/v1/returns", "post", back, "/api/v1/returns"),
        ("/api/v1/returns", "post", back | {"words": "a-b-c"}, "/api/v1/returns"),
        ("/api/v1/returns", "post", back | {"action": "withdraw"}, "/api/v1/returns"),
        ("/healthz", "get", None, "/healthz"),
    ):
        answer = doors.browser.request(method.upper(), address, json=body)
        validator(path, method, answer.status_code).validate(answer.json())


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"id": "x"},
        {"id": None},
        {"revision": 0},
        {"revision": 2**31},
        {"revision": "1"},
        {"revision": 1.5},
        {"finished": "true"},
        {"hash": "a" * 65},
        {"gathering": 5},
        {"ticket": None},
        {"content": {}},
        {"withdrawn": 1},
        {"something": "new"},
    ],
)
def test_envelopes_fit(doors: Doors, class_5a: Gathering, change: dict[str, Any]) -> None:
    """O004: the hand-written reader and the description agree on what an envelope is."""
    envelope = Tablet(doors.store, class_5a).envelope() | change
    described = json.loads(FILE.read_text())["components"]
    schema = described["schemas"]["Envelope"] | {"components": described}
    answer = doors.post("/api/v1/responses", {"suara": 1, "responses": [envelope]})
    taken = answer.json()["results"][0]["status"] != 400
    assert taken is Draft202012Validator(schema).is_valid(envelope)


def _routes(table: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    for route in table:
        if isinstance(route, Mount):
            yield from _routes(route.routes, prefix + route.path)
        elif isinstance(route, Route) and (prefix + route.path).startswith(("/api", "/healthz")):
            for method in (route.methods or set()) - {"HEAD"}:
                yield prefix + route.path, method
