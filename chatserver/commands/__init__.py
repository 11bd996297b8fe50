"""Commands beside the server, by what they are about."""
