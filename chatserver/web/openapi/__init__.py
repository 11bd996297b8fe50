"""What can be asked over HTTP, as a document for programs (OpenAPI 3.1)."""
