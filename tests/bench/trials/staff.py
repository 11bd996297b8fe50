"""Technicians for a trial, each with one customer at a time."""

from pathlib import Path

from chatserver.build import build_accounts
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings import load_settings
from chatserver.store.open import open_store

TOPIC = "trial"
"""What they serve; who opens conversations of another topic gets none of them."""


async def hired(data: Path, count: int, topic: str = TOPIC) -> list[str]:
    """So many technicians' API tokens."""
    terms = TechnicianTerms(capacity=1, topics=frozenset({topic}))
    async with open_store(data) as store:
        staff = build_accounts(store, load_settings(None, data=data))
        return [
            await staff.api_token(await staff.hire(f"trial-{number}", terms))
            for number in range(1, count + 1)
        ]
