"""SMTP: a client that sends letters, and a server that takes them in."""
