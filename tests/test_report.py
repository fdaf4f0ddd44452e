"""The report a task force prints: one file that shows much and gives nobody away.

R001  one file: nothing is fetched, nothing runs, and the page itself forbids it
R002  whatever stands in the comments or the spreadsheet is text, never markup
R003  an urgent comment is a number and nothing else
R004  a comment of concern counts in its theme and is not quoted
R005  a theme of fewer than five comments is neither quoted nor named in a child's words
R006  language and age of fewer than ten comments are withheld and cannot be computed
R007  an age that is no age band, such as a birthday, is not printed
R008  without comments, or with urgent ones only, the report is friendly
R009  it prints on A4: no theme is torn apart, nothing depends on colour
R010  it is well formed: tags balanced, headings in order, tables and drawings named
R011  shares come with Wilson's 95 % interval
R012  rounds, dates and the number of comments stand below the title
R013  words the tables do not know are listed with the number of comments
R014  the versions of everything used, and the seed, stand in a closed box
R015  the command writes it beside its other files
R016  where gatherings are named the intervals know that children came in classes, and it is said
R017  two rounds are compared, many comparisons corrected, and one class is not taken for a round
R018  no number below ten of a round is told, nor can it be computed from the rest of the report
R019  a table of which every number would be withheld is a sentence that says why
R020  where comments were drawn by lot and reviewed, the clusters also stand without the machine's
      errors, urgent comments left out; a cluster of which too few were drawn says so
"""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise, product
from pathlib import Path

import pytest
from reported import CONCERN, URGENT, analysed, full_round, report, said, theme

from analysis import cli, journey
from analysis.comments import Analysis, Comment, CommentAnalysis, Language, Outcome, RandomSlice
from analysis.comparing import in_order
from analysis.counting import age_band, breakdown, heard, withheld
from analysis.quality.corrected import Reviewed, corrected_count
from analysis.quality.shares import share_by_gathering
from analysis.report import write_report
from analysis.rights import Cluster, IndicatorKey

VOID = {"meta", "rect", "line", "br"}


class Page(HTMLParser):
    """What a strict reader sees: every tag closed in order, headings, texts by tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """A tag closes: the one opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """A text and the tag it stands in."""
        if data.strip() and self.open:
            self.texts.append((self.open[-1], data.strip()))

    def named(self, tag: str) -> list[str]:
        """The texts in tags of this name."""
        return [text for holder, text in self.texts if holder == tag]


@pytest.fixture
def whole(tmp_path: Path) -> str:
    """The report of a round with something in every part."""
    comments, analysis = full_round()
    write_report(tmp_path / "report.html", comments, analysis)
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_one_file(whole: str) -> None:
    """R001: no address, no script, a policy that allows styles and nothing else."""
    assert "//" not in whole
    policy = next(a["content"] for _, a in Page(whole).tags if "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    for tag, attributes in Page(whole).tags:
        assert tag not in {"script", "link", "iframe", "object", "form"}
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]


def test_everything_is_text(tmp_path: Path) -> None:
    """R002: a comment, a round, a title and a word with markup in them."""
    nasty = "<script>alert('a')</script> & \"b\""
    voices = said(*[nasty] * 6)
    analysis = analysed(voices, theme(voices, words=("<b>x</b>",)))
    text = report(tmp_path, analysis, round="<img src=x>", age_band="<i>", date="<u>")
    write_report(tmp_path / "titled.html", (), analysis, title="$title <h1> & ${x}")
    titled = Page((tmp_path / "titled.html").read_text(encoding="utf-8"))
    assert nasty in "".join(Page(text).named("blockquote"))
    assert not {"script", "img", "i", "u"} & {tag for tag, _ in Page(text).tags}
    assert titled.named("h1") == ["$title <h1> & ${x}"]


def test_urgent_is_a_number(tmp_path: Path) -> None:
    """R003: not even where a theme names it, quotes it or took its phrase."""
    urgent = said(*["rahasiasekali dipukul"] * 6, alert=URGENT)
    heard = said(*["lampu mati"] * 6)
    analysis = analysed(
        [*urgent, *heard],
        theme([*urgent, *heard], words=("lampu",)),
        theme(urgent, phrase="rahasiasekali"),
    )
    text = report(tmp_path, analysis)
    assert "rahasia" not in text
    assert "pukul" not in text
    assert '<th scope="row">Mendesak</th><td class="number">6</td>' in text
    assert "<b>6</b> komentar · 100,0%" in text
    assert "<b>12</b> komentar" in text


