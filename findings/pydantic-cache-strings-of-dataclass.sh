#!/usr/bin/env bash
# pydantic 2.14.3 with pydantic-core 2.50.4 (2026-12-01): `cache_strings` does nothing on a dataclass.
#
# Seen: JSON that is read into a dataclass leaves its strings in a cache of the library (up to some
# 16,000), which a long-running server sees as memory that grows. `cache_strings="none"` in
# `__pydantic_config__` of the dataclass, where the documentation of settings puts it, changes
# nothing; given to a TypeAdapter of a list of the same dataclass it works.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pydantic==2.14.3 pydantic-core==2.50.4
"$folder/venv/bin/python" - <<'PYTHON'
import gc
import sys
from dataclasses import dataclass

from pydantic import ConfigDict, TypeAdapter

NONE = ConfigDict(cache_strings="none")
READ = 5_000


@dataclass
class Plain:
    id: str


@dataclass
class Configured:
    __pydantic_config__ = NONE
    id: str


def kept(read):
    """Return how many objects are left of READ different strings."""
    gc.collect()
    before = sys.getallocatedblocks()
    for number in range(READ):
        read(f"conversation-{number}")
    gc.collect()
    return sys.getallocatedblocks() - before


plain = TypeAdapter(Plain).validate_json
configured = TypeAdapter(Configured).validate_json
listed = TypeAdapter(list[Plain], config=NONE).validate_json
seen = {
    "dataclass": kept(lambda name: plain(f'{{"id":"{name}"}}')),
    "dataclass with the setting": kept(lambda name: configured(f'{{"id":"{name}-c"}}')),
    "list with the setting": kept(lambda name: listed(f'[{{"id":"{name}-l"}}]')),
}
print(seen)
assert seen["dataclass"] > READ / 2, f"no longer so: {seen}"
assert seen["dataclass with the setting"] > READ / 2, f"no longer so: {seen}"
assert seen["list with the setting"] < READ / 100, f"no longer so: {seen}"
PYTHON
