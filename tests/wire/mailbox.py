"""The mailbox of a customer: confirming its address by the code in a letter."""

import re

from tests.mail.office import Office
from tests.wire.client import Client

ANNS = "ann@example.com"


def code_in(letter: object) -> str:
    found = re.search(r"\d{6}", str(letter))
    assert found
    return found[0]


async def confirmed(client: Client, post: Office, email: str = ANNS) -> None:
    """Confirm an address of the client by the code from its letter."""
    before = len(post.letters)
    await client.ok("confirm", email=email)
    code = code_in((await post.arrived(before + 1))["Subject"])
    assert await client.ok("confirm", code=code)
