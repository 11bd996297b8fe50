"""Erasure of conversations and customers, and its receipts."""
