"""One harness under libFuzzer, led by which code an input reaches: `python -m tests.fuzz.guided`.

A process of its own, because libFuzzer ends the process that it runs in.
"""

import sys
from collections.abc import Callable

import atheris


def main(arguments: list[str]) -> None:
    """The name of a harness, then libFuzzer's own arguments; never returns."""
    name, *options = arguments
    with atheris.instrument_imports(include=["chatserver", "yarl", "zipfile", "jwt"]):
        from tests.fuzz.harnesses import HARNESSES
    run: Callable[[bytes], None] = HARNESSES[name].run
    atheris.Setup([sys.argv[0], *options], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
