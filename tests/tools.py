"""Finds the commands that the documentation says to type, or installs them; `make tools`."""

import os
import shutil
import subprocess
import sys

PACKAGES = {"jq": "jq", "openssl": "openssl", "sha256sum": "coreutils"}


def main() -> int:
    """0 when all are there."""
    missing = [name for name in PACKAGES if shutil.which(name) is None]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        apt = ["apt-get", "--quiet", "--yes", "--no-install-recommends"]
        subprocess.run([*apt, "update"], check=False)
        subprocess.run([*apt, "install", *(PACKAGES[name] for name in missing)], check=False)
        missing = [name for name in missing if shutil.which(name) is None]
    if missing:
        print(f"The tests need {', '.join(missing)}. Please install that.", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
