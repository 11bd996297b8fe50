"""How news travels between nodes."""
