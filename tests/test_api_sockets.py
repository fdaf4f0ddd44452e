"""How answers leave the machine.

K001 a connection taken on our port sends every piece of an answer at once
K002 sockets that do not listen, and files, are left alone, and nothing is left open
"""

import os
import socket
from pathlib import Path

from survey_app.api.sockets import answer_at_once


def sends_at_once(one: socket.socket) -> bool:
    return bool(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def open_files() -> set[str]:
    return set(os.listdir("/dev/fd"))


def test_a_connection_taken_later() -> None:
    """K001: Streamlit opens its port like this, without a protocol; asyncio then sets nothing."""
    with socket.socket(socket.AF_INET) as port:
        port.bind(("127.0.0.1", 0))
        port.listen()
        answer_at_once()
        with socket.create_connection(port.getsockname()), port.accept()[0] as taken:
            assert sends_at_once(taken)


def test_others_are_left_alone(tmp_path: Path) -> None:
    """K002: a connection of ours to somewhere keeps what it was made with, and stays open."""
    with socket.socket(socket.AF_INET) as port, (tmp_path / "file").open("w") as file:
        port.bind(("127.0.0.1", 0))
        port.listen()
        with socket.create_connection(port.getsockname()) as ours:
            before = open_files()
            answer_at_once()
            assert open_files() == before
            assert not sends_at_once(ours)
            ours.sendall(b"a")
            file.write("a")
