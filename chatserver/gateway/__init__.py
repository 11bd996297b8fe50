"""Live sessions: sockets, and who is told what."""
