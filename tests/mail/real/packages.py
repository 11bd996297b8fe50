"""Installs the mail programs that the tests need, or says which of them there are not.

Postfix, Dovecot and the mail clients are installed. Debian lets one mail server be installed at a
time, so the others are unpacked into a folder and run from there.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

INSTALLED: Mapping[str, Sequence[str]] = {
    "postfix": ("postfix",),
    "dovecot": ("dovecot-imapd", "dovecot-lmtpd", "dovecot-sieve"),
    "swaks": ("swaks",),
    "mutt": ("mutt",),
    "s-nail": ("s-nail",),
    "alpine": ("alpine", "tmux"),
    "opendkim": ("opendkim", "python3-dkim"),
    "opendmarc": ("opendmarc", "dnsmasq-base"),
}
UNPACKED: Mapping[str, Sequence[str]] = {
    "exim": ("exim4-daemon-light", "exim4-base"),
    "sendmail": ("sendmail-bin", "sendmail-cf"),
    "opensmtpd": ("opensmtpd",),
}
"""Mail servers that would replace the installed one."""

LIBRARIES = ("m4", "libsasl2-2", "libgnutls-dane0", "libevent-2.1-7", "libwrap0", "liblmdb0")
"""Libraries and tools of the unpacked ones."""

ACCOUNTS = ("Debian-exim", "opensmtpd", "opensmtpq")
"""Users that the unpacked ones insist on by name."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The versions of what is there by name, and the folder of the unpacked mail servers."""

    versions: Mapping[str, str]
    folder: Path

    @property
    def missing(self) -> list[str]:
        """The names of the programs that could not be had."""
        return [name for name in (*INSTALLED, *UNPACKED) if name not in self.versions]


def install(folder: Path) -> Programs:
    """Install or unpack what is missing; the unpacked programs lie below `folder`."""
    packages = [each for names in INSTALLED.values() for each in names] + [*LIBRARIES]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return Programs(_versions(), folder)
    if any(_installed_version(each) is None for each in packages):
        _apt("update")
        # No package may start its server: the tests run their own, with their own settings.
        policy = Path("/usr/sbin/policy-rc.d")
        is_ours = not policy.exists()
        if is_ours:
            policy.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
            policy.chmod(0o755)
        _apt("install", *packages)
        if is_ours:
            policy.unlink()
    for account in ACCOUNTS:
        subprocess.run(["useradd", "--system", account], check=False, capture_output=True)
    for names in UNPACKED.values():
        _unpack(names, folder)
    return Programs(_versions(), folder)


def _apt(*arguments: str) -> None:
    options = ["--quiet", "--yes", "--no-install-recommends"]
    variables = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(
        ["apt-get", *options, *arguments], check=False, env=variables, stdout=subprocess.DEVNULL
    )


def _unpack(packages: Sequence[str], folder: Path) -> None:
    downloads = folder / "packages"
    downloads.mkdir(parents=True, exist_ok=True)
    quiet = subprocess.DEVNULL
    subprocess.run(
        ["apt-get", "--quiet", "download", *packages],
        cwd=downloads,
        check=False,
        stdout=quiet,
        stderr=quiet,
    )
    for package in packages:
        for archive in downloads.glob(f"{package}_*.deb"):
            subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)


def _installed_version(package: str) -> str | None:
    shown = ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", package]
    asked = subprocess.run(shown, check=False, capture_output=True, text=True)
    status, _, version = asked.stdout.partition(" ")
    return version if status == "installed" else None


def _versions() -> dict[str, str]:
    """Return the versions of the first package of each program that can be had."""
    found = {}
    for name, packages in INSTALLED.items():
        version = _installed_version(packages[0])
        if version is not None:
            found[name] = version
    for name, packages in UNPACKED.items():
        found |= _unpacked_version(name, packages[0])
    return found


def _unpacked_version(name: str, package: str) -> dict[str, str]:
    shown = ["apt-cache", "policy", package]
    asked = subprocess.run(shown, check=False, capture_output=True, text=True)
    lines = (line.strip() for line in asked.stdout.splitlines())
    versions = [line.partition(": ")[2] for line in lines if line.startswith("Candidate: ")]
    return {name: versions[0]} if versions else {}
