"""Data: what is kept, why, for how long and who sees it; what was deleted, and what would be."""

import streamlit as st

from survey_app import retention
from survey_app.inventory import INVENTORY, Rule, how_long, rule_of
from survey_app.pages import drawing
from survey_app.pages.frame import Here, day, heading, moment
from survey_app.people import Action, demand
from survey_app.retention import Report

_HEADS = ("Apa, dan untuk apa", "Berapa lama", "Siapa yang melihat", "Dasar")
_LINES = ("Apa", "Jumlah", "Dari sebelum")
_LEAD = "Apa yang disimpan, untuk apa, berapa lama, dan siapa yang melihatnya."
_PERIODS = (
    "Masa simpan ditetapkan kota dengan SUARA_KEEP_… dan bagian hukumnya (docs/data.md). "
    "Cadangan tidak ikut terhapus: hapus cadangan lama menurut jadwal yang sama."
)


def show(here: Here) -> None:
    """The last deletion, a look at the next one, and the inventory."""
    heading("Data", _LEAD)
    with st.container(border=True, key="card_deletion"):
        _deletion(here)
    with st.container(border=True, key="card_inventory"):
        st.html(drawing.row("Yang disimpan", _PERIODS))
        rows = [_row(here, rule) for rule in INVENTORY]
        st.html(drawing.table(_HEADS, rows, caption="Yang disimpan"))


def _deletion(here: Here) -> None:
    last = retention.last_report(here.store)
    if last is None:
        st.html(drawing.row("Belum pernah ada penghapusan.", "Aplikasi menghapus sekali sehari."))
    else:
        line = f"{last.total} dihapus. Sekali sehari, tanpa perlu ditekan."
        st.html(drawing.row(f"Penghapusan terakhir: {moment(last.at)}", line))
        _report(last)
    if st.button("Lihat apa yang akan dihapus", icon=":material/search:"):
        demand(here.acting(), Action.READ_INVENTORY)
        looked = retention.look(here.store, here.settings)
        if looked.total:
            st.info(
                f"{looked.total} melewati masa simpan. Tidak ada yang dihapus sekarang; itu kerja "
                "penghapusan harian, atau `suara retention --run`.",
                icon=":material/info:",
            )
        else:
            st.success("Tidak ada yang melewati masa simpannya.", icon=":material/check_circle:")
        _report(looked)


def _report(report: Report) -> None:
    rows = [
        (rule_of(line.kind).what.ours, str(line.number), day(line.older_than))
        for line in report.lines
        if line.number
    ]
    if rows:
        st.html(drawing.table(_LINES, rows, caption="Menurut jenis"))
    if report.open_cases:
        st.warning(
            f"{report.open_cases} kasus perlindungan masih terbuka setelah sekian lama. Kasus "
            "terbuka tidak pernah dihapus; minta petugas perlindungan anak memeriksanya.",
            icon=":material/shield_person:",
        )


def _row(here: Here, rule: Rule) -> tuple[str, ...]:
    days = rule.days(here.settings)
    return (
        f"{rule.what.ours}. Untuk apa: {rule.why.ours}.",
        f"{how_long(days)}: {rule.counted.ours}",
        f"{rule.readers}: {rule.seen.ours}" if rule.shown_by else rule.seen.ours,
        rule.law,
    )
