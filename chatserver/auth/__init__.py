"""Authentication: passwords, tokens, identity, origins and client addresses."""
