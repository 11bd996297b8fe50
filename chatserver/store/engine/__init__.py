"""SQLite as the stores use it: connections, group commit, read pool, migrations and rows."""
