"""The commands beside `serve`, one module for each."""
