"""Answers leave at once: a socket option that Streamlit leaves out when it opens its port."""

import os
import socket
import stat
from contextlib import closing, suppress

_MOST_FILES = 256  # Streamlit opens its port before nearly everything else


def answer_at_once() -> None:
    """Set ``TCP_NODELAY`` on every socket this process listens on; accepted ones inherit it.

    uvicorn writes the head and the body of an answer one after the other. Streamlit 1.67 makes its
    socket with protocol 0, for which asyncio does not set the option, so the kernel held each body
    back until the head was acknowledged: 43 ms for every file on a kept connection.
    """
    for number in filter(_is_socket, range(3, _MOST_FILES)):
        with suppress(OSError), closing(socket.socket(fileno=os.dup(number))) as one:
            if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _is_socket(number: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:  # nothing is open under this number
        return False
