"""Databases as former versions left them, made from new ones."""

import sqlite3


def forget_incoming_mail(database: sqlite3.Connection) -> None:
    """Take out the tables of incoming e-mail, of which there were none before schema 69."""
    database.execute("DROP TABLE mail_senders")
    database.execute("DROP TABLE mail_cases")


def forget_ledger(database: sqlite3.Connection) -> None:
    """Take the ledger and its triggers out of a database, which had none before schema 66."""
    forget_incoming_mail(database)
    gates = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in gates:
        database.execute(f"DROP TRIGGER {name}")
    database.execute("DROP TABLE ledger")
    database.execute("DROP TABLE closing")
