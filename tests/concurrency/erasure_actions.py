"""Actions on all that lies beside the log, is handed out, sealed, backed up or erased for good."""

import signal
from random import Random

from tests.concurrency.model import Backup, Person, Talk
from tests.concurrency.world import Action, World

PIECES = 4
"""Pieces in which an upload is sent, with pauses in which other things happen."""


async def upload(world: World, chance: Random) -> None:
    """A customer uploads a file, whose body takes its time, and sends it."""
    talk = _one(chance, [each for each in world.open_talks() if each.customer.token])
    if talk is None:
        return
    word, name = world.word(), world.word()
    talk.given |= {word, name}
    answer = await world.upload(talk, name, [f"{word}\n" * 500] * PIECES, chance)
    if answer is None:
        return
    talk.files[answer] = word
    if talk.customer.online is not None:
        sent = {"conversation": talk.conversation, "file": answer}
        await talk.customer.online.ask("send", world.request(), **sent)


async def label(world: World, chance: Random) -> None:
    """A customer gives a conversation a title and a tag."""
    talk = _one(chance, _standing(world))
    if talk is None or talk.customer.token is None:
        return
    title, tag = world.word(), world.word()
    talk.given |= {title, tag}
    path = f"/archive/conversations/{talk.conversation}"
    await world.post(path, talk.customer.token, json={"title": title, "tags": [tag]})


async def rate(world: World, chance: Random) -> None:
    """A customer rates a conversation, with a comment."""
    talk = _one(chance, [each for each in _standing(world) if each.customer.online])
    if talk is None or talk.customer.online is None:
        return
    said = world.word()
    talk.given.add(said)
    rating = {"conversation": talk.conversation, "score": 3, "comment": said}
    await talk.customer.online.ask("rate", world.request(), **rating)


async def seal(world: World, chance: Random) -> None:
    """A customer has a conversation sealed as it is."""
    talk = _one(chance, _standing(world))
    if talk is not None and talk.customer.token is not None:
        await world.post(f"/conversations/{talk.conversation}/archive", talk.customer.token)


async def share(world: World, chance: Random) -> None:
    """A customer makes a link to a conversation."""
    talk = _one(chance, _standing(world))
    if talk is None or talk.customer.token is None:
        return
    path = f"/conversations/{talk.conversation}/share"
    crossed, withdrawals = talk.unanswered_withdrawals > 0, talk.withdrawals
    status, answer = await world.post(path, talk.customer.token)
    # The server may have withdrawn a link that it made while a withdrawal was on its way.
    if status == 201 and not crossed and talk.withdrawals == withdrawals:
        talk.links.append(str(answer["url"]))


async def withdraw(world: World, chance: Random) -> None:
    """A customer withdraws all links to a conversation."""
    talk = _one(chance, [each for each in _standing(world) if each.links])
    if talk is None or talk.customer.token is None:
        return
    # Without an answer nothing is known of them any more.
    made, talk.links = talk.links, []
    world.model.withdrawing |= set(made)
    path = f"/conversations/{talk.conversation}/share/withdraw"
    talk.withdrawals += 1
    talk.unanswered_withdrawals += 1
    try:
        status, _ = await world.post(path, talk.customer.token)
    finally:
        talk.unanswered_withdrawals -= 1
    if status == 200:
        world.model.withdrawn |= set(made)


async def erase_customer(world: World, chance: Random) -> None:
    """A supervisor erases a customer."""
    talk = _one(chance, _standing(world))
    if talk is None or talk.customer.erased:
        return
    person = talk.customer
    person.doubtful = True
    status, _ = await world.post(
        f"/conversations/{talk.conversation}/customer/erase", world.supervisor
    )
    _customer_erased(world, person, status)


async def dismiss(world: World, chance: Random) -> None:
    """An administrator dismisses a technician, and hires another one."""
    # Hiring starts a process, which takes longer than any other action: half as often is enough.
    if chance.random() < 0.5:
        return
    person = chance.choice(world.model.technicians)
    account = person.line.welcome.get("technician") if person.line else None
    if account is None or person.token is None:
        return
    path = f"/admin/technicians/{account['id']}/dismiss"
    status, _ = await world.post(path, world.administrator)
    if status != 200:
        return
    world.model.dismissed.append(person.token)
    name = world.word()
    code, token = await world.command("technician", "add", name, "--print-token")
    world.model.technicians.remove(person)
    if code == 0:
        world.model.technicians.append(Person(name, token.strip()))