def test_concern_counts_and_is_not_quoted(tmp_path: Path) -> None:
    """R004: nor does it name its theme."""
    voices = said(*["diejek bocahsitu"] * 5, alert=CONCERN) + said("saling ejek")
    text = report(tmp_path, analysed(voices, theme(voices)))
    assert "bocahsitu" not in text
    assert "<b>6</b> komentar" in text
    assert "Tidak dikutip" in text


@pytest.mark.parametrize("count", [1, 4])
def test_small_themes_are_not_quoted(tmp_path: Path, count: int) -> None:
    """R005: only words of the project's own tables, and the reason why."""
    voices = said(*["ibu di zxblar kangen"] * count)
    text = report(tmp_path, analysed(voices, theme(voices, words=("zxblar", "ibu", "rumah"))))
    assert "zxblar" not in text
    assert "kangen" not in text
    assert ">ibu, rumah</th>" in text
    assert f'<td class="number">{count}</td></tr></tbody></table><p class="note">' in text
    assert "Tidak dikutip" in text


def test_a_small_theme_called_by_its_words_shows_only_those_of_the_tables(tmp_path: Path) -> None:
    """R005: a label made of words is no safer than the words."""
    voices = said(*["kangen ibu di rumah zxblar"] * 4)
    called = theme(voices, phrase="zxblar, rumah, ibu", words=("zxblar", "ibu", "rumah"))
    text = report(tmp_path, analysed(voices, called))
    assert "zxblar" not in text
    assert ">ibu, rumah</th>" in text


def test_small_themes_keep_a_name_of_peoples_own(tmp_path: Path) -> None:
    """R005: what no child wrote gives no child away; five comments may speak for themselves."""
    voices = said(*["lampu mati"] * 4)
    assert "penerangan" in report(tmp_path, analysed(voices, theme(voices, phrase="penerangan")))
    voices = said(*["lampu mati"] * 5)
    assert Page(report(tmp_path, analysed(voices, theme(voices)))).named("blockquote")


def test_small_groups_are_withheld(tmp_path: Path) -> None:
    """R006: three in Javanese hide, and a second group with them."""
    voices = [
        *said(*["lampu"] * 40),
        *said(*["peteng"] * 3, language=Language.JAVANESE),
        *said(*["lampu peteng"] * 12, language=Language.MIXED),
    ]
    rows = dict(
        re.findall(
            r">(\w+)</th><td[^>]*>(?:<span[^>]*>)?([^<]*)<", report(tmp_path, analysed(voices))
        )
    )
    assert (rows["Indonesia"], rows["Jawa"], rows["Campuran"]) == ("40", "–", "–")


def test_a_table_of_nothing_is_a_sentence(tmp_path: Path) -> None:
    """R019: 17, 4 and 3: whoever sees the 17 knows that seven wrote otherwise."""
    voices = [
        *said(*["lampu"] * 17),
        *said(*["peteng"] * 4, language=Language.JAVANESE),
        *said(*["lampu peteng"] * 3, language=Language.MIXED),
    ]
    text = report(tmp_path, analysed(voices), age_band="10-12")
    assert "Menurut bahasa" not in text
    assert "Bahasa tidak ditampilkan: dari 24 komentar ini ada kelompok dengan kurang dari" in text
    assert '<th scope="row">10–12 tahun</th><td class="number">24</td>' in text


def test_few_comments_have_no_tables(tmp_path: Path) -> None:
    """R006: below ten comments the total itself says too much."""
    text = report(tmp_path, analysed(said(*["lampu"] * 9)), age_band="6-9")
    assert "Menurut" not in text
    assert "kurang dari 10 komentar" in text


