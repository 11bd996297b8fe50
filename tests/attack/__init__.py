"""The server as who attacks it sees it: from outside, through real sockets."""
