"""E-mail to customers: their requests for it, its texts, and its sending."""
