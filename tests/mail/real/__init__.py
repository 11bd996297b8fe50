"""Real mail servers and mail programs around a server of ours; `python -m tests.mail` runs them."""
