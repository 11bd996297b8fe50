"""Who somebody is and what they may do: no sockets, no disk."""
