"""A simulated year of written cases: no customer is answered later than told without an alarm."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import reduce
from heapq import heappop, heappush
from random import Random
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from chatserver.core.business_hours import BusinessHours
from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.decide import decide
from chatserver.core.conversation.events import (
    Bounced,
    Closed,
    Escalated,
    Event,
    Mailed,
    Message,
    Promised,
)
from chatserver.core.conversation.mail_origin import MailOrigin, MailTrust, Way
from chatserver.core.conversation.promise import Milestones, first_owed
from chatserver.core.conversation.record import ConversationRecord, ReadMarks
from chatserver.core.conversation.state import Conversation, evolve
from chatserver.core.errors import Refused
from chatserver.core.people import Customer, Role
from chatserver.services.conversations import Conversations
from chatserver.services.pairing.promises import LIVE_MS, PromiseWatcher
from chatserver.services.site import SiteSettings
from tests.playbook import BOB

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NEW_YEAR = round(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1_000)
END = NEW_YEAR + 365 * DAY
CASES = 40
WORKDAY = ((time(9), time(12, 30)), (time(13, 15), time(17, 30)))
HOLIDAYS = frozenset(date(2026, *day) for day in ((1, 1), (4, 3), (4, 6), (5, 1), (12, 25)))


@dataclass(slots=True)
class DeskInMemory:
    """The log of a desk in memory, in the place of the services of conversations and the site."""

    hours: BusinessHours
    now: int = NEW_YEAR
    logs: dict[str, list[Event]] = field(default_factory=dict)
    states: dict[str, Conversation] = field(default_factory=dict)

    def do(self, name: str, command: ask.Command, actor: ask.Actor) -> None:
        """Carry out a command; one that comes too late changes nothing."""
        try:
            events = decide(self.states.get(name), command, actor, self.now)
        except Refused:
            return
        self.logs.setdefault(name, []).extend(events)
        after = reduce(evolve, events, self.states.get(name))
        assert after is not None
        self.states[name] = after

    def find_open(self, name: str) -> ConversationRecord | None:
        state = self.states[name]
        return ConversationRecord(state, ReadMarks()) if state.is_open else None

    def open_records(self) -> list[ConversationRecord]:
        return [ConversationRecord(each, ReadMarks()) for each in self.states.values()]

    async def handle(self, name: str, command: ask.Command, actor: ask.Actor) -> None:
        self.do(name, command, actor)

    def reply_by(self, since: int, _topic: str | None = None) -> int:
        asked = datetime.fromtimestamp(since / 1_000, UTC)
        return round(self.hours.reply_by(asked).timestamp() * 1_000)

    def milestones(self, since: int, topic: str | None = None) -> Milestones:
        due = self.reply_by(since, topic)
        half_at, late_at = (self.hours.moment_of_share(since, due, each) for each in (50, 80))
        return Milestones(since, half_at, late_at)


@dataclass(slots=True)
class Year:
    """Letters and answers at random, in the order of time, beside the watcher."""

    desk: DeskInMemory
    chance: Random
    agenda: list[tuple[int, int, str, str]] = field(default_factory=list)

    def plan(self, at: int, deed: str, name: str) -> None:
        if at < END:
            heappush(self.agenda, (at, len(self.agenda) + self.chance.getrandbits(32), deed, name))

    async def run(self) -> None:
        desk = self.desk
        conversations, site = cast("Conversations", desk), cast("SiteSettings", desk)
        watcher = PromiseWatcher(conversations, site, lambda: desk.now, renews=True)
        for number in range(CASES):
            self.plan(NEW_YEAR + self.chance.randrange(360 * DAY), "begins", f"c{number}")
        while self.agenda:
            at, _, deed, name = heappop(self.agenda)
            if deed == "look":
                desk.now = at
                if self.chance.random() < 0.02:
                    # The server is killed and knows nothing but the log.
                    watcher = PromiseWatcher(conversations, site, lambda: desk.now, renews=True)
                    watcher.start()
                await watcher.look()
            else:
                desk.now = at
                self.happens(deed, name)
                watcher.start()
                if deed == "bounces":
                    # The event wakes the watcher: the promise that is back may be over.
                    await watcher.look()
            if name in desk.states:
                self.plan_look(name)

    def plan_look(self, name: str) -> None:
        """Plan the watcher's next look at a case, when the first thing in it is due."""
        state, now = self.desk.states[name], self.desk.now
        owed = first_owed(state.promises)
        due = [owed.next_level_at()] if owed else []
        due += [state.asked_at + LIVE_MS] if state.asked_at else []
        later = [each for each in due if each is not None and each > now]
        if state.is_open and later:
            self.plan(min(later), "look", name)

    def happens(self, deed: str, name: str) -> None:
        desk, chance = self.desk, self.chance
        customer = Customer(f"of {name}", "")
        by_mail = int(name[1:]) % 2 == 0
        letter = MailOrigin(f"<{desk.now}@example.org>", "ann@example.org", MailTrust.CHECKED)
        due, milestones = desk.reply_by(desk.now), desk.milestones(desk.now)
        state = desk.states.get(name)
        match deed:
            case "begins":
                way, mail = (Way.MAIL, letter) if by_mail else (None, None)
                opening = ask.Open(
                    name, name, text="?", way=way, mail=mail, reply_by=due, milestones=milestones
                )
                desk.do(name, opening, customer)
            case "asks" if by_mail:
                desk.do(
                    name,
                    ask.ReceiveMail("?", mail=letter, reply_by=due, milestones=milestones),
                    customer,
                )
            case "asks":
                desk.do(name, ask.Send(text="?"), customer)
            case "answers" if state is not None and state.is_open:
                if not state.is_with("bob"):
                    desk.do(name, ask.Accept(), BOB)
                desk.do(name, ask.Send(text="!"), BOB)
                if by_mail:
                    self.plan(desk.now + chance.randrange(MINUTE, 3 * HOUR), "is sent", name)
            case "is sent" if state is not None:
                seq = last_answer(desk.logs[name])
                desk.do(name, ask.RecordMailed("<a@desk>", "", first=seq, through=seq), None)
                if chance.random() < 0.3:
                    self.plan(desk.now + chance.randrange(MINUTE, 2 * DAY), "bounces", name)
            case "bounces" if state is not None:
                desk.do(name, ask.RecordBounce("<a@desk>", "5.1.1", state.newest_letter), None)
        if deed in ("begins", "asks", "bounces"):
            # Most answers come within a working day, and some days or two weeks late.
            delay = chance.choice((HOUR, 5 * HOUR, 20 * HOUR, 20 * HOUR, 6 * DAY, 14 * DAY))
            self.plan(desk.now + chance.randrange(delay), "answers", name)
        if deed == "answers" and chance.random() < 0.4:
            self.plan(desk.now + chance.randrange(30 * DAY), "asks", name)