def test_withheld_numbers_cannot_be_computed() -> None:
    """R006: whoever knows the total and the rule still has two possible numbers or more."""
    published: dict[tuple[int, tuple[int | None, ...]], list[tuple[int, ...]]] = {}
    for counts in product(range(41), repeat=3):
        if 10 <= sum(counts) <= 40:
            shown = tuple(breakdown(dict(zip("abc", counts, strict=True))).values())
            published.setdefault((sum(counts), shown), []).append(counts)
    for (_, shown), possible in published.items():
        assert all(value is None or value == 0 or value >= 10 for value in shown)
        for place, value in enumerate(shown):
            if value is None:
                assert len({counts[place] for counts in possible}) > 1, possible


@pytest.mark.parametrize(
    ("written", "band"),
    [
        ("10-12", "10–12"),
        ("10 – 12", "10–12"),
        ("11", "10–12"),
        ("17", "16–17"),
        ("", "tidak disebut"),
        ("2016-05-03", "tidak disebut"),
        ("9-13", "tidak disebut"),
        ("42", "tidak disebut"),
        ("9" * 9_999, "tidak disebut"),
        ("kelas 5", "tidak disebut"),
    ],
)
def test_age_bands(written: str, band: str) -> None:
    """R007: the four bands, or nothing."""
    assert age_band(written) == band


def test_a_birthday_is_not_printed(tmp_path: Path) -> None:
    """R007: in a column of ages either."""
    text = report(tmp_path, analysed(said(*["lampu"] * 30)), age_band="03/05/2016")
    assert "2016" not in text
    assert "Menurut umur" not in text


@pytest.mark.parametrize("urgent", [0, 3])
def test_nothing_to_show(tmp_path: Path, urgent: int) -> None:
    """R008: a sentence that says why and what next, in the same page."""
    page = Page(report(tmp_path, analysed(said(*["dipukul"] * urgent, alert=URGENT))))
    words = " ".join(text for _, text in page.texts)
    assert ("petugas" if urgent else "Kumpulkan jawaban anak") in words
    assert "dipukul" not in words
    assert page.named("h1") == ["Suara Anak: apa yang anak tulis"]


def test_print(whole: str) -> None:
    """R009: A4, themes and tables whole, paper white."""
    printed = whole[whole.index("@media print") :]
    assert "size: A4" in whole
    assert re.search(r"\.theme,[^}]*table[^}]*break-inside: avoid", printed)
    assert "background: #fff" in printed


def test_well_formed(whole: str) -> None:
    """R010: for readers of any kind."""
    page = Page(whole)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    tags = [tag for tag, _ in page.tags]
    assert tags.count("caption") == tags.count("table") > 5
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    assert all(
        attributes["role"] == "img" and attributes["aria-label"]
        for tag, attributes in page.tags
        if tag == "svg"
    )
    assert ("html", {"lang": "id"}) in page.tags
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    links = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    assert len(ids) == len(set(ids))
    assert links == {f"#{id}" for id in ids}


def test_javanese_is_read_as_javanese(whole: str) -> None:
    """R010: a screen reader is told which quotes are Javanese."""
    assert '<blockquote lang="jv">dalan peteng</blockquote>' in whole
    assert "<blockquote>lampu gang mati</blockquote>" in whole


def test_every_home_is_shown(whole: str) -> None:
    """R011: five clusters, outside and unsure, also those nobody wrote about."""
    shown = Page(whole).named("h2")
    assert {"Perlindungan khusus", "Di luar klaster", "Belum yakin"} <= set(shown)
    assert "Hak sipil dan kebebasan" in whole


def test_an_indicator_outside_the_clusters(tmp_path: Path) -> None:
    """R011: what asks for a by-law is outside the clusters, under its indicator."""
    voices = said(*["bikin perda anak"] * 12, cluster=None, outcome=Outcome.OUTSIDE)
    bylaw = theme(voices, cluster=None, indicator=IndicatorKey.PERDA_KLA)
    text = report(tmp_path, analysed(voices, bylaw))
    outside = text.partition('id="outside"')[2].partition("</section>")[0]
    assert "Indikator: Peraturan Daerah tentang KLA" in outside


