"""Runs one harness under libFuzzer, which is guided by the code coverage of each input.

`python -m tests.fuzz.libfuzzer_process HARNESS` is a process of its own, because libFuzzer ends
the process that it runs in.
"""

import sys
from collections.abc import Callable

import atheris


def main(arguments: list[str]) -> None:
    """Run a harness; the arguments are its name and then libFuzzer's own. Never returns."""
    name, *options = arguments
    # Only modules imported in this block are measured: hence the import inside it.
    with atheris.instrument_imports(include=["chatserver", "yarl", "zipfile", "jwt"]):
        from tests.fuzz.harnesses import HARNESSES
    run: Callable[[bytes], None] = HARNESSES[name].run
    atheris.Setup([sys.argv[0], *options], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
