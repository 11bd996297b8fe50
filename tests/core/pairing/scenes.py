"""Routers with technicians and waiting customers, for the tests of pairing."""

from dataclasses import replace

from chatserver.core.conversation.state import Conversation, ConversationStatus, Last
from chatserver.core.pairing.router import Pairing, Router
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.people import Author, Person, Role, Technician

MODEM = frozenset({"modem"})


SECOND = 1_000


def waiting(number: int, **fields: object) -> Conversation:
    state = Conversation(f"c{number}", "", Person(f"customer{number}", ""), opened_at=number)
    return replace(state, **fields)  # type: ignore[arg-type]  # what a test says of it


def router_with(*technicians: Technician, **rules: object) -> Router:
    router = Router(PairingRules(**rules))  # type: ignore[arg-type]  # what a test says of it
    for number, technician in enumerate(technicians):
        router.update_technician(technician, connected=True, now=number)
    return router


def held(router: Router, state: Conversation, technician: Technician, now: int = 0) -> None:
    active = replace(state, status=ConversationStatus.ACTIVE, technician=technician.person)
    router.update_conversation(active, now)


def who(pairings: list[Pairing]) -> list[tuple[str, str]]:
    return [(pairing.conversation, pairing.technician.id) for pairing in pairings]


def said_by(role: Role, at: int = 0) -> Last:
    return Last("…", at, Author(role, "somebody", ""))
