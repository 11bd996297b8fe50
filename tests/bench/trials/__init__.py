"""What the server must bear: bad networks, hostile clients, long hours."""
