"""A server whose users, operator, clock and machine get into each other's way at random."""
