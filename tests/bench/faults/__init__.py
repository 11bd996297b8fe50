"""What goes wrong with machines, done to a real server, and what became of its promises."""
