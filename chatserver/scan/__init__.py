"""Virus scanners for uploaded files."""
