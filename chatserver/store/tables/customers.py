"""Customers in SQLite: their accounts, tokens and last visits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from chatserver.core.errors import Code, Refused
from chatserver.core.log import AnsweredRequest
from chatserver.core.people import Customer, PageVisit
from chatserver.store.engine.database import Database, execute
from chatserver.store.engine.reader import ReadPool
from chatserver.store.engine.rows import CUSTOMER, as_json, read_customer
from chatserver.store.engine.writer import Writer
from chatserver.store.tables.answered_requests import store_request


@dataclass(slots=True)
class SqliteCustomers:
    """Customers in three tables: their accounts, their tokens and their last visits."""

    writer: Writer
    readers: ReadPool

    async def find_customer(self, customer: str) -> Customer | None:
        """Return the customer with this id, or None."""
        return await self._customer("WHERE c.id = ?", customer)

    async def find_customer_by_token(self, digest: bytes) -> Customer | None:
        """Return the customer identified by the token with this SHA-256, or None."""
        return await self._customer(
            "JOIN customer_tokens k ON k.customer = c.id WHERE k.digest = ?", digest
        )

    async def find_customer_by_subject(self, subject: str) -> Customer | None:
        """Return the customer that the host page identifies as `subject`, or None."""
        return await self._customer("WHERE c.subject = ?", subject)

    async def filter_unknown(self, customers: Sequence[str]) -> set[str]:
        """Return those of the given ids that no stored customer has, erased customers included."""
        sql, asked = "SELECT id FROM customers WHERE id IN", as_json(list(customers))
        rows = await self.readers.run(
            lambda database: database.execute(f"{sql} {database.among}", (asked,)).fetchall()
        )
        return set(customers) - {row[0] for row in rows}

    async def save_customer(self, customer: Customer, token: bytes | None) -> None:
        """Add or change a customer; `token` is the SHA-256 of one more token that
        identifies them."""
        await self.writer.do_beside(lambda database: _save_customer(database, customer, token))

    async def save_subject(
        self, subject: str, update: Callable[[Customer | None], Customer], token: bytes
    ) -> Customer:
        """Add or change the customer with this subject in one transaction, and return them."""

        def save(database: Database) -> Customer:
            row = database.execute(
                f"SELECT {CUSTOMER} FROM customers c WHERE c.subject = ?", (subject,)
            ).fetchone()
            customer = update(None if row is None else read_customer(row))
            _save_customer(database, customer, token)
            return customer

        return await self.writer.do_beside(save)

    async def change_customer(
        self,
        customer: str,
        change: Callable[[Customer], Customer],
        answered: Callable[[Customer], AnsweredRequest] | None = None,
    ) -> Customer:
        """Apply a change to the stored customer in one transaction, and return the result."""

        def apply(database: Database) -> Customer:
            row = database.execute(
                f"SELECT {CUSTOMER} FROM customers c WHERE c.id = ?", (customer,)
            ).fetchone()
            if row is None:
                raise Refused(Code.NOT_FOUND)
            changed = change(read_customer(row))
            _save_customer(database, changed, None)
            store_request(database, answered(changed) if answered else None)
            return changed

        return await self.writer.do(apply)

    async def save_page_visit(self, customer: str, visit: PageVisit) -> None:
        """Store a customer's visit in place of the one before."""
        sql = "INSERT INTO visits (customer, at, context) VALUES (?, ?, ?) "
        sql += "ON CONFLICT (customer) DO UPDATE SET at = excluded.at, context = excluded.context"
        context = {
            "page": visit.page,
            "agent": visit.agent,
            "locale": visit.locale,
            "timezone": visit.timezone,
            "attributes": dict(visit.attributes),
            "system": visit.system,
        }
        await self.writer.do_beside(
            lambda database: execute(database, sql, (customer, visit.at, as_json(context)))
        )

    async def last_page_visit(self, customer: str) -> PageVisit | None:
        """Return a customer's last visit, or None."""
        sql = "SELECT at, context FROM visits WHERE customer = ?"
        row = await self.readers.run(lambda database: database.execute(sql, (customer,)).fetchone())
        return None if row is None else PageVisit(row[0], **orjson.loads(row[1]))

    async def _customer(self, where: str, key: str | bytes) -> Customer | None:
        row = await self.readers.run_short(
            lambda database: database.execute(
                f"SELECT {CUSTOMER} FROM customers c {where}", (key,)
            ).fetchone()
        )
        return None if row is None else read_customer(row)


def _save_customer(database: Database, customer: Customer, token: bytes | None) -> None:
    execute(
        database,
        "INSERT INTO customers (id, subject, name, email, locale, priority) "
        "VALUES (?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
        "email = excluded.email, locale = excluded.locale, priority = excluded.priority",
        (
            customer.id,
            customer.subject,
            customer.name,
            customer.email,
            customer.locale,
            customer.priority,
        ),
    )
    if token is not None:
        execute(database, "INSERT INTO customer_tokens VALUES (?,?)", (token, customer.id))
