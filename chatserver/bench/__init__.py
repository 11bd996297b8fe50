"""The server from outside: replay, load and measurement, over the wire contract alone."""
