"""The report for the task force: one page to read, print and pass on, with nothing to fetch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path
from string import Template

from analysis import comparing, counting, unbiased
from analysis.comments import AlertLevel, Analysis, Comment, Language, day
from analysis.comparing import Compared, SinceLastRound
from analysis.counting import Heard, Section, ToldTheme
from analysis.drawing import COUNT, WITHHELD, Scale, heads, number, percent, points, said, table
from analysis.finding import CLUSTERED_FROM
from analysis.quality.corrected import FEWEST_REVIEWED, CorrectedCount
from analysis.quality.shares import Share
from analysis.quality.withholding import SMALLEST_GROUP, SMALLEST_QUOTED
from analysis.rights import Cluster
from analysis.unbiased import SliceTold
from analysis.unknown import SMALLEST, unknown_in

TITLE = "Suara Anak: apa yang anak tulis"
_TEMPLATE = Path(__file__).with_name("report.html")
_SMALL_THEMES = 20  # rows; the rest is one line, for the sake of who prints it
_UNKNOWN_WORDS = 40  # what somebody adds to the tables in one sitting
_ROUNDS = 3  # more names than that do not fit the line below the title
_LANGUAGES = {
    Language.INDONESIAN: "Indonesia",
    Language.JAVANESE: "Jawa",
    Language.MIXED: "Campuran",
}
_LEVELS = {AlertLevel.URGENT: "Mendesak", AlertLevel.CONCERN: "Perlu perhatian"}
# fmt: off
_MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
           "Oktober", "November", "Desember")
# fmt: on

_READING = (
    "Laporan untuk Gugus Tugas KLA ini merangkum jawaban terbuka anak menurut lima klaster hak"
    " anak; kutipan ditulis apa adanya, hanya nama dan tanda pengenal yang disamarkan. Panjang"
    " batang adalah bagian dari semua komentar yang dihitung dan garis hitam rentang 95%-nya: bila"
    " garis dua batang bertumpuk, jangan menyimpulkan bahwa yang satu lebih sering."
)
_NOTHING = "Belum ada komentar yang bisa diringkas. Kumpulkan jawaban anak, lalu jalankan lagi."
_ALL_URGENT = (
    "Semua komentar menunggu dibaca petugas perlindungan anak, jadi belum ada yang diringkas."
)
_ALERTS = (
    "Komentar ini mungkin bercerita tentang bahaya. Isinya hanya dibaca petugas, di sini hanya"
    " jumlahnya. Yang mendesak tidak dihitung di bagian lain laporan ini."
)
_SMALL = (
    f"Kurang dari {SMALLEST_QUOTED} komentar. Tidak dikutip dan tidak dinamai dengan kalimat anak,"
    " supaya tidak ada anak yang bisa ditebak."
)
_FEW = (
    f"Kurang dari {CLUSTERED_FROM} komentar belum cukup untuk tema; hanya kata-kata yang sama"
    " dihitung bersama. Bacalah komentarnya satu per satu: klaster dan indikatornya ada di"
    " comments.jsonl."
)
_NO_QUOTE = "Tidak dikutip: tidak ada komentar di tema ini yang boleh ditampilkan."
_TOO_FEW = f"Bahasa dan umur tidak ditampilkan: kurang dari {SMALLEST_GROUP} komentar."
_WITHHELD = (
    f"“{WITHHELD}” berarti tidak ditampilkan: kurang dari {SMALLEST_GROUP} komentar, atau"
    " disembunyikan supaya angka lain tidak bisa dihitung dari jumlahnya."
)
_NOT_TAKEN_APART = (
    "{} tidak ditampilkan: dari {} komentar ini ada kelompok dengan kurang dari"
    f" {SMALLEST_GROUP} komentar, dan dari angka kelompok lain bisa dihitung berapa."
)
_GATHERINGS = (
    "Anak yang duduk di satu pertemuan sering menulis hal yang sama; rentang di laporan ini"
    " memperhitungkannya ({} pertemuan), jadi lebih lebar daripada bila anak ditanya satu per satu."
)
_ONE_GATHERING = (
    "Komentar ini dari satu pertemuan saja: rentangnya berlaku seolah-olah anak ditanya satu per"
    " satu, dan tidak berbicara tentang anak di luar pertemuan itu."
)
_NO_GATHERING = (
    "Berkas ini tidak menyebut pertemuan, jadi rentang dihitung seolah-olah anak ditanya satu per"
    " satu; bila mereka duduk sekelas, rentang yang sebenarnya lebih lebar."
)
_SINCE = (
    "Putaran terakhir, “{}” ({} komentar), dibandingkan dengan yang sebelumnya, “{}” ({} komentar)."
    " Anak, sekolah, dan pertanyaannya bisa berbeda antarputaran: bagian yang berubah belum berarti"
    " keadaannya berubah."
)
_TESTED = (
    "Selisih dalam poin persen, rentangnya untuk baris itu sendiri. “Naik” atau “turun” hanya"
    " ditulis bila kebetulan saja jarang membuat beda sebesar itu: p di bawah 0,05 setelah"
    " dikoreksi (Holm) untuk {} perbandingan; uji skor, atau uji eksak bila angkanya kecil. Yang"
    f" kurang dari {SMALLEST_GROUP} komentar di salah satu putaran tidak ditampilkan."
)
_FEW_IN_ROUND = (
    f"Tidak dibandingkan: salah satu dari dua putaran terakhir punya kurang dari {SMALLEST_GROUP}"
    " komentar."
)
_ALONE = (
    "Tidak dibandingkan: “{}” hanya terdiri dari satu pertemuan, jadi beda antarputaran tidak bisa"
    " dipisahkan dari beda antarpertemuan."
)
_NONE_TOLD = (
    f"Tidak ditampilkan: terlalu banyak klaster dengan kurang dari {SMALLEST_GROUP} komentar di"
    " salah satu putaran."
)
_THEMES_SURE = "{} tema terbesar dibandingkan; yang tidak tercantum belum pasti berubah."
_NO_THEME_SURE = "{} tema terbesar dibandingkan; tidak satu pun pasti berubah."
_NO_THEME_COMPARED = "Belum ada tema yang cukup besar untuk dibandingkan."
_WITHOUT_ERRORS = (
    "Dari {} komentar yang dipilih acak dan dibaca orang terlihat seberapa sering mesin keliru;"
    " kolom kanan adalah bagian setiap klaster setelah kekeliruan itu dikeluarkan."
)
_NOT_ENOUGH = (
    f"“Belum cukup” berarti kurang dari {FEWEST_REVIEWED} komentar klaster itu (atau di luarnya)"
    " terpilih dan dibaca, atau mesin terlalu sering keliru di situ."
)
_UNKNOWN = (
    f"Yang muncul di {SMALLEST} komentar atau lebih ada di bawah: sampaikan artinya kepada"
    " pengelola kamus, supaya putaran berikutnya terbaca lebih baik."
)
_NO_UNKNOWN = f"Tidak satu pun muncul di {SMALLEST} komentar atau lebih."


def write_report(
    path: Path, comments: Sequence[Comment], analysed: Analysis, *, title: str = TITLE
) -> None:
    """``report.html``: what children wrote, in Indonesian, in one file that fetches nothing.

    ``comments`` are those that were analysed: rounds, dates and ages are read from them. Urgent
    comments are a number in it and nothing else; what else is withheld, ``counting`` decides.
    """
    heard = counting.heard(comments, analysed)
    page = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(title),
        facts=_facts(heard.rows, len(analysed.comments)),
        content=_content(analysed, heard) if heard.kinds else _nothing(analysed),
    )
    path.write_text(page, encoding="utf-8", errors="replace", newline="\n")


def _content(analysed: Analysis, heard: Heard) -> str:
    found = counting.sections(heard, analysed.themes)
    scale = Scale.up_to(told.share for one in found for told in one.themes if not told.small)
    bands = counting.bands_in_order(band for one in found for band in one.ages)
    return "\n".join(
        [
            f'<p class="reading">{_READING}</p>',
            *([f'<p class="note">{_FEW}</p>'] if heard.count < CLUSTERED_FROM else ()),
            _overview(found, heard, urgent=len(analysed.comments) - heard.count),
            _alerts(analysed),
            _without_errors(unbiased.without_bias(heard, analysed)),
            _since(comparing.since_last_round(heard, found)),
            *(_section(one, scale, bands) for one in found if one.count or one.themes),
            _unknown(heard.quotable),
            _versions(analysed.versions),
        ]
    )


def _nothing(analysed: Analysis) -> str:
    why = _ALL_URGENT if analysed.comments else _NOTHING
    parts = [f'<section class="card"><h2>Belum ada isi</h2><p>{why}</p></section>']
    if analysed.comments:
        parts.append(_alerts(analysed))
    return "\n".join([*parts, _versions(analysed.versions)])


def _facts(rows: Sequence[Comment], count: int) -> str:
    """The line below the title: rounds, dates and the number of comments."""
    rounds = list(dict.fromkeys(row.round for row in rows if row.round))
    named = ", ".join(rounds) if len(rounds) <= _ROUNDS else f"{len(rounds)} putaran"
    period = _period(row.date for row in rows)
    parts = (escape(named), period, f"<b>{number(count)}</b> komentar")
    return f'<p class="facts">{" · ".join(part for part in parts if part)}</p>'


def _overview(found: Sequence[Section], heard: Heard, *, urgent: int) -> str:
    scale = Scale.up_to(one.share for one in found)
    rows = "".join(
        f'<tr style="{_hue(one)}"><th scope="row">{_mark(one)}{_linked(one)}</th>'
        f'<td class="number">{number(one.count)}</td>'
        f"<td>{scale.bar(one.share)}{said(one.share)}</td></tr>"
        for one in found
    )
    counted = f"{number(heard.count)} komentar" + (", tanpa yang mendesak" if urgent else "")
    names = ("Klaster", COUNT, "Bagian (rentang 95%)")
    return (
        '<section class="card"><h2>Lima klaster hak anak</h2><table class="overview">'
        "<caption>Komentar menurut klaster<span>Setiap komentar dihitung sekali, di klaster"
        f" utamanya: {counted}. {scale.explained}</span></caption>"
        f"{heads(names)}<tbody>{rows}</tbody></table>"
        f'<p class="note">{_gatherings(heard.gatherings)}</p></section>'
    )


def _gatherings(named: int) -> str:
    """What the intervals know of who sat together."""
    if named == 0:
        return _NO_GATHERING
    return _ONE_GATHERING if named == 1 else _GATHERINGS.format(number(named))


def _without_errors(told: SliceTold | None) -> str:
    """The clusters as the machine counts them beside the count without its errors."""
    if told is None:
        return ""
    rows = [
        (one.title, percent(one.machine), _corrected(one.count, told.comments))
        for one in told.clusters
    ]
    names = ("Klaster", "Mesin, sebelum dikoreksi", "Tanpa kekeliruan (rentang 95%)")
    few = any(one.count is None for one in told.clusters)
    return (
        '<section class="card"><h2>Tanpa kekeliruan mesin</h2>'
        f"<p>{_WITHOUT_ERRORS.format(number(told.reviewed))}</p>"
        + table("Bagian setiap klaster", names, rows, kind="changes")
        + (f'<p class="note">{_NOT_ENOUGH}</p>' if few else "")
        + "</section>"
    )


def _corrected(count: CorrectedCount | None, comments: int) -> str:
    if count is None:
        return "belum cukup"
    value, low, high = (percent(one / comments) for one in (count.corrected, count.low, count.high))
    return f"{value} ({low.removesuffix('%')}–{high})"


def _since(told: SinceLastRound | None) -> str:
    """The last round beside the one before, or why they are not compared."""
    if told is None:
        return ""
    before, after = escape(told.before), escape(told.after)
    if told.few:
        parts = [f"<p>{_FEW_IN_ROUND}</p>"]
    elif told.alone:
        parts = [f"<p>{_ALONE.format(escape('” dan “'.join(told.alone)))}</p>"]
    elif not told.clusters:
        parts = [f"<p>{_NONE_TOLD}</p>"]
    else:
        sure = [one for one in told.themes if one.sure]
        parts = [
            f"<p>{_SINCE.format(after, number(told.asked[1]), before, number(told.asked[0]))}</p>",
            _changes("Klaster", "Klaster yang dibandingkan", told.clusters),
            _changes("Tema", "Tema yang berubah", sure) if sure else "",
            f'<p class="note">{_themes_compared(len(told.themes), len(sure))}</p>',
            f'<p class="note">{_TESTED.format(len(told.clusters) + len(told.themes))}</p>',
        ]
    return f'<section class="card"><h2>Sejak putaran lalu</h2>{"".join(parts)}</section>'


def _themes_compared(compared: int, sure: int) -> str:
    if not compared:
        return _NO_THEME_COMPARED
    return (_THEMES_SURE if sure else _NO_THEME_SURE).format(number(compared))


def _changes(name: str, caption: str, compared: Iterable[Compared]) -> str:
    rows = [
        (
            one.theme.label if one.theme else one.section.title,
            _counted(one.difference.first),
            _counted(one.difference.second),
            f"{_verdict(one)}: {points(one.difference)}",
        )
        for one in compared
    ]
    names = (name, "Sebelumnya", "Terakhir", "Selisih (rentang 95%)")
    return table(caption, names, rows, kind="changes")


def _counted(share: Share) -> str:
    return f"{percent(share.value)} ({number(share.said)})"


def _verdict(one: Compared) -> str:
    if not one.sure:
        return "belum pasti"
    return "naik" if one.difference.value > 0 else "turun"


def _alerts(analysed: Analysis) -> str:
    levels = counting.alerts(analysed)
    rows = [(name, levels[level]) for level, name in _LEVELS.items()]
    return (
        f'<section class="card short"><h2>Untuk petugas perlindungan anak</h2><p>{_ALERTS}</p>'
        + table("Komentar yang perlu dibaca petugas", ("Tingkat", COUNT), rows, kind="plain")
        + "</section>"
    )


def _section(one: Section, scale: Scale, bands: Sequence[str]) -> str:
    large = [told for told in one.themes if not told.small]
    small = [told for told in one.themes if told.small]
    themes = f"{number(len(one.themes))} tema" if one.themes else "belum cukup untuk tema"
    line = f"{one.line} {number(one.count)} komentar, {themes}.".strip()
    if one.themes and one.without_theme:
        line += f" {number(one.without_theme)} komentar belum masuk tema."
    return (
        f'<section class="card" id="{one.home}" style="{_hue(one)}"><div class="head">{_mark(one)}'
        f"<div><h2>{escape(one.title)}</h2><p>{line}</p></div></div>"
        + (f'<p class="note">{scale.explained}</p>' if large else "")
        + "".join(_theme(told, scale) for told in large)
        + (_small_themes(small) if small else "")
        + (_who(one, bands) if one.count else "")
        + "</section>"
    )


def _theme(told: ToldTheme, scale: Scale) -> str:
    indicator = f'<p class="note">Indikator: {escape(told.indicator)}</p>' if told.indicator else ""
    quotes = "".join(
        f"<blockquote{_spoken_in(language)}>{escape(text)}</blockquote>"
        for text, language in told.quotes
    )
    return (
        f'<article class="theme"><h3>{escape(told.label)}</h3>{indicator}'
        f'<div class="measure">{scale.bar(told.share)}'
        f"<span><b>{number(told.count)}</b> komentar · {said(told.share)}</span></div>"
        + (quotes or f'<p class="note">{_NO_QUOTE}</p>')
        + (_words(told.words) if told.words else "")
        + "</article>"
    )


def _spoken_in(language: Language) -> str:
    """For who has the page read aloud."""
    return ' lang="jv"' if language is Language.JAVANESE else ""


def _words(words: Iterable[str]) -> str:
    listed = "".join(f"<li>{escape(word)}</li>" for word in words)
    return f'<ul class="words" aria-label="Kata kunci tema">{listed}</ul>'


def _small_themes(small: Sequence[ToldTheme]) -> str:
    rows: list[tuple[str, str, int]] = [
        (told.label, told.indicator or "tanpa indikator", told.count)
        for told in small[:_SMALL_THEMES]
    ]
    if rest := small[_SMALL_THEMES:]:
        rows.append((f"{number(len(rest))} tema lain", "", sum(told.count for told in rest)))
    names = ("Tema", "Indikator", COUNT)
    return table("Tema kecil", names, rows, kind="small themes", remark=_SMALL)


def _who(one: Section, bands: Sequence[str]) -> str:
    """Language and age of a section's comments, as far as they may be told."""
    if one.count < SMALLEST_GROUP:
        return f'<p class="note">{_TOO_FEW}</p>'
    named = {name: one.languages.get(key, 0) for key, name in _LANGUAGES.items()}
    groups = {"Bahasa": named}
    if bands:
        groups["Umur"] = {_years(band): one.ages.get(band, 0) for band in bands}
    shown = {name: counting.breakdown(counts) for name, counts in groups.items()}
    told = {name: counts for name, counts in shown.items() if any(counts.values())}
    tables = "".join(
        table(
            f"Menurut {name.lower()}",
            (name, COUNT),
            [(group, WITHHELD if count is None else count) for group, count in counts.items()],
            kind="small",
        )
        for name, counts in told.items()
    )
    notes = [_NOT_TAKEN_APART.format(name, number(one.count)) for name in shown if name not in told]
    if any(None in counts.values() for counts in told.values()):
        notes.append(_WITHHELD)
    return (f'<div class="who">{tables}</div>' if tables else "") + "".join(
        f'<p class="note">{note}</p>' for note in notes
    )


