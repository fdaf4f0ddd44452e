"""Sampel mingguan: reading some of what raised no alert, one by one, and what that tells."""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from survey_app import sampling
from survey_app.pages import drawing
from survey_app.pages.frame import WIB, Here, plainly
from survey_app.store.cases import Judgement
from survey_app.store.samples import Sample, WeekOfSamples

_OPEN = "opened_sample"  # in the session: the one that is being read
_SAID = "sample_said"  # in the session: what was said of the last one, and its case
_READING = "reading_samples"
_SAYS = {
    Judgement.NONE: ("Tidak ada apa-apa", ":material/check:"),
    Judgement.CONCERN: ("Terlewat: perlu perhatian", ":material/visibility:"),
    Judgement.URGENT: ("Terlewat: mendesak", ":material/priority_high:"),
}


def leave() -> None:
    """Forget the words that are open: the next opening is written down again."""
    for name in (_OPEN, _SAID, _READING):
        st.session_state.pop(name, None)


def show(here: Here) -> None:
    """How the weeks stand, and the one to read."""
    st.html(drawing.row("Apa yang dilewatkan penyaring?", _WHY))
    found = sampling.weeks(here.store, here.staff)
    if not found:
        with st.container(border=True, key="card_empty"):
            st.html(drawing.row("Belum ada sampel.", _NOTHING))
        return
    _said(here)
    if st.session_state.get(_READING):
        _read(here)
    elif left := sum(one.drawn - one.read for one in found):
        st.button(
            f"Baca berikutnya ({left} belum dibaca)", type="primary", on_click=_start,
            icon=":material/menu_book:",
        )  # fmt: skip
    with st.container(border=True, key="card_share"):
        st.html(drawing.row(*_share(found)))
    for week in found:
        with st.container(border=True, key=f"card_week_{week.drawn_at:%Y%m%d}"):
            st.html(drawing.row(_days(week), _line(week)))


def _read(here: Here) -> None:
    one: Sample | None = st.session_state.get(_OPEN)
    if one is None:
        one = sampling.open_next(here.store, here.staff)
        st.session_state[_OPEN] = one
    with st.container(border=True, key="card_sample"):
        if one is None:
            st.html(drawing.row("Semua sudah dibaca.", "Terima kasih. Senin depan ada yang baru."))
            return
        st.html(drawing.quotes([one.text], hue="perlindungan"))
        st.html(drawing.row("", "Pembacaan ini dicatat."))
        with st.container(horizontal=True):
            for judged, (name, icon) in _SAYS.items():
                st.button(name, key=f"sample_{judged}", icon=icon, on_click=_say,
                          args=(here, one, judged))  # fmt: skip
            st.button("Berhenti membaca", type="tertiary", on_click=leave)


def _said(here: Here) -> None:
    """What was said of the last one, and the way back from it."""
    if _SAID not in st.session_state:
        return
    sample, judged, case = st.session_state[_SAID]
    if case is not None:
        st.info(f"Dicatat: {_SAYS[judged][0]}. Sekarang menjadi kasus.", icon=":material/flag:")
        st.button("Buka kasusnya", key="to_case", on_click=_open_case, args=(case,))
    elif judged is Judgement.NONE:
        st.info("Dicatat: tidak ada apa-apa.", icon=":material/check:")
        st.button("Batalkan", key="take_back", icon=":material/undo:", on_click=_take_back,
                  args=(here, sample))  # fmt: skip
    else:
        st.warning("Anaknya baru saja menarik jawaban ini, atau orang lain sudah menilainya.")


def _start() -> None:
    st.session_state[_READING] = True


def _say(here: Here, one: Sample, judged: Judgement) -> None:
    with plainly():
        case = sampling.judge(here.store, here.acting(), one.id, judged)
        st.session_state[_SAID] = (one.id, judged, case)
        st.session_state.pop(_OPEN, None)


def _take_back(here: Here, sample: object) -> None:
    with plainly():
        sampling.take_back(here.store, here.acting(), sample)  # type: ignore[arg-type]
        st.session_state.pop(_SAID, None)
        st.session_state.pop(_OPEN, None)


def _open_case(case: int) -> None:
    leave()
    st.query_params.from_dict({"kasus": str(case)})


def _share(found: Sequence[WeekOfSamples]) -> tuple[str, str]:
    read, missed, low, high = sampling.share(found)
    if not read:
        return "Belum ada yang dibaca.", "Perkiraan tampil setelah ada yang dibaca."
    told = f"{missed} dari {read} yang dibaca terlewat, {len(found)} minggu terakhir."
    span = f"{_percent(low)} sampai {_percent(high)}"
    return told, f"Dari semua kalimat tanpa peringatan {span} terlewat (selang eksak 95 %)."


def _days(week: WeekOfSamples) -> str:
    end = week.drawn_at.astimezone(WIB)
    first, last = end - timedelta(days=7), end - timedelta(days=1)
    return f"Minggu {first:%d-%m-%Y} sampai {last:%d-%m-%Y}"


def _line(week: WeekOfSamples) -> str:
    told = f"{week.comments} kalimat tanpa peringatan · dibaca {week.read} dari {week.drawn}"
    estimate = sampling.misses(week)
    if estimate is None:
        return told
    span = f"{estimate.likely} ({estimate.low} sampai {estimate.high})"
    return f"{told} · terlewat {week.missed} · perkiraan seluruhnya {span}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")


_WHY = (
    "Setiap Senin diambil acak 2 % (paling sedikit 20) dari kalimat minggu lalu yang tidak "
    "menimbulkan peringatan. Bacalah; penilaian Anda mengajari penyaring."
)
_NOTHING = (
    "Sampel pertama diambil otomatis pada hari Senin setelah ada isian anak. "
    "Putaran contoh tidak ikut."
)
