"""The table of docs/data.md: what is kept, written from the code that holds it."""

import re

from survey_app.inventory import INVENTORY, Rule
from survey_app.settings import Settings

_BEGIN, _END = "<!-- inventory -->\n", "<!-- end of inventory -->\n"


def put_into(page: str) -> str:
    """The page with the table of today between its two marks."""
    lines = [
        "| what | why | kept | who sees it | law | tables |",
        "|---|---|---|---|---|---|",
        *(_line(rule, Settings()) for rule in INVENTORY),
    ]
    table = _BEGIN + "\n".join(lines) + "\n" + _END
    return re.sub(f"{_BEGIN}.*?{_END}", lambda _: table, page, flags=re.DOTALL)


def _line(rule: Rule, chosen: Settings) -> str:
    days = rule.days(chosen)
    kept = f"**{days} days** `{rule.variable}`" if days else "**as long as the app is used**"
    seen = f"{rule.readers}<br>{rule.seen.english}" if rule.shown_by else rule.seen.english
    names = ", ".join(f"`{name}`" for name in rule.tables)
    what = f"**{rule.what.ours}**<br>{rule.what.english}"
    cells = (what, rule.why.english, f"{kept}<br>{rule.counted.english}", seen, rule.law, names)
    return f"| {' | '.join(cells)} |"