def test_interval(tmp_path: Path) -> None:
    """R011: 10 of 100, as R. Newcombe (1998) gives it: 5.5 to 17.4 %."""
    voices = said(*["lampu"] * 10) + said(*["hm"] * 90, cluster=None, outcome=Outcome.UNSURE)
    assert '10,0% <span class="interval">(5,5–17,4%)</span>' in report(tmp_path, analysed(voices))


@pytest.mark.parametrize(
    ("dates", "period"),
    [
        (("2027-02-01", "2027-02-20"), "1–20 Februari 2027"),
        (("2027-02-01 08:30:00", "2027-05-02"), "1 Februari – 2 Mei 2027"),
        (("31/12/2026", "01/01/2027"), "31 Desember 2026 – 1 Januari 2027"),
        (("2027-02-01", "kemarin"), "1 Februari 2027"),
    ],
)
def test_period(tmp_path: Path, dates: tuple[str, str], period: str) -> None:
    """R012: as people write dates; what is no date is left out."""
    voices = said("a", "b")
    rows = [
        Comment(one.id, one.masked, date=day, round="Putaran 1")
        for one, day in zip(voices, dates, strict=True)
    ]
    write_report(tmp_path / "report.html", rows, analysed(voices))
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f'<p class="facts">Putaran 1 · {period} · <b>2</b> komentar</p>' in text


def test_unknown_words_are_listed(whole: str) -> None:
    """R013: the invented word of six comments."""
    assert '<th scope="row">zxqwtoing</th><td class="number">6</td>' in whole


def test_versions_are_kept_closed(whole: str) -> None:
    """R014: there for who asks."""
    box = whole[whole.index("<details>") : whole.index("</details>")]
    assert '<th scope="row">seed</th><td>7</td>' in box
    assert "bridge.tsv" in box


def test_the_command_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R015: `python -m analysis themes FILE --out FOLDER`."""
    _, analysis = full_round()
    monkeypatch.setattr(journey, "analyse", lambda comments, **options: analysis)
    (tmp_path / "in.csv").write_text("id,text\n1,lampu\n", encoding="utf-8")
    cli.themes(tmp_path / "in.csv", tmp_path / "out")
    assert "Lima klaster" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


Row = tuple[int, str, str, Cluster]  # comments, round, gathering, cluster


def in_rounds(folder: Path, *given: Row, date: str = "") -> str:
    """The report of so many comments a round, a gathering and a cluster."""
    comments, rows = [], []
    for row, (count, round_, gathering, cluster) in enumerate(given):
        for one in said(*[f"{cluster} {row}"] * count, cluster=cluster):
            comments.append(one)
            rows.append(Comment(one.id, one.masked, round=round_, gathering=gathering, date=date))
    by_cluster: dict[Cluster, list[CommentAnalysis]] = {}
    for one in comments:
        by_cluster.setdefault(one.clusters[0].cluster, []).append(one)
    themes = [
        theme(voices, cluster=cluster, phrase=f"tema {cluster}")
        for cluster, voices in by_cluster.items()
    ]
    write_report(folder / "report.html", rows, analysed(comments, *themes))
    return (folder / "report.html").read_text(encoding="utf-8")


def since(text: str) -> str:
    """The section about rounds."""
    start = text.index("<h2>Sejak putaran lalu</h2>")
    return text[start : text.index("</section>", start)]


def test_intervals_know_of_classes(tmp_path: Path) -> None:
    """R016: one class of three says it, so the interval is that of classes, and wider."""
    home, school = Cluster.KELUARGA, Cluster.PENDIDIKAN
    text = in_rounds(
        tmp_path, (20, "", "5A", home), (20, "", "5B", school), (18, "", "5C", school),
        (2, "", "5C", home),
    )  # fmt: skip
    expected = share_by_gathering(
        [True] * 20 + [False] * 38 + [True] * 2, ["5A"] * 20 + ["5B"] * 20 + ["5C"] * 20
    )
    shown = f"({100 * expected.low:.1f}–{100 * expected.high:.1f}%)".replace(".", ",")
    assert f'36,7% <span class="interval">{shown}</span>' in text
    assert "memperhitungkannya (3 pertemuan)" in text


@pytest.mark.parametrize(("gathering", "told"), [("", "tidak menyebut"), ("5A", "satu pertemuan")])
def test_intervals_say_what_they_do_not_know(tmp_path: Path, gathering: str, told: str) -> None:
    """R016: no gathering or a single one: Wilson's, and what that leaves out."""
    text = in_rounds(
        tmp_path, (10, "", gathering, Cluster.KELUARGA), (90, "", gathering, Cluster.PENDIDIKAN)
    )
    assert '10,0% <span class="interval">(5,5–17,4%)</span>' in text
    assert told in text


