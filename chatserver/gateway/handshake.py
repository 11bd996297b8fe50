"""The handshake of a session: authenticate the hello, send the welcome, subscribe."""

from collections.abc import Mapping
from dataclasses import dataclass

from chatserver.auth.identity import IdentityRefused, verify_identity
from chatserver.auth.tokens import digest
from chatserver.core.conversation.masking import Masking
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.conversation.state import Conversation, may_read
from chatserver.core.errors import Code, Refused, Unavailable
from chatserver.core.ids import base32
from chatserver.core.notifications import ViewingChanged
from chatserver.core.people import Customer, PageVisit, Rank, Technician
from chatserver.gateway.admission import Peer
from chatserver.gateway.hub import UNKNOWN_HEAD, Hub, queue_frame
from chatserver.gateway.subscriptions import Subscriber
from chatserver.gateway.transport import SendBuffer
from chatserver.protocol.codec import encode
from chatserver.protocol.frames import Hello
from chatserver.protocol.views import (
    afresh_frame,
    colleague_view,
    customer_view,
    offer_frame,
    own_summary,
    site_fields,
    summary,
    technician_view,
    widget_fields,
)
from chatserver.services.bundle import Services
from chatserver.services.customers import Profile
from chatserver.settings import Settings, ms

VERSION = 1
MAX_WELCOME_CONVERSATIONS = 20
"""Closed conversations that the welcome of a returning customer lists."""


@dataclass(frozen=True, slots=True)
class Welcomed:
    """A session that was welcomed."""

    subscriber: Subscriber
    actor: Customer | Technician


