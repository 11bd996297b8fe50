"""`python -m tests.mail [NAME …]`: the server among real mail servers and mail programs.

It installs what it needs (as root, on Debian), runs everything on the loopback address, and says
what was seen with which version. Without a program it fails and names it.
"""

import asyncio
import sys

if __name__ == "__main__":
    # Not at the top: the server's worker processes read this module, too, and need none of it.
    from tests.mail.real.trials import run

    sys.exit(asyncio.run(run(sys.argv[1:])))
