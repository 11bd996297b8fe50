"""The key file with which this site signs, readable by its owner only."""

import os
from pathlib import Path

from chatserver.store.folder.fsync import fsync_path
from chatserver.transcript.authenticity.seal import SiteKey

PRIVATE_KEY_FILE = "site-key.pem"
PUBLIC_KEY_FILE = "site-key.pub.pem"


def site_key(folder: Path) -> SiteKey:
    """Return the key of a data folder, created on first use with its public half beside it.

    Raises ValueError if the file holds no such key, OSError if it cannot be read or written.
    """
    file = folder / PRIVATE_KEY_FILE
    if file.exists():
        try:
            return SiteKey.from_pem(file.read_bytes())
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from None
    key = SiteKey.generate()
    partial = file.with_name(f"{PRIVATE_KEY_FILE}.partial")
    partial.unlink(missing_ok=True)
    # Created with mode 0600: setting the mode afterwards would leave the key readable for a
    # moment.
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as private:
        private.write(key.pem)
        private.flush()
        os.fsync(private.fileno())
    (folder / PUBLIC_KEY_FILE).write_bytes(key.public_pem)
    fsync_path(folder / PUBLIC_KEY_FILE)
    # The rename comes last: the key appears complete, and never without its public half.
    partial.rename(file)
    fsync_path(folder)
    return key
