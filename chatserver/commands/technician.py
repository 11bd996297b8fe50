"""`technician add`: an account for a technician, beside a running server or without one."""

import argparse

from chatserver.build import build_accounts
from chatserver.commands.command import Commands, run
from chatserver.core.people import Level, Rank
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings import Settings
from chatserver.store.open import open_store


def declare(commands: Commands) -> None:
    """Declare the command."""
    technicians = commands.group("technician", "manage the accounts of technicians")
    text = "add a technician, or change one; prints a sign-in link"
    add = technicians.add("add", _add, text)
    add.add_argument("login")
    add.add_argument("--name", help="as customers see it (default: the login)")
    add.add_argument("--role", choices=("technician", "supervisor", "admin"))
    add.add_argument("--capacity", type=int, help="conversations at once")
    add.add_argument("--topic", action="append", help="serve only this topic, repeatable")
    add.add_argument("--skill", action="append", help="has this skill, repeatable")
    add.add_argument("--language", action="append", help="speaks only this one, repeatable")
    add.add_argument("--level", choices=list(Level), help="in which order technicians are asked")
    add.add_argument("--print-token", action="store_true", help="print nothing but an API token")


def _add(options: argparse.Namespace, settings: Settings) -> int:
    async def add() -> int:
        terms = TechnicianTerms(
            name=options.name,
            rank=None if options.role is None else Rank(options.role),
            capacity=options.capacity,
            topics=_as_set(options.topic),
            skills=_as_set(options.skill),
            languages=_as_set(options.language),
            level=None if options.level is None else Level(options.level),
        )
        async with open_store(settings.data) as store:
            accounts = build_accounts(store, settings)
            technician = await accounts.hire(options.login, terms)
            # Only the token goes to standard output, so that a script can store it in a variable.
            if options.print_token:
                print(await accounts.api_token(technician))
                return 0
            link = await accounts.sign_in_link(technician)
        print(f"{technician.login} is {technician.rank}, with room for {technician.capacity}.")
        print(f"One-time sign-in link: {settings.base_url}{link}")
        return 0

    return run(add())


def _as_set(named: list[str] | None) -> frozenset[str] | None:
    """Return the named items, or None if the option was not given, which changes nothing."""
    return None if named is None else frozenset(named)
