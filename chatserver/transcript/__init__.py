"""Conversations as documents that people keep."""
