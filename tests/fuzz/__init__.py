"""Fuzzing: `python -m tests.fuzz` tries many random inputs, the suite some of each kind."""
