"""`technician`: accounts of technicians, beside a running server or without one."""

import argparse
import sys
from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import ValidationError

from chatserver.commands.command import Commands, Failed, need_database, run
from chatserver.commands.complaints import option_complaint
from chatserver.composition.services import build_accounts
from chatserver.core.errors import Refused
from chatserver.core.people import Level, Technician
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings import Settings
from chatserver.store.open import Store, open_store
from chatserver.web.admin_schemas import ChosenTechnician

NEAR = 0.8
"""Likeness (difflib) from which on a new topic is taken for an error in typing."""


def declare(commands: Commands) -> None:
    """Declare the commands."""
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
    text = "make a topic even if its name is much like that of another"
    add.add_argument("--new-topic", action="store_true", help=text)
    technicians.add("list", _list, "list the technicians with their terms")
    link = technicians.add("link", _link, "print another one-time sign-in link")
    link.add_argument("login")


def _add(options: argparse.Namespace, settings: Settings) -> int:
    async def add() -> int:
        terms = _terms(options)
        async with open_store(settings.data, database=settings.database) as store:
            new = await _new_topics(store, terms.topics or (), is_meant=options.new_topic)
            accounts = build_accounts(store, settings)
            try:
                technician = await accounts.hire(options.login, terms)
            except Refused:
                raise Failed(
                    f"{options.login} is the last administrator; give that role to another first"
                ) from None
            for topic in new:
                print(f"made the topic {topic}, which customers can choose now", file=sys.stderr)
            # Only the token goes to standard output, so that a script can store it in a variable.
            if options.print_token:
                print(await accounts.api_token(technician))
                return 0
            link = await accounts.sign_in_link(technician)
        print(f"{technician.login} is {technician.rank}, with room for {technician.capacity}.")
        print(f"One-time sign-in link: {settings.base_url}{link}")
        return 0

    return run(add())


def _list(_: argparse.Namespace, settings: Settings) -> int:
    async def list_all() -> int:
        need_database(settings)
        async with open_store(settings.data, database=settings.database) as store:
            people = [each for each in await store.technicians.list_technicians() if not each.gone]
            known = {topic.id for topic in await store.topics.list_topics()}
        for each in sorted(people, key=lambda person: person.login):
            print(
                f"{each.login}: {each.name}, {each.rank}, room for {each.capacity}, "
                f"{_topics(each, known)}"
            )
        if not people:
            print("there are no technicians yet; add one with `technician add LOGIN`")
        return 0

    return run(list_all())


def _link(options: argparse.Namespace, settings: Settings) -> int:
    async def make_link() -> int:
        need_database(settings)
        async with open_store(settings.data, database=settings.database) as store:
            accounts = build_accounts(store, settings)
            technician = await accounts.find_by_login(options.login)
            if technician is None:
                people = await store.technicians.list_technicians()
                raise Failed(_unknown_login(options.login, people))
            link = await accounts.sign_in_link(technician)
        print(f"{settings.base_url}{link}")
        return 0

    return run(make_link())


def _terms(options: argparse.Namespace) -> TechnicianTerms:
    """Return the terms of the options, checked as the administration page's; raises Failed."""
    given = {
        "login": options.login,
        "name": options.name,
        "role": options.role,
        "capacity": options.capacity,
        "topics": options.topic,
        "skills": options.skill,
        "languages": options.language,
        "level": options.level,
    }
    try:
        chosen = ChosenTechnician.model_validate(given)
    except ValidationError as error:
        raise Failed(option_complaint(error)) from None
    return TechnicianTerms(
        name=chosen.name,
        rank=chosen.role,
        capacity=chosen.capacity,
        topics=None if chosen.topics is None else frozenset(chosen.topics),
        skills=chosen.skills,
        languages=chosen.languages,
        level=chosen.level,
    )


async def _new_topics(store: Store, topics: Iterable[str], *, is_meant: bool) -> list[str]:
    """Return the topics that do not exist yet; raises Failed for one that looks mistyped."""
    known = [topic.id for topic in await store.topics.list_topics()]
    new = sorted(set(topics) - set(known))
    for topic in new:
        near = get_close_matches(topic, known, 1, NEAR)
        if near and not is_meant:
            raise Failed(
                f"there is no topic {topic}; did you mean {near[0]}? (known: {', '.join(known)}; "
                "--new-topic makes it all the same)"
            )
    return new


def _topics(technician: Technician, known: set[str]) -> str:
    if not technician.topics:
        return "all topics"
    served = sorted(technician.topics & known)
    return f"topics {', '.join(served)}" if served else "only conversations without a topic"


def _unknown_login(login: str, people: Iterable[Technician]) -> str:
    logins = [each.login for each in people if not each.gone]
    near = get_close_matches(login, logins, 1)
    return f"there is no technician {login}; " + (
        f"did you mean {near[0]}?" if near else "`technician list` names all"
    )
