"""Pairing at work: the dispatcher, queue positions, reserved places and inactivity."""
