"""Promises of the layout: what may import what.

Y001  A module of the app imports only what stands above it in the order of docs/architecture.md.
Y002  Streamlit stays in the app file, player and pages; SQL in the store; routes at the door.
Y003  The analysis knows nothing of the app; the app knows of the analysis through `review` only.
Y004  Every module opens with its purpose, and none is much longer than 400 lines.
Y005  A step of the analysis imports only steps before it.
Y006  SQL in words is written out; none is put together, so nothing but parameters can come in.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = (
    "errors",
    "logs",
    "mail",
    "oidc",
    "settings",
    "wording",
    "places",
    "questionnaire",
    "answers",
    "consent",
    "passwords",
    "people",
    "inventory",
    "rights_document",
    "inventory_document",
    "gathering",
    "store",
    "retention",
    "safeguarding",
    "sampling",
    "screening",
    "notices",
    "review",
    "evidence",
    "player",
    "api",
    "pages",
    "demo",
    "cli",
)
ANALYSIS = (
    "errors",
    "memory",
    "rights",
    "resources",
    "standing",
    "comments",
    "sheets",
    "reading",
    "corrections",
    "events",
    "keeping",
    "pieces",
    "words",
    "languages",
    "name_words",
    "spotting",
    "naming",
    "persons",
    "sentences",
    "names",
    "unknown",
    "contacts",
    "homes",
    "privacy",
    "recalling",
    "reviewing",
    "colleagues",
    "teaching",
    "openers",
    "phrases",
    "safety",
    "vectors",
    "lessons",
    "mapping",
    "placing",
    "groups",
    "joining",
    "answers",
    "labels",
    "themes",
    "members",
    "refitting",
    "finding",
    "batches",
    "journey",
    "quality",
    "counting",
    "comparing",
    "unbiased",
    "drawing",
    "report",
    "writing",
    "scoring",
    "explaining",
    "agreeing",
    "changes",
    "cli",
)
LONGEST = 440  # "about 400", with room for a docstring
SOURCES = sorted(
    path
    for folder in ("survey_app", "analysis")
    for path in (ROOT / folder).rglob("*.py")
    if "versions" not in path.parts
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _imports(path: Path) -> Iterator[str]:
    """Everything a file imports, also inside functions, as dotted names."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (start, node.module or "") if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _part(dotted: str, package: str = "survey_app", order: tuple[str, ...] = ORDER) -> str | None:
    """The module of a package that a dotted name belongs to, or None."""
    parts = dotted.split(".")
    return parts[1] if parts[0] == package and len(parts) > 1 and parts[1] in order else None


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_imports_point_upwards(path: Path) -> None:
    """Y001, Y003: from the child's words downwards to the pages, never back."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] == "analysis":
        wrong = [name for name in _imports(path) if name.split(".")[0] == "survey_app"]
    elif parts[1] == "__init__":
        wrong = list(_imports(path))
    else:
        assert parts[1] in ORDER, f"{parts[1]} has no place in the order"
        below = ORDER[ORDER.index(parts[1]) + 1 :]
        wrong = [name for name in _imports(path) if _part(name) in below]
    assert wrong == []


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.is_relative_to(ROOT / "analysis")], ids=_name
)
def test_the_steps_of_the_analysis_point_upwards(path: Path) -> None:
    """Y005: a step knows what comes before it; the front door and the command know the last."""
    name = path.relative_to(ROOT / "analysis").with_suffix("").parts[0]
    if name in ("__init__", "__main__"):
        return
    assert name in ANALYSIS, f"{name} has no place in the order"
    below = ANALYSIS[ANALYSIS.index(name) + 1 :]
    wrong = [one for one in _imports(path) if _part(one, "analysis", ANALYSIS) in below]
    assert wrong == []


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("streamlit", {"player", "pages"}),
        ("sqlalchemy", {"store"}),
        ("alembic", {"store"}),
        ("psycopg", {"store"}),
        ("starlette", {"player", "api"}),
        ("httpx", {"oidc"}),
        ("joserfc", {"oidc"}),
        ("sklearn", set()),
    ],
)
def test_libraries_have_their_place(library: str, allowed: set[str]) -> None:
    """Y002: a reader of the rest needs to know none of them."""
    wrong = [
        _name(path)
        for path in SOURCES
        if path.is_relative_to(ROOT / "survey_app")
        and path.relative_to(ROOT).with_suffix("").parts[1] not in allowed
        and any(name.split(".")[0] == library for name in _imports(path))
    ]
    assert wrong == []


def test_the_analysis_has_one_door() -> None:
    """Y003: facts about children's rights may be read anywhere, the rest by `review` only."""
    wrong = {
        _name(path): name
        for path in SOURCES
        if path.is_relative_to(ROOT / "survey_app") and path.stem != "review"
        for name in _imports(path)
        if name.split(".")[0] == "analysis"
        and name != "analysis"
        and not name.startswith("analysis.rights")
    }
    assert wrong == {}


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    """Y004: one sentence first, and short enough to be read in one sitting."""
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= LONGEST


# Names of our own tables: statements that pack them anew take no parameters.
PUT_TOGETHER = {
    "survey_app/store/sealing.py": ["VACUUM FULL {tables}"],
    "survey_app/store/space.py": ["VACUUM {tables}"],
}
IN_WORDS = {"text", "exec_driver_sql", "literal_column", "DDL", "executescript"}


def test_sql_in_words_is_written_out() -> None:
    """Y006: every statement in words, in the whole app, is one constant text."""
    found: dict[str, list[str]] = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if _is_sql(node, path) and not _is_constant(node.args[0]):
                found.setdefault(_name(path), []).append(ast.unparse(node.args[0]).strip("f'"))
    assert found == PUT_TOGETHER


def _is_sql(node: ast.AST, path: Path) -> bool:
    """A call that takes SQL in words, or a driver's own ``execute`` with something put together."""
    if not isinstance(node, ast.Call) or not node.args or "store" not in path.parts:
        return False
    called = (
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    )
    built = isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    return called in IN_WORDS or (called in ("execute", "executemany", "scalar") and built)


def _is_constant(words: ast.expr) -> bool:
    """A text that stands in the code, or a choice among such."""
    if isinstance(words, ast.IfExp):
        return _is_constant(words.body) and _is_constant(words.orelse)
    if isinstance(words, ast.Subscript):  # a table of whole statements
        return isinstance(words.value, ast.Name) and words.value.id.isupper()
    return isinstance(words, ast.Constant)
