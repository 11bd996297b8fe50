"""Technicians for a trial, each with a capacity of one."""

from pathlib import Path

from chatserver.composition.services import build_accounts
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings_file import load_settings
from chatserver.store.open import open_store

TOPIC = "trial"
"""The topic they serve; conversations of other topics are not assigned to them."""


async def create_technicians(
    data: Path, count: int, topic: str = TOPIC, database: str | None = None
) -> list[str]:
    """Create `count` technicians and return their API tokens."""
    terms = TechnicianTerms(capacity=1, topics=frozenset({topic}))
    async with open_store(data, database=database) as store:
        staff = build_accounts(store, load_settings(None, data=data))
        return [
            await staff.api_token(await staff.hire(f"trial-{number}", terms))
            for number in range(1, count + 1)
        ]
