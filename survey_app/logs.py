"""What is written down when something fails: what kind and where, never a word of a child.

The message of an error may quote the row it failed on, and the row may be a child's answer. So a
fault goes into the log as its kind and place, under a number that the person in front of the screen
is told as well.
"""

import logging
import secrets
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

_FRAMES = 4  # the innermost: where it failed, and who asked for it

_log = logging.getLogger(__name__)


def log_fault(error: BaseException) -> str:
    """Write down what failed and where; return the number under which it stands there."""
    number = secrets.token_hex(3)
    _log.error("fault %s: %s", number, place_of(error))
    return number


def place_of(error: BaseException) -> str:
    """The kind of an error and the lines it came by, the innermost first; not its message."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames[-_FRAMES:]))
    return f"{type(error).__name__} at {where or 'an unknown place'}"


def keep_words_out() -> None:
    """From here on no error of this process is written with its message, whoever writes it.

    Streamlit, uvicorn and Python itself write whole traces, and a trace ends with the message.
    """
    make = logging.getLogRecordFactory()

    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = make(*args, **kwargs)
        if made.exc_info and made.exc_info[1] is not None:
            made.msg = f"{made.getMessage()}: {place_of(made.exc_info[1])}"
            made.args, made.exc_info = (), None
        return made

    logging.setLogRecordFactory(record)
    sys.excepthook = _ended
    threading.excepthook = _thread_ended


def _ended(_kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    if not isinstance(error, KeyboardInterrupt):
        log_fault(error)


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
        log_fault(ended.exc_value)
