#!/usr/bin/env bash
# SQLite 3.40.1 (2026-11-30): with `PRAGMA secure_delete=ON`, deleted text stays readable in the file.
#
# Seen: 400 conversations grow in turns, 50 at a time, in a table whose key begins with their name; then
# 80 of them are overwritten by an UPDATE and deleted. "When secure_delete is on, SQLite overwrites
# deleted content with zeros", yet after a truncating checkpoint the words of 3 still stand in the file:
# where rows moved to another page while the tree was balanced, the gap between a page's cell pointers
# and its cells keeps their bytes. Nothing zeroes it until VACUUM, and `integrity_check` is content.
set -euo pipefail
python3 - <<'PYTHON'
import random
import sqlite3
import tempfile
from pathlib import Path

chance = random.Random(1)
names = [f"zq{number:05}xw" for number in range(400)]
chance.shuffle(names)
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "a.db")
    database = sqlite3.connect(file, isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=OFF", "secure_delete=ON"):
        database.execute(f"PRAGMA {setting}")
    database.execute(
        "CREATE TABLE said (name TEXT, seq INTEGER, text TEXT, PRIMARY KEY (name, seq)) WITHOUT ROWID"
    )

    def key(name):
        return "c" + name[2:7][::-1]

    growing, later, seqs = names[:50], names[50:], dict.fromkeys(names, 0)
    while growing:
        name = chance.choice(growing)
        seqs[name] += 1
        text = f"{name} " + "lorem ipsum " * chance.randrange(60)
        database.execute("INSERT INTO said VALUES (?, ?, ?)", (key(name), seqs[name], text))
        if chance.random() < 0.15:
            growing.remove(name)
            growing += [later.pop()] if later else []
    gone = chance.sample(names, 80)
    for name in gone:
        database.execute("UPDATE said SET text = '' WHERE name = ?", (key(name),))
        database.execute("DELETE FROM said WHERE name = ?", (key(name),))

    def left():
        assert database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        content = file.read_bytes()
        return [name for name in gone if name.encode() in content]

    before = left()
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.execute("VACUUM")
    print(f"SQLite {sqlite3.sqlite_version}: {len(before)} of {len(gone)} can be read, {left()} after")
    assert before, "no longer so: nothing deleted is left"
    assert left() == []
PYTHON
