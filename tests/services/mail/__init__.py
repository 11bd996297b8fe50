"""Tests of the mail services."""
