"""The support chat server: customers paired with technicians, every word on disk."""

__version__ = "0.2.0"
