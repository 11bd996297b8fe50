"""`python run.py` is `python -m chatserver`: the server, or one of its commands."""

import sys

from chatserver.cli import main

if __name__ == "__main__":
    sys.exit(main())
