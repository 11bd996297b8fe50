"""Buses that deliver notifications, within one node or between several."""
