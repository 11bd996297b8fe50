"""Maintenance of a data folder by the operator: check, backup, restore and status."""
