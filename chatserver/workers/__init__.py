"""Heavy work in a process of its own, and what runs there."""