def _years(band: str) -> str:
    return band if band == counting.NO_AGE else f"{band} tahun"


def _unknown(texts: Mapping[str, int]) -> str:
    found = unknown_in(texts)
    told = f"{percent(found.share)} dari semua kata tidak ada di kamus aplikasi ini."
    listed = ""
    if found.words:
        names = ("Kata", COUNT)
        listed = table("Kata yang belum dikenal", names, found.words[:_UNKNOWN_WORDS], kind="plain")
    return (
        '<section class="card"><h2>Kata baru bagi kamus</h2>'
        f"<p>{told} {_UNKNOWN if found.words else _NO_UNKNOWN}</p>{listed}</section>"
    )


def _versions(versions: Mapping[str, str]) -> str:
    listed = table("Kamus, pustaka, dan pilihan", ("Nama", "Versi"), sorted(versions.items()))
    return (
        '<section class="card short"><h2>Bagaimana laporan ini dibuat</h2>'
        "<p>Dengan komentar dan versi yang sama, hasilnya selalu sama.</p>"
        f"<details><summary>Versi dan bilangan acak awal</summary>{listed}</details></section>"
    )


def _mark(one: Section) -> str:
    return f'<span class="mark">{escape(one.mark)}</span>'


def _linked(one: Section) -> str:
    title = escape(one.title)
    return f'<a href="#{one.home}">{title}</a>' if one.count or one.themes else title


def _hue(one: Section) -> str:
    return f"--hue:var(--{one.home.value if isinstance(one.home, Cluster) else 'lain'})"


def _period(written: Iterable[str]) -> str:
    """The first and last day of the dates that can be read, or nothing."""
    days = [found for one in set(written) if (found := day(one))]
    if not days:
        return ""
    first, last = min(days), max(days)
    if first == last:
        return _named(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_named(last)}"
    return f"{_named(first, year=first.year != last.year)} – {_named(last)}"


def _named(day: date, *, year: bool = True) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")
