"""E-mail to customers: what they can ask for, its texts, and its sending."""
