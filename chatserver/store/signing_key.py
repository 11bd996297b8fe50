"""The key with which this site signs, in a file that only its owner may read."""

import os
from pathlib import Path

from chatserver.store.fsync import flush
from chatserver.transcript.seal import SiteKey

FILE = "site-key.pem"
PUBLIC = "site-key.pub.pem"


def site_key(folder: Path) -> SiteKey:
    """The key of a data folder, made when there is none; the public half lies beside it.

    Raises ValueError for a file that is no such key, OSError where it cannot be read or written.
    """
    file = folder / FILE
    if file.exists():
        return SiteKey.read(file.read_bytes())
    key = SiteKey.new()
    partial = file.with_name(f"{FILE}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as private:
        private.write(key.pem)
        private.flush()
        os.fsync(private.fileno())
    (folder / PUBLIC).write_bytes(key.public_pem)
    flush(folder / PUBLIC)
    # Last, so that a key is never without its public half; and whole or not at all.
    partial.rename(file)
    flush(folder)
    return key
