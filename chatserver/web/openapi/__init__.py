"""The OpenAPI 3.1 document that describes the HTTP interface for programs."""
