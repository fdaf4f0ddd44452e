"""The player's files as they go over the wire.

F1  The page, its modules and its style sheet together weigh at most 26 KiB compressed.
F2  What is sent without comments is the same program as what stands in the repository.
F3  Every module asks for the others by their version, so a tablet keeps them for good.
F4  The page names every module before it is needed, holds no script of its own, and its texts
    cannot break out of it.
F5  The service worker keeps exactly the files of this version.
"""

import gzip
import json
import re
import subprocess
from pathlib import Path

from survey_app import player

FOLDER = Path(player.__file__).parent
QUERY = f"?v={player.asset_version()}"
# 40 KiB is the budget of the first load; the largest package shipped takes about 11 of them.
MOST_BYTES = 26 * 1024
_SAME_PROGRAM = """
import { treeOf } from "./tests/chrome70.mjs";
const bare = (node) => JSON.stringify(node, (key, value) =>
  ["start", "end", "range"].includes(key) ? undefined : value);
let text = "";
process.stdin.on("data", (part) => (text += part)).on("end", () => {
  const differing = JSON.parse(text).filter(({ kept, sent }) =>
    bare(treeOf(kept)) !== bare(treeOf(sent)));
  process.stdout.write(JSON.stringify(differing.map(({ name }) => name)));
});
"""


def modules() -> dict[str, str]:
    """The modules as they are sent."""
    return {
        name: asset.plain.decode() for name, asset in player.ASSETS.items() if name.endswith(".mjs")
    }


def test_weight() -> None:
    """F1: the first load leaves room for the questionnaire."""
    page = gzip.compress(player.shell().encode(), 9)
    assert sum(len(asset.compressed) for asset in player.ASSETS.values()) + len(page) <= MOST_BYTES
    for asset in player.ASSETS.values():
        assert gzip.decompress(asset.compressed) == asset.plain


def test_same_program() -> None:
    """F2: taking the comments out changes nothing a browser does."""
    pairs = [
        {"name": name, "kept": (FOLDER / name).read_text(), "sent": sent.replace(QUERY, "")}
        for name, sent in modules().items()
    ]
    assert all(len(pair["sent"]) < len(pair["kept"]) for pair in pairs)
    told = subprocess.run(
        ["node", "--input-type=module", "-e", _SAME_PROGRAM],
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert json.loads(told.stdout) == []


def test_modules_ask_by_version() -> None:
    """F3: no module is loaded twice, once with and once without its version."""
    for source in modules().values():
        for asked in re.findall(r'from "([^"]+)"', source):
            name, _, version = asked.removeprefix("./").partition("?v=")
            assert name in player.ASSETS
            assert version == player.asset_version()


def test_page() -> None:
    """F4: no waterfall, no inline script, no way out of the data block."""
    page = player.shell()
    for name in modules():
        assert f'<link rel="modulepreload" href="/isi/player/{name}{QUERY}">' in page
    assert "{{" not in page
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    data, module = scripts
    assert 'type="application/json"' in data[0]
    assert "<" not in data[1]
    assert set(json.loads(data[1])) == {"wording", "help_lines"}
    assert module[1] == ""


def test_service_worker() -> None:
    """F5: one version, all its files."""
    source = player.service_worker()
    assert f'const VERSION = "{player.asset_version()}"' in source
    files = re.search(r"const FILES = (\[.*?\]);", source)
    assert files
    assert sorted(json.loads(files[1])) == [f"/isi/player/{name}{QUERY}" for name in player.ASSETS]
