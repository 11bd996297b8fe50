"""Replay recorded dialogues against a running server, using the wire protocol only."""
