"""The intake under chance and under SIGKILL.

L001  Whatever tablets send in whatever order, the outcome is the one of a simple model.
L002  Every question whose answer was acknowledged is still answered, or its answer kept aside.
L003  A process killed in the middle of its work has stored everything it acknowledged, once.
L004  Connections that the database server cut acknowledge nothing lost: the next try stores it.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from classroom import opened_gathering
from databases import PostgresServer
from rows import answers_in, quarantine_in
from tablet import FULL_ANSWERS, Tablet

from survey_app.errors import StoreError
from survey_app.gathering import Gathering
from survey_app.questionnaire import Questionnaire
from survey_app.store import Store
from survey_app.store.responses import Intake
from survey_app.store.tables import Responses

QUESTIONS = ("wajah", "aman", "adik", "cerita")


@dataclass
class Remembered:
    """One response in the model."""

    hash: str
    revision: int
    finished: bool
    refused: bool
    answers: dict[str, Any]


@dataclass
class Model:
    """The rules of the outbox in their shortest form."""

    responses: dict[str, Remembered] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)

    def outcome(self, envelope: dict[str, Any], valid_ticket: str) -> str:
        """What must become of the envelope; the model remembers it."""
        number = envelope["id"]
        known = self.responses.get(number)
        if number in self.withdrawn:
            return "withdrawn"
        same = known and not envelope.get("withdrawn") and known.hash == envelope["hash"]
        if known and same and (known.finished or not envelope["finished"]):
            known.revision = max(known.revision, envelope["revision"])
            return "again"
        if envelope["ticket"] != valid_ticket:
            return "kept"
        if envelope.get("withdrawn"):
            self.withdrawn.add(number)
            self.responses.pop(number, None)
            return "withdrawn"
        if known and known.finished:
            return "finished"
        if known and not same and envelope["revision"] <= known.revision:
            return "kept"
        content = json.loads(envelope["content"])
        refused = not content["assent"]
        self.responses[number] = Remembered(
            envelope["hash"],
            max(envelope["revision"], known.revision if known else 0),
            envelope["finished"] or refused,
            refused,
            {} if refused else {key: one["value"] for key, one in content["answers"].items()},
        )
        return "replaced" if known else "stored"


@pytest.mark.parametrize("seed", range(6))
def test_chance_follows_the_model(
    store: Store, intake: Intake, gathering: Gathering, seed: int
) -> None:
    """L001, L002: 300 random envelopes of six children in random deliveries."""
    dice = random.Random(seed)
    model = Model()
    valid = Tablet(store, gathering).envelope()["ticket"]
    sent: list[dict[str, Any]] = []
    acknowledged: list[dict[str, Any]] = []
    tablets = [Tablet(store, gathering) for _ in range(6)]
    while len(sent) < 300:
        delivery = [_something(dice, tablets, sent) for _ in range(dice.randint(1, 9))]
        sent += delivery
        results = intake.submit(delivery).result(timeout=20)
        expected = [model.outcome(envelope, valid) for envelope in delivery]
        assert [one.outcome.value for one in results] == expected
        acknowledged += [e for e, one in zip(delivery, results, strict=True) if one.status == 200]
    assert _stored(store) == {number: one.answers for number, one in model.responses.items()}
    _check_nothing_is_lost(store, model, acknowledged)


def _something(
    dice: random.Random, tablets: list[Tablet], sent: list[dict[str, Any]]
) -> dict[str, Any]:
    if sent and dice.random() < 0.3:
        return dict(dice.choice(sent))
    tablet = dice.choice(tablets)
    chance = dice.random()
    if chance < 0.03:
        return tablet.withdrawal()
    if chance < 0.05:
        return tablet.refusal()
    keys = dice.sample(QUESTIONS, dice.randint(0, len(QUESTIONS)))
    choices = {
        "wajah": [1, 2, 3],
        "aman": ["yes", "no", None],
        "adik": [0, 1, None],
        "cerita": ["satu", "dua", None],
    }
    envelope = tablet.envelope(
        {key: dice.choice(choices[key]) for key in sorted(keys)},
        finished=dice.random() < 0.1,
        revision=max(1, tablet.revision + dice.choice((-1, 0, 1, 1, 1))),
    )
    return envelope | {"ticket": "palsu"} if dice.random() < 0.05 else envelope


def _stored(store: Store) -> dict[str, dict[str, Any]]:
    """Answers of every response that is not withdrawn."""
    with store.reading() as connection:
        numbers = connection.scalars(
            sa.select(Responses.id).where(Responses.withdrawn_at.is_(None))
        )
        found: dict[str, dict[str, Any]] = {number: {} for number in numbers}
    return found | answers_in(store)


def _check_nothing_is_lost(store: Store, model: Model, acknowledged: list[dict[str, Any]]) -> None:
    aside = [
        (row["response_id"], question)
        for row in quarantine_in(store)
        for question in (json.loads(row["content"]) or {}).get("answers", {})
    ]
    for envelope in acknowledged:
        known = model.responses.get(envelope["id"])
        if known is None or known.refused or envelope.get("withdrawn"):
            continue
        for question, one in json.loads(envelope["content"])["answers"].items():
            answered_now = known.answers.get(question) is not None
            kept_aside = (envelope["id"], question) in aside
            assert one["value"] is None or answered_now or kept_aside, question


_CHILD = """
import json, sys, uuid
sys.path.insert(0, {tests!r})
from pathlib import Path
from tablet import Tablet
from survey_app.store import Store, gatherings
from survey_app.store.responses import Intake

