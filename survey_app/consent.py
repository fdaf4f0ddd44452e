"""Permission first: the child's own assent, and the guardian's consent for everyone under 18.

Two rules follow the Convention on the Rights of the Child (articles 12 and 16) and the Indonesian
personal data law (UU 27/2022, article 25: a child's data need the guardian's consent):

* a gathering of children can only be opened when the guardians' consent is confirmed;
* a child who says "Tidak mau" has answered nothing: no answer of that child is kept, not even in
  quarantine, and nobody is told which child it was.
"""

from survey_app.errors import GatheringError
from survey_app.questionnaire import AgeBand


def needs_guardian(age_band: AgeBand) -> bool:
    """Whether the guardian has to agree: so for every band that ends below 18 years."""
    return int(age_band.value.rsplit("-", 1)[1]) < 18


def check_guardian_consent(age_band: AgeBand, *, confirmed: bool) -> None:
    """Raise ``GatheringError`` where the guardians' consent is needed and not confirmed."""
    if needs_guardian(age_band) and not confirmed:
        raise GatheringError(
            f"Pertemuan untuk anak {age_band} tahun belum bisa dibuka: izin wali belum dipastikan.",
            remedy="Kumpulkan izin wali dahulu, lalu centang 'Izin wali sudah ada' "
            "(di terminal: --guardian-consent).",
        )
