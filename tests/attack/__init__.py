"""Attacks on a running server from outside, through real sockets."""
