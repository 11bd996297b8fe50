"""Tests of the archive services."""
