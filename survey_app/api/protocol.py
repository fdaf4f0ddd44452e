"""What tablet and server say to each other, as shapes: the source of ``docs/openapi.json``.

The routes read requests by hand where one broken envelope must not spoil its neighbours
(``store.envelopes``); a test holds those readers and these shapes together.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from survey_app.answers import MAX_TEXT
from survey_app.api.replies import Refusal
from survey_app.api.responses import MOST_ENVELOPES
from survey_app.gathering import PlayerMode
from survey_app.questionnaire import AgeBand, Language, QuestionType
from survey_app.store.envelopes import Outcome

_UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
Texts = dict[Language, str]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class Answer(_Shape):
    """One answer; a skipped one has the value null."""

    value: Annotated[
        Any,
        Field(
            description="faces 1-5; yes_maybe_no 'yes', 'maybe', 'no'; choice a key; choices "
            f"a list of keys; rating 1-n; texts up to {MAX_TEXT} characters; number; place a "
            "kelurahan code"
        ),
    ]
    language: Language
    skipped: bool = False


class Asked(_Shape):
    """Which version of which questionnaire was answered."""

    key: str
    version: int


class Content(_Shape):
    """What the content string of an envelope holds, once parsed."""

    questionnaire: Asked
    language: Language
    assent: Annotated[
        bool, Field(description="false: the child said no; then there are no answers")
    ]
    mode: Literal["child", "group"] = "child"
    talk_to_adult: bool = False
    facilitator_may_know: Annotated[
        bool, Field(description="of a wish to talk: whoever runs the gathering may be told of it")
    ] = False
    needs_help: bool = False
    return_words: Annotated[str | None, Field(description="three words joined by hyphens")] = None
    answers: dict[str, Answer] = {}


class Envelope(_Shape):
    """One response on its way. The content travels as text, and the hash is over its bytes."""

    id: Annotated[str, Field(pattern=_UUID, description="made on the tablet, kept for good")]
    hash: Annotated[
        str, Field(max_length=64, description="SHA-256 of the content in UTF-8, hex; '' withdrawn")
    ]
    revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    finished: bool
    gathering: str
    ticket: Annotated[str, Field(description="from the package: proves it was open when fetched")]
    withdrawn: Annotated[bool, Field(description="the child deletes this response")] = False
    content: Annotated[str, Field(description="JSON text of a Content; '' when withdrawn")]


class ResponsesRequest(_Shape):
    """Responses of one tablet, whoever they are from."""

    suara: Literal[1]
    responses: Annotated[list[Envelope], Field(max_length=MOST_ENVELOPES)]


class Result(_Shape):
    """What became of one envelope; 200 and 409 end its time in the outbox, 422 does not."""

    id: str
    hash: str
    status: Literal[200, 400, 409, 413, 422, 500]
    outcome: Outcome
    return_words: Literal["ok", "taken"] | None = None


class ResponsesReply(_Shape):
    """One result for each envelope, in their order, after the commit."""

    suara: Literal[1]
    results: list[Result]


class Returned(_Shape):
    """An unfinished response, to go on with."""

    id: str
    revision: int
    finished: Literal[False]
    content: str


class ReturnReply(_Shape):
    """Exactly one of the three is there."""

    suara: Literal[1]
    response: Returned | None = None
    finished: Annotated[Literal[True] | None, Field(description="nothing to go on with")] = None
    withdrawn: Literal[True] | None = None


class GatheringFacts(_Shape):
    """The gathering as a tablet needs it."""

    code: str
    state: Literal["open"]
    ticket: str
    age_band: AgeBand
    mode: PlayerMode


class ChoiceAsked(_Shape):
    """One thing to pick."""

    key: str
    text: Texts
    picture: Annotated[str | None, Field(description="a data: address")] = None


class QuestionAsked(_Shape):
    """One screen."""

    key: str
    type: QuestionType
    text: Texts
    hint: Texts | None = None
    picture: str | None = None
    audio: Annotated[Texts | None, Field(description="addresses below /isi/audio/")] = None
    choices: list[ChoiceAsked] = []
    points: list[Texts] = []
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None


class QuestionnaireAsked(_Shape):
    """The questionnaire without what only the analysis needs."""

    key: str
    version: int
    title: Texts
    languages: list[Language]
    assent: Texts
    assent_audio: Texts | None = None
    closing: Texts
    questions: list[QuestionAsked]


class Kelurahan(_Shape):
    """A ward, by its code in the national list."""

    code: str
    name: str


class Kecamatan(_Shape):
    """A district with its wards."""

    kecamatan: str
    kelurahan: list[Kelurahan]


class HelpLine(_Shape):
    """Somebody a child can call."""

    name: str
    phone: str
    whatsapp: str | None = None


class Package(_Shape):
    """Everything a tablet needs to ask, offline from then on."""

    suara: Literal[1]
    gathering: GatheringFacts
    questionnaire: QuestionnaireAsked
    wording: Annotated[dict[Language, dict[str, str]], Field(description="the player's texts")]
    keeping: Annotated[
        dict[Language, dict[str, str]], Field(description="how long answers are kept, in words")
    ]
    places: Annotated[
        list[Kecamatan] | None, Field(description="where a question asks for a place")
    ] = None
    help_lines: list[HelpLine]
    words: Annotated[list[list[str]], Field(description="three lists to draw return words from")]


class Sentence(_Shape):
    """An error for people."""

    id: str
    jv: str


class Fault(_Shape):
    """An error for programs and people."""

    code: Refusal
    message: Sentence
    number: Annotated[
        str | None, Field(description="where the fault stands in the server's log")
    ] = None


class Error(_Shape):
    """The body of every error of the API."""

    suara: Literal[1]
    error: Fault


class Health(_Shape):
    """The app is up and its database answers."""

    suara: Literal[1]
    status: Literal["ok"]
