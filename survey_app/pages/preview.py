"""Isi & pratinjau: the child's player inside a staff page, to look at, or to fill in with a group.

A preview sends nothing. Filling in with a group is the real thing: the same outbox, the same API,
one response for each child or group, under the code of an open gathering.
"""

import json
from datetime import UTC, datetime

import streamlit as st

from survey_app import player, wording
from survey_app.gathering import (
    Gathering,
    GatheringId,
    GatheringState,
    PlayerMode,
    QuestionnaireId,
    RoundId,
    VenueKind,
    package,
)
from survey_app.pages import drawing
from survey_app.pages.frame import Here, heading, part
from survey_app.pages.questionnaires import named_apart
from survey_app.store import gatherings, questionnaires
from survey_app.store.questionnaires import PublishedQuestionnaire


def show(here: Here) -> None:
    """The group's sheet when the address names a gathering, else a preview."""
    if code := st.query_params.get("kode"):
        _group(here, code)
    else:
        _preview(here)


def _group(here: Here, code: str) -> None:
    found = gatherings.seen_by_code(here.store, here.staff, code)
    if found is None:
        st.title("Isi bersama kelompok", anchor=False)
        st.warning(
            "Pertemuan itu tidak ada, atau dibuka orang lain. Pilih lagi di halaman Pertemuan."
        )
        return
    heading(f"Isi bersama: {found.title}", f"{found.venue} · kode {found.code} · {_GROUP}")
    if found.state is not GatheringState.OPEN:
        # The player stays: what was begun while it was open can still be finished and sent.
        st.warning("Pertemuan ini sedang tidak terbuka. Buka dahulu di halaman Pertemuan.")
    _player(here, {"code": found.code, "api": "", "mode": PlayerMode.GROUP.value}, found.code)


def _preview(here: Here) -> None:
    heading("Pratinjau", "Persis seperti yang dilihat anak. Tidak ada yang dikirim atau disimpan.")
    ready: dict[QuestionnaireId, PublishedQuestionnaire] = {
        one.id: one for one in questionnaires.published(here.store)
    }
    if not ready:
        with st.container(border=True, key="card_empty"):
            st.html(drawing.row("Belum ada kuesioner yang terbit.", _NEXT_STEP))
        return
    wanted = st.query_params.get("kuesioner", "")
    numbers = [str(number) for number in ready]
    first = numbers.index(wanted) if wanted in numbers else 0
    chosen = ready[st.selectbox("Kuesioner", list(ready), first, named_apart(ready))]
    _player(here, _preview_data(here, chosen), str(chosen.id))


@part()
def _player(here: Here, options: dict[str, object], key: str) -> None:
    """A piece of its own: the player tells of every delivery, and only this is drawn again."""
    player.component(options, key=f"player-{key}")


def _preview_data(here: Here, chosen: PublishedQuestionnaire) -> dict[str, object]:
    whole = package(
        _nobody(chosen),
        questionnaires.package_content(here.store, chosen.id),
        wording={one: wording.for_player(one) for one in chosen.questionnaire.languages},
        keeping=wording.keeping(
            text=here.settings.keep_text, responses=here.settings.keep_responses
        ),
        ticket="",
        mode=PlayerMode.PREVIEW,
    )
    # Through JSON, as a tablet gets it: enums become their values.
    return {
        "code": "",
        "api": "",
        "mode": PlayerMode.PREVIEW.value,
        "package": json.loads(json.dumps(whole)),
    }


def _nobody(chosen: PublishedQuestionnaire) -> Gathering:
    """The gathering of a preview: no code, no children, stored nowhere."""
    return Gathering(
        id=GatheringId(0), code="", round_id=RoundId(0), questionnaire_id=chosen.id,
        questionnaire_key=chosen.key, questionnaire_version=chosen.version,
        title="", age_band=chosen.questionnaire.age_bands[0], venue_kind=VenueKind.OTHER,
        venue="", kelurahan_code=None, expected_children=1, guardian_consent=False,
        state=GatheringState.OPEN, opens_at=None, closes_at=None, created_at=datetime.now(UTC),
    )  # fmt: skip


_GROUP = "satu isian untuk satu kelompok"
_NEXT_STEP = "Minta administrator menjalankan `suara kuesioner terbitkan questionnaires/`."
