"""What an officer's case can be: how urgent, how far, what is done about it, how it was judged."""

from collections.abc import Mapping
from enum import StrEnum


class AlertLevel(StrEnum):
    """Why, and how soon, a person must look: in the order of the officer's list."""

    URGENT = "urgent"
    TALK = "talk"  # the child ticked "aku ingin bicara"
    UNSCREENED = "unscreened"  # the screening was away or failed: nobody knows yet
    CONCERN = "concern"


class AlertState(StrEnum):
    """How far a case is."""

    WAITING = "waiting"
    TAKEN = "taken"
    CLOSING = "closing"  # one person says it is done; a second one looks
    CLOSED = "closed"


class Step(StrEnum):
    """What an officer does about a case."""

    TAKE = "take"
    NOTE = "note"
    REFER = "refer"
    JUDGE_URGENT = "judge_urgent"
    JUDGE_CONCERN = "judge_concern"
    JUDGE_NONE = "judge_none"
    RELEASE = "release"
    KEEP_BACK = "keep_back"
    PROPOSE = "propose"
    CONFIRM = "confirm"
    REOPEN = "reopen"


class Referral(StrEnum):
    """Who a case is handed to."""

    UPTD_PPA = "uptd_ppa"
    SAPA_129 = "sapa_129"
    EMERGENCY_112 = "darurat_112"
    POLICE = "polisi"
    SCHOOL_TPPK = "tppk_sekolah"


class Judgement(StrEnum):
    """The level a person gave a comment after reading it."""

    URGENT = "urgent"
    CONCERN = "concern"
    NONE = "none"


JUDGES: Mapping[Step, Judgement] = {
    Step.JUDGE_URGENT: Judgement.URGENT,
    Step.JUDGE_CONCERN: Judgement.CONCERN,
    Step.JUDGE_NONE: Judgement.NONE,
}
RELEASES: Mapping[Step, bool] = {Step.RELEASE: True, Step.KEEP_BACK: False}
WORKED_ON = (AlertState.TAKEN, AlertState.CLOSING)
