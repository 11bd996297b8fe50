"""Live sessions over WebSocket or server-sent events, and the fan-out of news to them."""
