"""Mail: the server that takes what the desk sends."""
