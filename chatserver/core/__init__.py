"""The rules of support chat: no I/O, no clock, no randomness, standard library only."""
