"""The store in PostgreSQL 17 or newer, for installations that outgrow one data folder."""
