"""Use cases: what customers, technicians and the desk itself do."""
