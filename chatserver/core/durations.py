"""Units of time in milliseconds, as most durations of the program are counted."""

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

DAY_S = DAY_MS // SECOND_MS
"""The seconds of a day, for settings and recordings, which count in seconds."""
