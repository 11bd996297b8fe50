"""E-mail that arrives: read into a typed letter, its quotes folded, its case proven."""
