"""The pages, files and JSON operations over HTTP."""
