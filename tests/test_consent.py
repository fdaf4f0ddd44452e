"""Promises of consent.

C001  A gathering of children is opened only when the guardians' consent is confirmed.
"""

from dataclasses import replace

import pytest
from classroom import plan_for

from survey_app import consent
from survey_app.errors import GatheringError
from survey_app.gathering import VenueKind
from survey_app.people import Program
from survey_app.questionnaire import AgeBand, Questionnaire
from survey_app.store import Store, gatherings


@pytest.mark.parametrize("age_band", AgeBand)
def test_every_age_band_needs_a_guardian(age_band: AgeBand) -> None:
    """C001: all four bands end before 18."""
    consent.check_guardian_consent(age_band, confirmed=True)
    with pytest.raises(GatheringError, match="izin wali"):
        consent.check_guardian_consent(age_band, confirmed=False)


@pytest.mark.parametrize("kind", VenueKind)
def test_no_gathering_without_consent(
    store: Store, questionnaire: Questionnaire, kind: VenueKind
) -> None:
    """C001: the store refuses as well, school, forum or elsewhere, and nothing is left behind."""
    plan = replace(plan_for(store, questionnaire), venue_kind=kind)
    with pytest.raises(GatheringError, match="izin wali"):
        gatherings.open_gathering(
            store, replace(plan, guardian_consent=False), by=Program.COMMAND_LINE
        )
    assert gatherings.all_gatherings(store) == ()
