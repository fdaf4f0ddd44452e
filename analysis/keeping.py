"""Models learnt from the project's own files: trained on first use, then kept on disk."""

import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy
import scipy
import sklearn

from analysis.resources import versions

_Model = TypeVar("_Model")
# What results depend on besides our own files.
LIBRARIES = {
    "python": ".".join(map(str, sys.version_info[:2])),
    "numpy": numpy.__version__,
    "scipy": scipy.__version__,
    "scikit-learn": sklearn.__version__,
}


def kept(name: str, train: Callable[[], _Model]) -> _Model:
    """What ``train`` returns, from disk where it was trained before by the same code and tables.

    The file's name carries a hash of everything the model depends on, so a changed row of a table
    trains anew. A folder that cannot be written costs time, never a result.
    """
    path = _folder() / f"{name}-{fingerprint()}.pickle"
    with suppress(OSError, pickle.PickleError, EOFError, AttributeError, ImportError):
        if _is_ours(path):
            found: _Model = pickle.loads(path.read_bytes())  # noqa: S301  our own file, see above  # nosec B301
            return found
    model = train()
    with suppress(OSError, pickle.PickleError):
        _write(path, pickle.dumps(model, protocol=5))
    return model


def _folder() -> Path:
    """``SUARA_CACHE_DIR``, else this user's cache folder."""
    if chosen := os.environ.get("SUARA_CACHE_DIR"):
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(home) / "suara-anak"


def _is_ours(path: Path) -> bool:
    """A pickle runs code: it is opened only where nobody else may have put it."""
    status = path.stat()
    return not hasattr(os, "getuid") or (
        status.st_uid == os.getuid() and not status.st_mode & 0o022
    )


def _write(path: Path, content: bytes) -> None:
    """All or nothing: two processes may train at once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in path.parent.glob(f"{path.name.partition('-')[0]}-*.pickle"):
        old.unlink(missing_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as new:
        new.write(content)
    Path(new.name).replace(path)


@cache
def fingerprint() -> str:
    """A hash of everything results depend on: code, tables, Python and the libraries."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    digest.update(repr((versions(), LIBRARIES)).encode())
    return digest.hexdigest()[:16]
