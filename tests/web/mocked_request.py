"""A request that no socket has carried, to a server with any settings."""

from collections.abc import Mapping

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from chatserver.settings_file import load_settings
from chatserver.web.app_keys import SERVICES, SETTINGS
from tests.services.backend import Backend

HOME = "192.0.2.1"


def request(
    headers: Mapping[str, str] | None = None, *, backend: Backend | None = None, **settings: object
) -> web.Request:
    """A request from `HOME` to a server with these settings."""
    app = web.Application()
    app[SETTINGS] = load_settings(None, **settings)
    if backend is not None:
        app[SERVICES] = backend.services
    made = make_mocked_request("POST", "/", headers=headers or {}, app=app)
    return made.clone(remote=HOME)
