"""Install the commands that the documentation and the tests need; `make tools` runs this."""

import os
import shutil
import subprocess
import sys

PACKAGES = {
    "cc": ("gcc", "libc6-dev"),
    "jq": ("jq",),
    "nginx": ("nginx-light",),
    "openssl": ("openssl",),
    "pdfdetach": ("poppler-utils",),
    "sha256sum": ("coreutils",),
}


def main() -> int:
    """Return 0 if all of them are installed."""
    missing = _missing()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        apt = ["apt-get", "--quiet", "--yes", "--no-install-recommends"]
        subprocess.run([*apt, "update"], check=False)
        wanted = [package for name in missing for package in PACKAGES[name]]
        subprocess.run([*apt, "install", *wanted], check=False)
        missing = _missing()
    if missing:
        print(f"The tests need {', '.join(missing)}. Please install that.", file=sys.stderr)
    return 1 if missing else 0


def _missing() -> list[str]:
    # Debian keeps servers in /usr/sbin, which is not on every user's path.
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return [name for name in PACKAGES if shutil.which(name, path=path) is None]


if __name__ == "__main__":
    sys.exit(main())
