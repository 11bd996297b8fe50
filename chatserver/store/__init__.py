"""Disk: the log, its read models, and the people."""
