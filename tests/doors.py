"""The app's own routes behind the shield, on a real socket, in a thread of the test."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import streamlit
import uvicorn
from starlette.applications import Starlette

from survey_app import api
from survey_app.settings import Settings
from survey_app.store import Store

FRONT_END = Path(streamlit.__file__).parent / "static"


class Doors:
    """A running server, a browser for it, and the service behind it."""

    def __init__(
        self, service: api.Service, url: str, *, verify: ssl.SSLContext | bool = True
    ) -> None:
        self.service = service
        self.url = url
        self.browser = httpx.Client(base_url=url, timeout=30, verify=verify)

    @property
    def store(self) -> Store:
        """The database behind the doors."""
        return self.service.store

    def post(self, address: str, body: object, **options: object) -> httpx.Response:
        """One request as the player makes it."""
        return self.browser.post(address, json=body, **options)  # type: ignore[arg-type]


def app_before(service: api.Service) -> Starlette:
    """Our routes behind the shield, with nothing of Streamlit behind them."""
    return Starlette(
        routes=api.routes(service),
        middleware=api.middleware(service, front_end=FRONT_END),
        exception_handlers=dict(api.exception_handlers()),
        lifespan=service.running,
    )


@contextmanager
def opened_doors(settings: Settings, *, certificate: Path | None = None) -> Iterator[Doors]:
    """The routes as ``streamlit_app.py`` puts them together, without Streamlit behind them.

    With a ``certificate`` for localhost they speak HTTPS.
    """
    service = api.Service(settings, screening=False)
    app = app_before(service)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, lifespan="on", ssl_certfile=certificate
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="doors")
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        if certificate:
            trusted = ssl.create_default_context(cafile=certificate)
            doors = Doors(service, f"https://localhost:{port}", verify=trusted)
        else:
            doors = Doors(service, f"http://127.0.0.1:{port}")
        yield doors
        doors.browser.close()
    finally:
        server.should_exit = True
        thread.join()
