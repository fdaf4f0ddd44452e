"""The sheet a facilitator prints: the code in big letters, the QR, three lines of instruction."""

from html import escape

from analysis.rights import help_lines
from survey_app.gathering import Gathering
from survey_app.pages.drawing import qr_svg

_SHEET = """<!doctype html>
<html lang="id"><head><meta charset="utf-8"><title>Kode pertemuan {code}</title>
<style>
@page {{ size: A4; margin: 18mm; }}
body {{ font-family: system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: #22302f;
  text-align: center; margin: 0; }}
h1 {{ font-size: 20pt; margin: 6mm 0 1mm; }}
p {{ font-size: 13pt; margin: 1mm 0; }}
.code {{ font: 700 64pt ui-monospace, "DejaVu Sans Mono", monospace; letter-spacing: .12em;
  margin: 8mm 0 4mm; }}
svg {{ width: 82mm; height: 82mm; }}
.address {{ font-size: 17pt; overflow-wrap: anywhere; }}
ol {{ display: inline-block; text-align: left; font-size: 16pt; line-height: 1.7;
  margin: 8mm 0 0; }}
footer {{ margin-top: 10mm; font-size: 11pt; }}
</style></head><body>
<h1>{title}</h1><p>{venue}</p>
<p class="code">{code}</p>
{qr}
<p class="address">{address}</p>
<ol><li>Pindai gambar kotak, atau buka alamat di atas.</li>
<li>Ketik kode besar itu kalau diminta.</li>
<li>Jawab dengan caramu sendiri. Boleh melewati, boleh berhenti.</li></ol>
<footer>Suara Anak · butuh teman bicara? {help}</footer>
</body></html>
"""


def sheet(gathering: Gathering, *, address: str) -> str:
    """A self-contained HTML page on one A4 sheet; prints without any network."""
    return _SHEET.format(
        title=escape(gathering.title),
        venue=escape(gathering.venue),
        code=escape(gathering.code),
        address=escape(address),
        qr=qr_svg(address),
        help=escape(" · ".join(f"{line.name}: telepon {line.phone}" for line in help_lines())),
    )
