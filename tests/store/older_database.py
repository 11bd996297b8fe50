"""Databases as former versions left them, made from new ones."""

import sqlite3


def forget_columns(database: sqlite3.Connection) -> None:
    """Take out the columns of the state and their indexes, as they were before schema 73."""
    for index in ("conversations_to_seal", "conversations_to_erase"):
        database.execute(f"DROP INDEX {index}")
    for column in ("topic", "touched_at", "closed_at", "erased_at", "helpers"):
        database.execute(f"ALTER TABLE conversations DROP COLUMN {column}")
    database.execute(
        "CREATE INDEX conversations_to_seal ON conversations "
        "(json_extract(state, '$.touched_at'), id) WHERE status = 'closed' AND sealed < seq"
    )
    database.execute(
        "CREATE INDEX conversations_to_erase ON conversations "
        "(json_extract(state, '$.closed_at'), id) "
        "WHERE status = 'closed' AND json_extract(state, '$.erased_at') IS NULL"
    )


def forget_incoming_mail(database: sqlite3.Connection) -> None:
    """Take out the tables of incoming e-mail, of which there were none before schema 69."""
    forget_columns(database)
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
