"""Full-text search: the index of closed conversations, and a scan of the open ones."""
