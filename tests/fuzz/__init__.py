"""Inputs that nobody thought of: `python -m tests.fuzz` tries many, the suite some of each."""
