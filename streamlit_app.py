"""The whole app: ``streamlit run streamlit_app.py`` starts the children's door and the staff's.

The children's door is the light page at ``/`` and ``/isi/<kode>`` with its API; the staff's are
Streamlit pages that ``survey_app/pages/door.py`` draws, each at its own address behind ``/masuk``.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

import streamlit as st
from streamlit import config

from survey_app import api, logs, settings
from survey_app.errors import SettingsError
from survey_app.pages.frame import show_fault
from survey_app.settings import Settings

HERE = Path(__file__).resolve().parent
logs.keep_words_out()
try:
    SETTINGS = settings.load()
except SettingsError as error:
    sys.exit(str(error))
SERVICE = api.Service(SETTINGS)


def _listen_where_told() -> None:
    """Start once more with the port and address of ``SUARA_*``, where Streamlit chose its own.

    Streamlit opens its port before it reads this file. Its own flags and variables win; ``suara
    run`` passes them, so nothing starts twice there.
    """
    usual = Settings()
    told = {
        f"server.{name}": value
        for name, value, usually in (
            ("port", SETTINGS.port, usual.port),
            ("address", SETTINGS.host, usual.host),
        )
        if value != usually and not config.is_manually_set(f"server.{name}")
    }
    if told and config._server_mode == "starlette-app":  # started by `streamlit run`
        for descriptor in range(3, 64):  # the socket on the other port must not live on
            with suppress(OSError):
                os.set_inheritable(descriptor, False)
        flags = [f"--{name}={value}" for name, value in told.items()]
        os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", __file__, *flags])  # noqa: S606  # nosec B606


_listen_where_told()
app = st.App(
    HERE / "survey_app" / "pages" / "door.py",
    lifespan=SERVICE.running,
    routes=api.routes(SERVICE),
    middleware=api.middleware(SERVICE, front_end=Path(st.__file__).parent / "static"),
    exception_handlers=api.exception_handlers(),
    on_script_error=show_fault,
)
