"""Replay of recorded dialogues through real sockets, over the wire contract alone."""
