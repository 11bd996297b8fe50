"""Storage on disk: the log, its read models, accounts, files and the archive."""
