"""Tests of the erasure services."""
