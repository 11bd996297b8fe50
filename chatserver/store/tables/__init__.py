"""One module for each family of tables; each class implements a port of the services."""
