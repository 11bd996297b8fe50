"""Use cases: the actions of customers, technicians and the server itself."""
