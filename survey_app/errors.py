"""Every error a person can meet: where it is, what it is, and what to do about it.

    SuaraError                 sentence + remedy, in Indonesian, for staff
    |-- SettingsError          an environment variable or the TOML file
    |-- QuestionnaireError     a questionnaire file; carries every problem found in it
    |-- GatheringError         a code that is wrong, closed, paused or archived
    |-- SignInError            name, password or role
    |-- StoreError             the database: not reachable, too old, full
    |-- AnalysisError          a run of the analysis that could not be finished
    |-- MailError              an e-mail that did not leave
    `-- ProviderError          the city's own sign-in: away, or not to be believed

Never a child's words in an error: errors are logged and shown on screens.
"""

from dataclasses import dataclass


class SuaraError(Exception):
    """One sentence that says where and what, and one that says the remedy."""

    def __init__(self, sentence: str, *, remedy: str) -> None:
        super().__init__(f"{sentence} {remedy}")
        self.sentence = sentence
        self.remedy = remedy


class SettingsError(SuaraError):
    """An environment variable or a line of the TOML file cannot be used."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a questionnaire file: where, what, and the remedy."""

    file: str
    place: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.reason} {self.remedy}"


class QuestionnaireError(SuaraError):
    """A questionnaire with faults; ``problems`` lists all of them, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(
            "; ".join(str(problem) for problem in problems),
            remedy="Perbaiki berkas kuesioner, lalu periksa lagi.",
        )


class GatheringError(SuaraError):
    """A gathering that does not exist or does not take answers now."""


class SignInError(SuaraError):
    """Somebody could not be recognised, or may not do this."""


class StoreError(SuaraError):
    """The database cannot be reached or used."""


class AnalysisError(SuaraError):
    """A run of the analysis did not finish."""


class MailError(SuaraError):
    """An e-mail did not leave."""


class ProviderError(SuaraError):
    """The city's own sign-in is away, or said something that is not to be believed."""
