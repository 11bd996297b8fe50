"""Tests of the transcript services."""
