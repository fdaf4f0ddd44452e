"""What every test may ask for: an empty database of each kind, and a class waiting in it."""

import gc
import os
import shutil
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from classroom import every_type, opened_gathering
from databases import MISSING, PostgresServer, binaries, postgres_server
from httpx._transports import default

from survey_app import passwords
from survey_app.gathering import Gathering
from survey_app.questionnaire import Questionnaire
from survey_app.store import Store
from survey_app.store.responses import Intake
from survey_app.store.tables import Installation

# Models learnt from the project's files are trained once for all tests, not in somebody's home.
os.environ.setdefault(
    "SUARA_CACHE_DIR", str(Path(__file__).parent.parent / ".pytest_cache" / "models")
)
# Each program a test starts finds compiled what those before it have loaded.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

_NUMBERS = count(1)
_JOURNEYS = Path(__file__).parent / "journeys"
# The first learns the models, and others need them only when it has.
_LONGEST = (
    *("test_scoring", "test_server", "test_cli"),
    *("test_analysis_cli", "test_batches", "test_review", "test_corrections", "test_refit"),
    *("test_loss_network", "test_staff_pages", "test_player_access", "test_theme_changes"),
    *("test_loss_tablet", "test_loss_next_child", "test_alerts", "test_loss_server"),
    *("test_player_child", "test_stored_script", "test_loss_killed", "test_bad_input"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys come last, and of both kinds first what takes long.

    The browser's driver keeps an event loop running in this thread until the run ends: a test
    after it that runs a loop of its own would fail. A long file begun last would keep one worker
    busy while the others have nothing left to do.
    """
    place = {name: number for number, name in enumerate(_LONGEST)}
    items.sort(
        key=lambda item: (_JOURNEYS in item.path.parents, place.get(item.path.stem, len(place)))
    )


def pytest_collection_finish() -> None:
    """What is loaded by now stays: it need not be searched for garbage after each page drawn."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def real_cost() -> Iterator[int]:
    """What a password costs outside this process: here its hash takes 16 KiB instead of 32 MiB."""
    with pytest.MonkeyPatch.context() as patched:
        real = passwords._COST
        patched.setattr(passwords, "_COST", 2**4)
        yield real


@pytest.fixture(scope="session", autouse=True)
def certificates_are_read_once() -> Iterator[None]:
    """Each new client of httpx would read the world's authorities again: 30 ms of processor."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(default, "create_ssl_context", cache(default.create_ssl_context))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One private PostgreSQL for the whole run, with a template of the newest schema."""
    programs = binaries()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with postgres_server(programs) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PostgreSQL database with the newest schema, to be copied."""
    url = postgres.create("suara_template")
    _make_template(url, tmp_path_factory.mktemp("template"))
    return "suara_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    _make_template(f"sqlite:///{folder}/suara.db", folder)
    return folder / "suara.db"


def _make_template(url: str, folder: Path) -> None:
    """The newest schema, and no key: every test's database gets one of its own."""
    store = Store.open(url, data_dir=folder)
    with store.writing() as connection:
        connection.execute(sa.delete(Installation))
    store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "suara.db")
        yield f"sqlite:///{tmp_path}/suara.db"
        return
    server = request.getfixturevalue("postgres")
    name = f"suara_{next(_NUMBERS)}"
    yield server.create(name, template=request.getfixturevalue("postgres_template"))
    server.drop(name)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """The folder with the installation's secret."""
    return tmp_path / "data"


@pytest.fixture
def store(database_url: str, data_dir: Path) -> Iterator[Store]:
    """An empty store on each kind of database."""
    opened = Store.open(database_url, data_dir=data_dir)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path, data_dir: Path) -> Iterator[Store]:
    """An empty store on SQLite only, for what does not depend on the database."""
    shutil.copy(sqlite_template, tmp_path / "suara.db")
    opened = Store.open(f"sqlite:///{tmp_path}/suara.db", data_dir=data_dir)
    yield opened
    opened.close()


@pytest.fixture
def questionnaire() -> Questionnaire:
    """One question of every type, in both languages."""
    return Questionnaire.model_validate(every_type())


@pytest.fixture
def gathering(store: Store, questionnaire: Questionnaire, tmp_path: Path) -> Gathering:
    """An open gathering of a round, asking every type of question."""
    return opened_gathering(store, questionnaire, tmp_path)


@pytest.fixture
def intake(store: Store) -> Iterator[Intake]:
    """The writer of the store."""
    writer = Intake(store)
    yield writer
    writer.close()
