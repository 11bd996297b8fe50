"""Tests of the rules of pairing."""
