"""Live sessions over WebSocket or server-sent events, and the fan-out of notifications to them."""
