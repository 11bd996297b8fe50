"""Tests of the files in deploy/: with the programs that read them, and against the settings."""