def words_promised(events: list[Event], promise: Event) -> int:
    """Return the seq of the first promise for the words that this one, perhaps renewed, is for."""
    fact = promise.fact
    assert isinstance(fact, Promised)
    if fact.instead_of is None:
        return promise.seq
    former = [
        event
        for event in events[: promise.seq - 1]
        if isinstance(event.fact, Promised) and event.fact.reply_by == fact.instead_of
    ]
    return words_promised(events, former[-1])


def last_answer(events: list[Event]) -> int:
    """Return the seq of the technician's last message, with which a letter ends."""
    return max(
        event.seq
        for event in events
        if isinstance(event.fact, Message) and event.author.role is Role.TECHNICIAN
    )


def answered_at(events: list[Event], promise: Event, *, by_mail: bool) -> int | None:
    """Return when the promise was kept for good, by the log alone."""
    kept: Event | None = None
    asked = words_promised(events, promise)
    for event in events[promise.seq :]:
        match event.fact:
            case Message() if event.author.role is Role.TECHNICIAN and not by_mail and not kept:
                kept = event
            case Mailed(through=through) if through > asked and not kept:
                kept = event
            case Bounced(through=through):
                if kept and isinstance(kept.fact, Mailed) and kept.fact.through == through:
                    kept = None
            case Closed():
                return event.at
    return kept.at if kept else None


@pytest.mark.parametrize("seed", [1, 2])
async def test_nobody_is_answered_later_than_told_without_an_escalation_before(seed: int) -> None:
    hours = BusinessHours(
        dict.fromkeys(range(5), WORKDAY), ZoneInfo("Europe/Berlin"), closed=HOLIDAYS
    )
    desk = DeskInMemory(hours)
    await Year(desk, Random(seed)).run()
    late = 0
    for name, events in desk.logs.items():
        facts = [event.fact for event in events]
        made = Counter(each.reply_by for each in facts if isinstance(each, Promised))
        told = Counter(each for each in facts if isinstance(each, Escalated))
        # Two promises may end with the same working day.
        assert all(count <= made[each.reply_by] for each, count in told.items())
        by_mail = desk.states[name].way is Way.MAIL
        for promise in events:
            if not isinstance(promise.fact, Promised):
                continue
            due = promise.fact.reply_by
            answer = answered_at(events, promise, by_mail=by_mail)
            if due >= END or (answer is not None and answer <= due):
                continue
            late += 1
            # What bounced after the deadline is known to be late only then.
            known_at = max([due, *bounces_after(events, promise)])
            assert any(
                isinstance(event.fact, Escalated)
                and event.fact.reply_by == due
                and event.at <= known_at
                for event in events
            ), (name, promise.seq)
    # The year has cases of each kind, or the test would show nothing.
    assert late > 20
    assert sum(isinstance(each.fact, Bounced) for log in desk.logs.values() for each in log) > 3


def bounces_after(events: list[Event], promise: Event) -> list[int]:
    return [event.at for event in events[promise.seq :] if isinstance(event.fact, Bounced)]