@dataclass(slots=True)
class Handshake:
    """Authenticates clients, sends the welcome, and marks people present and absent."""

    services: Services
    settings: Settings
    hub: Hub
    epoch: str

    async def welcome(self, hello: Hello, peer: Peer, send_buffer: SendBuffer) -> Welcomed:
        """Authenticate a client and send the welcome; raises Refused for wrong credentials."""
        if hello.role == "technician":
            return await self._welcome_technician(hello, peer, send_buffer)
        return await self._welcome_customer(hello, peer, send_buffer)

    def leave(self, welcomed: Welcomed) -> None:
        """Mark a session ended; after the person's last one the grace period begins."""
        self.hub.subscriptions.leave(welcomed.subscriber)
        if isinstance(welcomed.actor, Technician):
            self.services.pairing.dispatcher.technician_disconnected(welcomed.actor.id)
            self.hub.deliver(
                ViewingChanged(welcomed.subscriber.session, welcomed.actor.person, None)
            )
        else:
            self.services.pairing.dispatcher.customer_disconnected(welcomed.actor.id)

    async def _welcome_customer(
        self, hello: Hello, peer: Peer, send_buffer: SendBuffer
    ) -> Welcomed:
        """Welcome and subscribe a customer; raises Refused, IdentityRefused and Unavailable."""
        customer, token = await self._authenticate_customer(hello)
        await self._save_page_visit(customer, hello, peer)
        conversations = self.services.conversations
        records, address = [], None
        if hello.token is not None or hello.identity is not None:
            records = await conversations.records_of_customer(
                customer.id, MAX_WELCOME_CONVERSATIONS
            )
            address = await self.services.mail.requests.find_address(customer)
        missed = await self._resumable(hello, customer)
        known = {record.conversation.id for record in records}
        # Opened while the disk was read: memory knows them already.
        fresh = [
            each for each in conversations.open_ids_of_customer(customer.id) if each not in known
        ]
        records += [record for each in fresh if (record := conversations.find_open(each))]
        if customer.id in conversations.customers_being_erased:
            raise Unavailable
        subscriber = self._new_subscriber(customer.id, send_buffer, internal=False)
        own_fields = self._customer_fields(customer, records, address)
        welcome = {**self._welcome_fields(subscriber, "customer"), "token": token, **own_fields}
        send_buffer.try_send(encode(welcome))
        self.hub.subscriptions.join(subscriber)
        self.services.pairing.dispatcher.customer_connected(customer.id)
        self._follow(subscriber, hello, [record.conversation for record in records], missed)
        self._send_afresh_for_unreadable(subscriber, hello, missed)
        return Welcomed(subscriber, customer)

    async def _welcome_technician(
        self, hello: Hello, peer: Peer, send_buffer: SendBuffer
    ) -> Welcomed:
        """Welcome and subscribe a technician; raises Refused for wrong credentials."""
        technician = await self._authenticate_technician(hello, peer)
        missed = await self._resumable(hello, technician)
        drafts = await self.services.drafts.list_drafts(technician)
        topics = await self.services.topics.list_topics()
        subscriber = self._new_subscriber(technician.id, send_buffer, internal=True)
        if hello.token is None and peer.cookie is not None:
            subscriber.sign_in = digest(peer.cookie)
        # No await below: an event between the welcome and the subscription would be lost.
        self.hub.subscriptions.join(subscriber)
        self.services.pairing.dispatcher.technician_connected(technician)
        conversations = self.services.conversations
        own = [
            each
            for each in conversations.open_records()
            if each.conversation.is_with(technician.id)
        ]
        own_fields = {**self._technician_fields(technician, own), "topics": topics}
        welcome = {**self._welcome_fields(subscriber, "technician"), **own_fields, "drafts": drafts}
        send_buffer.try_send(encode(welcome))
        self._follow(subscriber, hello, [record.conversation for record in own], missed)
        return Welcomed(subscriber, technician)

    async def _save_page_visit(self, customer: Customer, hello: Hello, peer: Peer) -> None:
        """Record the visit if the hello has any details of it."""
        if hello.page is None and hello.timezone is None and not hello.attributes:
            return
        visit = PageVisit(
            at=self.services.clock(),
            page=hello.page,
            agent=peer.agent,
            locale=hello.locale,
            timezone=hello.timezone,
            attributes=hello.attributes or {},
            system=hello.system,
        )
        await self.services.people.customers.store.save_page_visit(customer.id, visit)

    async def _authenticate_customer(self, hello: Hello) -> tuple[Customer, str]:
        customers = self.services.people.customers
        profile = Profile(hello.name, hello.email, hello.locale)
        if hello.identity is not None:
            secret = self.settings.identity_secret
            if not secret:
                raise IdentityRefused("the server has no CHATSERVER_IDENTITY_SECRET")
            identity = verify_identity(hello.identity, secret, self.services.clock())
            return await customers.identify_by_host_page(identity, profile)
        if hello.token is not None:
            return await customers.identify_by_token(hello.token, profile)
        return await customers.create_customer(profile)

    async def _authenticate_technician(self, hello: Hello, peer: Peer) -> Technician:
        technician = None
        if hello.token is not None:
            technician = await self.services.people.sign_in.technician_of_api_token(hello.token)
        elif peer.cookie is not None:
            technician = await self.services.people.sign_in.technician_signed_in_by(peer.cookie)
        if technician is None or technician.gone:
            raise Refused(Code.NOT_SIGNED_IN)
        return technician

    async def _resumable(self, hello: Hello, actor: Customer | Technician) -> list[Conversation]:
        """Return the conversations that the client resumes and may still read."""
        find = self.services.conversations.find_record
        found = [await find(each) for each in self._held_seqs(hello)]
        return [
            record.conversation
            for record in found
            if record and may_read(record.conversation, actor)
        ]

    def _follow(
        self,
        subscriber: Subscriber,
        hello: Hello,
        own: list[Conversation],
        missed: list[Conversation],
    ) -> None:
        """Subscribe to the own open and the resumed conversations, after the seqs that are held."""
        held = self._held_seqs(hello)
        wanted = {state.id: state for state in (*missed, *own) if state.is_open or state.id in held}
        for state in wanted.values():
            now = self.services.conversations.find_open(state.id)
            # It may have been closed since it was read: then the log itself must say where it ends.
            head = now.conversation.seq if now else UNKNOWN_HEAD
            last = held.get(state.id)
            if last is not None and last > _newest_visible_seq(
                now.conversation if now else state, subscriber
            ):
                subscriber.send_buffer.try_send(encode(afresh_frame(state.id)))
                last = None
            self.hub.follow(subscriber, state.id, last=last, head=head)
            position = self.services.pairing.dispatcher.queue_position(state.id)
            if position is not None and not subscriber.internal:
                subscriber.send_buffer.try_send(encode(queue_frame(position)))

    def _send_afresh_for_unreadable(
        self, subscriber: Subscriber, hello: Hello, missed: list[Conversation]
    ) -> None:
        """Send a customer `afresh` for each resumed conversation that they may not read.

        Technicians are sent none: their rights to read change with every assignment.
        """
        for conversation in self._held_seqs(hello).keys() - {state.id for state in missed}:
            subscriber.send_buffer.try_send(encode(afresh_frame(conversation)))

    def _held_seqs(self, hello: Hello) -> Mapping[str, int]:
        """Return the last seq of each conversation that the client holds; none of another log."""
        return (hello.resume or {}) if hello.epoch == self.epoch else {}

    def _new_subscriber(
        self, person: str, send_buffer: SendBuffer, *, internal: bool
    ) -> Subscriber:
        session = base32(self.services.entropy(80), 16)
        return Subscriber(session, person, internal, send_buffer)

    def _welcome_fields(self, subscriber: Subscriber, role: str) -> dict[str, object]:
        return {
            "type": "welcome",
            "version": VERSION,
            "session": subscriber.session,
            "role": role,
            "epoch": self.epoch,
            "at": self.services.clock(),
            "heartbeat": ms(self.settings.heartbeat_s),
            "max_frame": self.settings.frame_limit,
            "text_limit": self.settings.text_limit,
            "reopen": self.services.conversations.reopen_ms,
            "files": {"limit": self.settings.file_limit, "types": self.settings.file_types},
            **_masking_fields(self.services.text_rules.masking),
        }

    def _customer_fields(
        self, customer: Customer, records: list[ConversationRecord], address: str | None
    ) -> dict[str, object]:
        """Return the fields of a customer's welcome; `address` is the confirmed e-mail address."""
        return {
            "customer": customer_view(customer),
            **self._availability_fields(),
            # In memory: one that a command has added is in it within a second.
            "topics": self.services.site.topics,
            "mail": {"available": self.services.mail.requests.is_enabled, "address": address},
            "widget": widget_fields(self.services.site.current.widget),
            "conversations": [own_summary(record, self.settings.retention) for record in records],
        }

    def _technician_fields(
        self, technician: Technician, own: list[ConversationRecord]
    ) -> dict[str, object]:
        """Return the fields of a technician's welcome; `own` are their open conversations."""
        dispatcher, find = self.services.pairing.dispatcher, self.services.conversations.find_open
        queue = [record for each in dispatcher.router.queue if (record := find(each.conversation))]
        return {
            "technician": technician_view(technician),
            "conversations": [_summary_fields(record, internal=True) for record in own],
            "queue": [_summary_fields(record, internal=True) for record in queue],
            "technicians": [
                colleague_view(each.technician, each.status, each.load)
                for each in dispatcher.colleagues()
            ],
            "offers": _offer_frames(queue, technician.id),
            **site_fields(self.services.site.current),
            "supervises": technician.rank.supervises,
            "administers": technician.rank is Rank.ADMIN,
        }

    def _availability_fields(self) -> dict[str, object]:
        site, now = self.services.site, self.services.clock()
        availability = self.services.pairing.dispatcher.availability
        return {
            "available": availability.available,
            "staffed": availability.staffed,
            "available_topics": availability.available_topics,
            "reply_by": site.reply_by(now),
            "promises": site.reply_promises(now),
        }


def _newest_visible_seq(state: Conversation, subscriber: Subscriber) -> int:
    """Return the newest seq that the subscriber may have of a conversation."""
    return state.seq if subscriber.internal else state.shown


def _masking_fields(masking: Masking) -> dict[str, object]:
    """Return the masking rules for the pages, empty where masking is off."""
    if not masking.kinds:
        return {}
    return {"mask": {"kinds": sorted(masking.kinds), "undo": masking.undo}}


def _summary_fields(record: ConversationRecord, *, internal: bool) -> dict[str, object]:
    return summary(record.conversation, record.marks, internal=internal)


def _offer_frames(queue: list[ConversationRecord], technician: str) -> list[dict[str, object]]:
    """Return the offers that a technician has to answer."""
    return [
        offer_frame(record.conversation, record.marks, stands=True)
        for record in queue
        if record.conversation.offered is not None and record.conversation.offered.id == technician
    ]
