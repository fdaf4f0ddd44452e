"""What only the safeguarding officer reads: words that may disclose harm, and who wants to talk."""

import streamlit as st

from survey_app import safeguarding
from survey_app.pages import drawing
from survey_app.pages.frame import Here, moment, part
from survey_app.store.alerts import StoredAlert, WishToTalk
from survey_app.store.findings import AlertLevel

LOOK_EVERY = 30.0  # seconds; a disclosure shows up without anybody reloading
_MOST = 50  # cards of each kind, the newest first


@part(run_every=LOOK_EVERY)
def show(here: Here) -> None:
    """The queue in the children's own words: urgent, then who wants to talk, then the rest."""
    queue = safeguarding.queue(here.store, here.staff)
    urgent = [one for one in queue.alerts if one.level is AlertLevel.URGENT]
    others = [one for one in queue.alerts if one.level is not AlertLevel.URGENT]
    with st.container(border=True, key="card_numbers"):
        st.html(
            drawing.numbers(
                (
                    ("mendesak", len(urgent), len(urgent) > 0),
                    ("perlu dibaca", len(others), False),
                    ("anak ingin bicara", len(queue.wishes), len(queue.wishes) > 0),
                )
            )
        )
    if not queue.alerts and not queue.wishes:
        with st.container(border=True, key="card_empty"):
            st.html(drawing.row("Tidak ada yang menunggu.", _NOTHING))
    for alert in urgent[:_MOST]:
        _alert(alert)
    for wish in queue.wishes[:_MOST]:
        _wish(wish)
    for alert in others[:_MOST]:
        _alert(alert)


def _wish(wish: WishToTalk) -> None:
    with st.container(border=True, key=f"card_wish_{wish.response_id}"):
        st.badge("Ingin bicara", color="blue", icon=":material/forum:")
        line = f"{wish.gathering} · {moment(wish.heard_at)} · {_HOW_TO_FIND}"
        st.html(drawing.row("Seorang anak ingin bicara dengan orang dewasa", line))


def _alert(alert: StoredAlert) -> None:
    with st.container(border=True, key=f"card_alert_{alert.id}"):
        if alert.level is AlertLevel.URGENT:
            st.badge("Mendesak", color="red", icon=":material/priority_high:")
        else:
            st.badge("Perlu dibaca", color="orange", icon=":material/visibility:")
        st.html(drawing.quotes([alert.words], hue="perlindungan"))
        st.html(drawing.row("", f"{alert.gathering} · {moment(alert.created_at)} · {alert.reason}"))


_NOTHING = (
    "Jawaban baru dibaca sistem setiap lima menit; anak yang ingin bicara terlihat seketika. "
    "Halaman ini memperbarui diri setiap setengah menit. Biarkan terbuka saat ada pertemuan."
)
_HOW_TO_FIND = "nama tidak dicatat; datangi kelasnya dan tawarkan bicara kepada semua anak"