def test_what_changed_between_rounds(tmp_path: Path) -> None:
    """R017: 20 of 100, then 60 of 100, as cluster and as theme; the rest is said with care."""
    home, school = Cluster.KELUARGA, Cluster.PENDIDIKAN
    text = since(
        in_rounds(
            tmp_path, (20, "A", "", home), (80, "A", "", school), (60, "B", "", home),
            (40, "B", "", school),
        )
    )  # fmt: skip
    assert "“B” (100 komentar), dibandingkan dengan yang sebelumnya, “A” (100 komentar)" in text
    assert text.count("<td>20,0% (20)</td><td>60,0% (60)</td><td>naik: +40,0 (+26,") == 2
    assert text.count("<td>turun: −40,0 (") == 2
    assert ">tema keluarga</th>" in text
    assert "(Holm) untuk 4 perbandingan" in text


def test_no_change_is_no_news(tmp_path: Path) -> None:
    """R017: nine of forty more or less is chance; no theme is listed."""
    home, school = Cluster.KELUARGA, Cluster.PENDIDIKAN
    text = since(
        in_rounds(
            tmp_path, (20, "A", "", home), (20, "A", "", school), (24, "B", "", home),
            (16, "B", "", school),
        )
    )  # fmt: skip
    assert text.count("<td>belum pasti: ") == 2
    assert "Tema yang berubah" not in text
    assert "2 tema terbesar dibandingkan; tidak satu pun pasti berubah" in text


def test_a_loud_class_is_no_change(tmp_path: Path) -> None:
    """R017: the same numbers from few classes that each speak of one thing prove nothing."""
    home, school = Cluster.KELUARGA, Cluster.PENDIDIKAN
    classes = [(25, "A", f"A{i}", home if i == 0 else school) for i in range(4)]
    classes += [(25, "B", f"B{i}", school if i == 0 else home) for i in range(4)]
    assert since(in_rounds(tmp_path, *classes)).count("<td>belum pasti: ") == 2


def test_a_round_of_one_class_is_not_compared(tmp_path: Path) -> None:
    """R017: nobody can tell the class from the round."""
    text = in_rounds(
        tmp_path, (40, "A", "5A", Cluster.KELUARGA), (40, "B", "5B", Cluster.PENDIDIKAN)
    )
    assert "Tidak dibandingkan: “A” dan “B” hanya terdiri dari satu pertemuan" in since(text)
    assert "%" not in since(text)


@pytest.mark.parametrize("second", ["", "A"])
def test_one_round_has_no_past(tmp_path: Path, second: str) -> None:
    """R017: comments without a round are no round."""
    text = in_rounds(
        tmp_path, (40, "A", "", Cluster.KELUARGA), (40, second, "", Cluster.PENDIDIKAN)
    )
    assert "Sejak putaran lalu" not in text


def test_rounds_are_in_the_order_of_their_days() -> None:
    """R017: whatever their names and rows; without days as they stand."""
    later, sooner = Comment("1", "a", round="A", date="2027-03-04"), Comment("2", "b", round="B")
    assert in_order([later, sooner, Comment("3", "")]) == ["A", "B"]
    assert in_order([later, Comment("2", "b", round="B", date="12/10/2026")]) == ["B", "A"]


def test_few_of_a_round_are_not_told(tmp_path: Path) -> None:
    """R018: three of the first round; the cluster is left out, and a second one with it."""
    home, school, health = Cluster.KELUARGA, Cluster.PENDIDIKAN, Cluster.KESEHATAN
    text = since(
        in_rounds(
            tmp_path, (3, "A", "", home), (50, "A", "", school), (40, "A", "", health),
            (30, "B", "", home), (50, "B", "", school), (20, "B", "", health),
        )
    )  # fmt: skip
    assert len(re.findall(r'<th scope="row">', text)) == 1
    assert "tema" not in text[: text.index("tema terbesar")].lower().replace("putaran", "")
    assert "(3)" not in text


