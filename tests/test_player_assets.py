"""The player's files as they go over the wire.

F1  The page, its program and its style sheet together weigh at most 24 KiB compressed.
F2  The one file that is sent is the same program as the modules in the repository.
F3  The page holds no script of its own, and its texts cannot break out of it.
F4  The service worker keeps exactly the files of this version.
F5  Any change of a file or a text makes another version.
"""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

from survey_app import player

FOLDER = Path(player.__file__).parent
ROOT = Path(__file__).parents[1]
QUERY = f"?v={player.asset_version()}"
# 40 KiB is the budget of the first load: the largest package shipped takes 12, headers 3.
MOST_BYTES = 24 * 1024
_STATEMENTS = """
import { treeOf } from "./tests/chrome70.mjs";
const bare = (node) => JSON.stringify(node, (key, value) =>
  ["start", "end", "range"].includes(key) ? undefined : value);
const statements = (source) => treeOf(source).body
  .filter((node) => node.type !== "ImportDeclaration")
  .map((node) => bare(node.type === "ExportNamedDeclaration" ? node.declaration : node));
let text = "";
process.stdin.on("data", (part) => (text += part)).on("end", () => {
  const { modules, joined } = JSON.parse(text);
  const kept = [].concat(...modules.map(statements));
  const sent = statements(joined);
  const same = JSON.stringify(kept.sort()) === JSON.stringify(sent.slice().sort());
  process.stdout.write(JSON.stringify({ same, kept: kept.length, sent: sent.length }));
});
"""


def test_weight() -> None:
    """F1: the first load leaves room for the questionnaire."""
    page = gzip.compress(player.shell().encode(), 9)
    assert sum(len(asset.compressed) for asset in player.ASSETS.values()) + len(page) <= MOST_BYTES
    for asset in player.ASSETS.values():
        assert gzip.decompress(asset.compressed) == asset.plain


def test_same_program() -> None:
    """F2: joining the modules keeps every statement; a name used twice would not parse."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.mjs")}
    told = subprocess.run(
        ["node", "--input-type=module", "-e", _STATEMENTS],
        input=json.dumps({"modules": list(sources.values()), "joined": player.joined()}),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    found = json.loads(told.stdout)
    assert found["same"], found
    assert player.joined() == player.ASSETS["player.mjs"].plain.decode()


def test_modules_in_order() -> None:
    """F2: a module stands after those it imports, and nothing is imported under another name."""
    joined = player.joined()
    assert not re.search(r"^import ", joined, re.MULTILINE)
    assert re.findall(r"^export .*", joined, re.MULTILINE) == [
        "export default function mount(element, options) {"
    ]
    for path in FOLDER.glob("*.mjs"):
        imports = re.findall(r"^import ([^;]*?) from", path.read_text("utf-8"), re.MULTILINE)
        assert all(" as " not in names and "{" in names for names in imports), path.name
    assert joined.index("function sha256(") < joined.index("class Outbox")


def test_page() -> None:
    """F3: no inline script, no place left open, no way out of the data block."""
    page = player.shell()
    assert f'<script type="module" src="/isi/player/player.mjs{QUERY}"></script>' in page
    assert f'<link rel="stylesheet" href="/isi/player/player.css{QUERY}">' in page
    assert "{{" not in page
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    (about, texts), module = scripts
    assert 'type="application/json"' in about
    assert "<" not in texts
    assert set(json.loads(texts)) == {"wording", "help_lines"}
    assert module[1] == ""


def test_service_worker() -> None:
    """F4: one version, all its files."""
    source = player.service_worker()
    assert f'const VERSION = "{player.asset_version()}"' in source
    files = re.search(r"const FILES = (\[.*?\]);", source)
    assert files
    assert sorted(json.loads(files[1])) == [
        f"/isi/player/player.css{QUERY}",
        f"/isi/player/player.mjs{QUERY}",
    ]


def test_version_follows_content() -> None:
    """F5: the version is made of everything that is sent, and of nothing that changes by itself."""
    assert re.fullmatch(r"[0-9a-f]{12}", player.asset_version())
    told = subprocess.run(
        [sys.executable, "-c", "from survey_app import player; print(player.asset_version())"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert told.stdout.strip() == player.asset_version()
