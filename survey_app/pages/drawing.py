"""Small drawings in HTML that the pages share: numbers, bars, quotes, words. Everything escaped."""

import base64
from collections.abc import Callable, Sequence
from html import escape

import segno

from survey_app.gathering import Progress

SIGNED_OUT = (
    "<p class=sa-title>Anda belum masuk, atau sudah terlalu lama tidak dipakai.</p>"
    "<p class=sa-note>Masuk lagi untuk melanjutkan; yang sudah disimpan tidak hilang.</p>"
    "<p><a class=sa-link href=/masuk target=_self>Masuk</a></p>"
)
FEW = "–"  # stands where a number is withheld (store.counting)


def numbers(rows: Sequence[tuple[str, int | str, bool]]) -> str:
    """Numbers with their names below; the third value marks one that asks for attention."""
    cells = "".join(
        f"<div{' class=sa-help' if marked else ''}><dt>{escape(name)}</dt>"
        f"<dd>{escape(str(value))}</dd></div>"
        for name, value, marked in rows
    )
    return f"<dl class='sa-numbers'>{cells}</dl>"


def progress(counted: Progress) -> str:
    """How far the children of a gathering are: a path and its numbers, never an answer."""
    whole = max(counted.expected, counted.started, 1)
    shares = (
        ("sent", counted.sent),
        ("finished", counted.finished - counted.sent),
        ("answering", counted.started - counted.finished),
    )
    path = "".join(
        f"<i class={kind} style='width:{100 * count / whole:.1f}%'></i>" for kind, count in shares
    )
    return f"<div class=sa-path aria-hidden=true>{path}</div>" + numbers(
        (
            ("mulai", f"{counted.started} / {counted.expected}", False),
            ("sedang menjawab", counted.answering, False),
            ("selesai", counted.finished, False),
            ("terkirim lengkap", counted.sent, False),
            ("perlu dibantu", counted.needs_help, counted.needs_help > 0),
        )
    )


def bars(
    title: str,
    rows: Sequence[tuple[str, int | None]],
    *,
    name: Callable[[int], str] = str,
    hue: str,
) -> str:
    """A distribution as a table a screen reader can read; ``None`` is a withheld number."""
    largest = max((count or 0 for _, count in rows), default=0) or 1
    lines = "".join(
        f"<tr><th scope=row>{escape(label)}</th><td>{_bar(count, largest, name)}</td></tr>"
        for label, count in rows
    )
    return (
        f"<table class=sa-bars style='--hue:var(--{escape(hue)})'>"
        f"<caption>{escape(title)}</caption><tbody>{lines}</tbody></table>"
    )


def _bar(count: int | None, largest: int, name: Callable[[int], str]) -> str:
    if count is None:
        return f"<span class=sa-few>{FEW}</span>"
    return (
        f"<span class=sa-bar><i style='width:{70 * count / largest:.0f}%'></i>"
        f"<span>{escape(name(count))}</span></span>"
    )


def quotes(texts: Sequence[str], *, hue: str) -> str:
    """Children's masked words, exactly as they stand, as plain text."""
    return "".join(
        f"<blockquote class=sa-quote style='--hue:var(--{escape(hue)})'>{escape(text)}</blockquote>"
        for text in texts
    )


def words(texts: Sequence[str]) -> str:
    """Single words side by side."""
    return "<ul class=sa-words>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def cluster(mark: str, title: str, line: str, *, hue: str) -> str:
    """The head of a cluster's card: its roman number, its name, one line about it."""
    return (
        f"<div class=sa-cluster style='--hue:var(--{escape(hue)})'><b>{escape(mark)}</b>"
        f"<div><h2>{escape(title)}</h2><p>{escape(line)}</p></div></div>"
    )


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str, numbered: bool = False
) -> str:
    """A plain table of short texts; of a ``numbered`` one the first column is never broken."""
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    kind = "sa-table sa-numbered" if numbered else "sa-table"
    return (
        f"<table class='{kind}' aria-label='{escape(caption)}'><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def qr_svg(address: str) -> str:
    """A QR code as SVG text; error correction M survives a crease in the printed sheet."""
    code = segno.make(address, error="m")
    return str(code.svg_inline(scale=6, border=3, dark="#22302f", light="#ffffff", omitsize=True))


def code(text: str, address: str) -> str:
    """A gathering's code, large enough for the last row, and the address it belongs to."""
    return (
        f"<p class=sa-code>{escape(text)}</p>"
        f"<p class=sa-address>{escape(address.removeprefix('http://').removeprefix('https://'))}</p>"
    )


def who_is_here(name: str, role: str) -> str:
    """Who is signed in, and the way out: a plain form, so that it works without any script."""
    return (
        f"<p class=sa-who>{escape(name)}<small>{escape(role)}</small></p>"
        "<form method=post action=/keluar><button class=sa-out>Keluar</button></form>"
    )


def row(title: str, line: str) -> str:
    """One thing of a list: its name and one line about it."""
    head = f"<p class=sa-title>{escape(title)}</p>" if title else ""
    return f"{head}<p class=sa-note>{escape(line)}</p>"


def badge(word: str, *, hue: str, full: bool = False) -> str:
    """A word that sorts a thing: in its colour, or on it."""
    kind = "sa-badge sa-full" if full else "sa-badge"
    return f"<span class='{kind}' style='--hue:var(--{escape(hue)})'>{escape(word)}</span>"


def data_address(svg: str) -> str:
    """SVG text as the address of an image, so that nothing has to be fetched."""
    svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