store = Store.open({url!r}, data_dir=Path({data!r}))
gathering = gatherings.by_code(store, {code!r})
intake = Intake(store)
while True:
    tablets = [Tablet(store, gathering) for _ in range(9)]
    for one in intake.submit([tablet.envelope() for tablet in tablets]).result():
        print(one.id, one.outcome.value, flush=True)
"""


@pytest.mark.parametrize("after", [0.3, 0.9])
def test_killed_in_the_middle(
    store: Store, database_url: str, data_dir: Path, gathering: Gathering, after: float
) -> None:
    """L003: SIGKILL at any moment; every acknowledged id is there with all its answers."""
    code = _CHILD.format(
        tests=str(Path(__file__).parent), url=database_url, data=str(data_dir), code=gathering.code
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(9)]
    time.sleep(after)
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = process.communicate()
    said += rest.splitlines(keepends=True)
    acknowledged = [line.split()[0] for line in said if line.endswith("stored\n")]
    found = _stored(store)
    assert len(acknowledged) >= 9
    assert len(set(acknowledged)) == len(acknowledged)
    assert all(found.get(number) == FULL_ANSWERS for number in acknowledged)
    assert all(answers == FULL_ANSWERS for answers in found.values())


def test_connections_are_cut(
    postgres: PostgresServer, postgres_template: str, tmp_path: Path, questionnaire: Questionnaire
) -> None:
    """L004: every connection ended by the server, ten times, while children go on sending."""
    url = postgres.create("cut", template=postgres_template)
    store = Store.open(url, data_dir=tmp_path)
    gathering = opened_gathering(store, questionnaire, tmp_path)
    intake = Intake(store)
    children = [Tablet(store, gathering) for _ in range(60)]
    for number, child in enumerate(children):
        if number % 6 == 0:
            postgres.cut("cut")
        _until_acknowledged(intake, child.envelope())
    intake.close()
    assert set(_stored(store)) == {child.id for child in children}
    store.close()
    postgres.drop("cut")


def _until_acknowledged(intake: Intake, envelope: dict[str, Any]) -> None:
    for _ in range(5):
        try:
            intake.submit([envelope]).result(timeout=20)
        except StoreError:
            continue
        return
    raise AssertionError("never acknowledged")
