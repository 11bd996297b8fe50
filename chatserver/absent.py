"""Libraries that others load wherever they are installed, and that a server has no use for."""

import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from types import ModuleType
from typing import cast


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """What is imported in here does not find these, unless they are loaded already."""
    # The documented way: None stands for a module that is not there.
    modules = cast("MutableMapping[str, ModuleType | None]", sys.modules)
    hidden = [name for name in names if name not in modules]
    modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            del modules[name]
