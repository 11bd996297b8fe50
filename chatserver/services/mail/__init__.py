"""E-mail: letters to customers, and letters that arrive."""
