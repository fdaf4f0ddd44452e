"""A command in this process, with the streams, folder and environment of a process of its own.

Starting Python and loading what a command needs takes 1.5 s of processor, the command itself a few
milliseconds. What only a process shows (that it starts at all, prompts, signals) is tested in one.
"""

import io
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO
from unittest.mock import patch


def run_here(
    main: Callable[[], None],
    words: Sequence[str],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    typed: str | TextIO = "",
) -> "subprocess.CompletedProcess[str]":
    """Run ``main`` as a program of these words, with ``typed`` as its input; its whole output."""
    # In bytes, as pipes: a program may write to `sys.stdout.buffer`, and its text must be UTF-8.
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    source = io.StringIO(typed) if isinstance(typed, str) else typed
    given = os.environ if environment is None else environment
    with (
        patch.dict(os.environ, given, clear=environment is not None),
        patch.object(sys, "argv", ["suara", *words]),
        patch.object(sys, "stdin", source),
        chdir(folder or os.curdir),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = _code_of(main)
    said = [_text_of(one) for one in (out, err)]
    return subprocess.CompletedProcess(list(words), code, *said)


def _code_of(main: Callable[[], None]) -> int:
    """The exit code; of what a process would end with a trace for, with the trace."""
    try:
        main()
    except SystemExit as error:
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
            return 1
        return error.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _text_of(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]
