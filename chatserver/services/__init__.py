"""Use cases: what customers, technicians and the server itself do."""
