"""Structured logging: one JSON object a line on standard error."""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from types import ModuleType
from typing import cast


@contextmanager
def _absent(*names: str) -> Iterator[None]:
    """Hide modules from the imports inside the block, except those that are loaded already."""
    # With None in its place, an import raises ModuleNotFoundError, as if it were not installed.
    modules = cast("MutableMapping[str, ModuleType | None]", sys.modules)
    hidden = [name for name in names if name not in modules]
    modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            del modules[name]


# structlog loads them wherever they are installed, for coloured tracebacks and for gevent: 6 MB and
# a tenth of the time in which a server starts.
with _absent("rich", "greenlet"):
    import structlog


def configure(level: str) -> None:
    """Configure logging of the program and its libraries; called once, at start."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    renderer = structlog.processors.JSONRenderer()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared)
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Dropped connections are normal, and websockets logs each of them with a stack trace.
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
    # aiosmtpd logs the addresses of each letter, and at the level debug its words.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    logging.getLogger("aiohttp.server").addFilter(_is_relevant)


def _is_relevant(record: logging.LogRecord) -> bool:
    """Return False for malformed HTTP, which any client can send as often as it likes.

    aiohttp logs the received bytes, which may contain secrets.
    """
    error = record.exc_info[1] if record.exc_info else None
    return type(error).__module__ != "aiohttp.http_exceptions"