async def back_up(world: World, chance: Random) -> None:
    """The operator makes a backup while the server runs."""
    async with world.copying:
        # Copied before the command begins: what is answered during the backup may be in it or not.
        talks = {each.conversation: [*each.acknowledged] for each in _standing(world)}
        files = {each.conversation: dict(each.files) for each in _standing(world)}
        links = {each.conversation: [*each.links] for each in _standing(world)}
        known = [each for each in world.model.customers if each.token and not each.erased]
        file = str(world.folder / f"{world.word()}.tar")
        code, _ = await world.command("backup", file)
        if code == 0:
            world.model.backups.append(Backup(file, talks, files, links, known))


async def restore(world: World, chance: Random) -> None:
    """The operator puts a backup back."""
    if not world.model.backups:
        return
    async with world.copying, world.life:
        backup = chance.choice(world.model.backups)
        # A restore needs the lock of the data folder, which a running server holds.
        await world.stop(signal.SIGTERM)
        code, _ = await world.command("restore", backup.file)
        await world.server.start()
        assert code == 0
        _restored(world, backup)


EVERY_ERASURE_ACTION: tuple[tuple[Action, int], ...] = (
    (upload, 3),
    (label, 2),
    (rate, 1),
    (seal, 1),
    (share, 2),
    (withdraw, 1),
    (erase_customer, 1),
    (dismiss, 1),
    (back_up, 1),
    (restore, 1),
)


async def settle_doubts(world: World) -> None:
    """Ask again for every erasure whose answer was lost, as its client would."""
    for talk in [each for each in world.model.talks.values() if each.doubtful]:
        if talk.customer.token is not None and not talk.customer.erased:
            path = f"/archive/conversations/{talk.conversation}/erase"
            status, answer = await world.post(path, talk.customer.token)
            # `closed` refuses an erasure only of what is erased already: the
            # first request had succeeded.
            talk.erased |= status == 200 or answer.get("code") == "closed"
            # A restored backup may not know them any more.
            talk.doubtful = not talk.erased and status not in (401, 404)
    for person in [each for each in world.model.customers if each.doubtful]:
        for talk in [each for each in world.model.talks.values() if each.customer is person]:
            path = f"/conversations/{talk.conversation}/customer/erase"
            status, _ = await world.post(path, world.supervisor)
            _customer_erased(world, person, status)
        person.doubtful = False


def _customer_erased(world: World, person: Person, status: int) -> None:
    if status != 200:
        # A refusal is certain; after a server error the erasure may have been stored.
        person.doubtful = status >= 500
        return
    # An erased customer has no token any more: a page that comes again is a new customer.
    person.erased, person.doubtful, person.token = True, False, None
    for talk in world.model.talks.values():
        if talk.customer is person:
            talk.erased, talk.doubtful = True, False


def _restored(world: World, backup: Backup) -> None:
    """Let the model know no more than the backup, but everything that was erased since."""
    for talk in [each for each in world.model.talks.values() if not each.erased]:
        if talk.conversation not in backup.acknowledged:
            world.model.links_of_lost |= set(talk.links)
            del world.model.talks[talk.conversation]
            continue
        talk.acknowledged = list(backup.acknowledged[talk.conversation])
        talk.files = dict(backup.files[talk.conversation])
        talk.links = [
            each for each in backup.links[talk.conversation] if each not in world.model.withdrawing
        ]
        # The backup may be older than the close, or than the erasure that was in doubt.
        talk.closed = talk.doubtful = False
    for person in world.model.customers:
        if person not in backup.customers:
            # The restored folder does not know this token; presenting it
            # would be refused as unknown.
            person.token = None
        person.doubtful = False


def _one(chance: Random, among: list[Talk]) -> Talk | None:
    return chance.choice(among) if among else None


def _standing(world: World) -> list[Talk]:
    return [
        each
        for each in world.model.talks.values()
        if not (each.erased or each.doubtful or each.customer.doubtful)
    ]
