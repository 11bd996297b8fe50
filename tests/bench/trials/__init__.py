"""Long trials: bad networks, hostile clients, hours of load."""
