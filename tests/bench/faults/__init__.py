"""Faults of machines injected into a real server, and what becomes of its guarantees."""