def test_a_round_of_few_is_not_taken_apart(tmp_path: Path) -> None:
    """R018: nine comments are no round."""
    text = in_rounds(tmp_path, (9, "A", "", Cluster.KELUARGA), (40, "B", "", Cluster.PENDIDIKAN))
    assert "kurang dari 10 komentar" in since(text)
    assert "%" not in since(text)


def test_urgent_is_in_no_round(tmp_path: Path) -> None:
    """R003, R017: the numbers of the rounds are those of the rest."""
    calm, urgent = said(*["lampu"] * 20), said(*["dipukul"] * 4, alert=URGENT)
    rows = [Comment(one.id, one.masked, round="AB"[i % 2]) for i, one in enumerate(calm + urgent)]
    spread = heard(rows, analysed([*calm, *urgent])).spread
    assert spread == {("A", ""): 10, ("B", ""): 10}


def test_numbers_of_rounds_cannot_be_computed() -> None:
    """R018: three groups in two rounds, with all totals known: two possible numbers or more."""
    sizes = (0, 4, 9, 10, 13)
    rounds = [pair for pair in product(sizes, repeat=2) if sum(pair)]
    for groups in product(rounds, repeat=3):
        counts = dict(zip("abc", groups, strict=True))
        totals = [sum(column) for column in zip(*groups, strict=True)]
        hidden = withheld(counts)
        shown = [counts[group] for group in counts if group not in hidden]
        assert all(number == 0 or number >= 10 for numbers in shown for number in numbers)
        if min(totals) < 10 or not hidden or len(hidden) == len(counts):
            continue
        rest = [total - sum(c) for total, c in zip(totals, zip(*shown, strict=True), strict=True)]
        for group in hidden:
            least = max(0, sum(counts[group]) - rest[1])
            assert least < min(sum(counts[group]), rest[0]), counts


def drawn_by_lot(every: int) -> Analysis:
    """300 comments, every so many reviewed; the machine takes ten of school for family."""
    family, school = said(*["lampu"] * 100), said(*["kipas"] * 200, cluster=Cluster.PENDIDIKAN)
    urgent = said(*["dipukul"] * 30, alert=URGENT)
    machine = [Cluster.KELUARGA] * 110 + [Cluster.PENDIDIKAN] * 190 + [Cluster.KELUARGA] * 30
    people = {one.id: one.clusters[0].cluster for one in [*family, *school, *urgent][::every]}
    return replace(analysed([*family, *school, *urgent]), random_slice=RandomSlice(people, machine))


def test_clusters_without_the_errors_of_the_machine(tmp_path: Path) -> None:
    """R020: Rogan and Gladen's share beside the raw one, of what is not urgent."""
    text = report(tmp_path, drawn_by_lot(2)).partition("Tanpa kekeliruan mesin</h2>")[2]
    pairs = [(True, True)] * 50 + [(True, False)] * 5 + [(False, False)] * 95
    reviewed = [Reviewed(machine, person) for machine, person in pairs]
    count = corrected_count(110, comments=300, reviewed=reviewed)
    value, low, high = (100 * one / 300 for one in (count.corrected, count.low, count.high))
    shown = f"<td>36,7%</td><td>{value:.1f}% ({low:.1f}–{high:.1f}%)</td>".replace(".", ",")
    assert shown in text
    assert value == pytest.approx(100 / 3, abs=0.1)
    assert "Dari 150 komentar yang dipilih acak" in text
    assert text.partition("</section>")[0].count("<td>belum cukup</td>") == 3


def test_too_few_drawn_by_lot(tmp_path: Path, whole: str) -> None:
    """R020: nine comments say nothing; where nobody drew any there is no such card."""
    card = report(tmp_path, drawn_by_lot(12)).partition("Tanpa kekeliruan mesin</h2>")[2]
    assert card.partition("</section>")[0].count("<td>belum cukup</td>") == 5
    assert "kurang dari 20 komentar" in card
    assert "Tanpa kekeliruan mesin" not in whole
