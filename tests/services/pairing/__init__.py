"""Tests of pairing at work."""
