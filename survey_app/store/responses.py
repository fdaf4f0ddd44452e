"""What children answered, as the rest of the app may see it."""

from survey_app.store.envelopes import Envelope, Outcome, ResponseId, Result
from survey_app.store.intake import Intake

__all__ = ["Envelope", "Intake", "Outcome", "ResponseId", "Result"]
