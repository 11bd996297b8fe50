"""One client's live session: bytes in, frame, request; answers and events out."""

from dataclasses import dataclass, field

import structlog

from chatserver.auth.identity import IdentityRefused
from chatserver.core.conversation.draft import Draft
from chatserver.core.errors import ChatError, Code, RateLimited, Refused, Unavailable
from chatserver.core.log import Answer, DuplicateRequest
from chatserver.core.notifications import DraftChanged, ViewingChanged
from chatserver.core.people import Customer, Technician
from chatserver.gateway.admission import Peer
from chatserver.gateway.deadlines import Deadlines
from chatserver.gateway.handshake import Handshake
from chatserver.gateway.hub import Hub
from chatserver.gateway.rate_limit import SessionRateLimiter
from chatserver.gateway.requests import answer_customer, answer_technician
from chatserver.gateway.subscriptions import Subscriber
from chatserver.gateway.transport import ConnectionLost, SendBuffer, SessionEnded, Transport
from chatserver.metrics import Metrics
from chatserver.protocol import codec
from chatserver.protocol.close import CloseCode
from chatserver.protocol.error_messages import error_fields
from chatserver.protocol.frames import (
    CUSTOMER_TYPES,
    SIGNALS,
    TECHNICIAN_TYPES,
    AnyRequest,
    DraftSignal,
    Hello,
    ReadSignal,
    Request,
    Signal,
    TypingSignal,
    ViewingSignal,
)
from chatserver.services.bundle import Services
from chatserver.settings import Settings

BAD_FRAMES = 3
"""Frames without a JSON object that end a session: its peer speaks another protocol."""

MAX_REASON_BYTES = 123
"""The bytes of a close frame besides its code (RFC 6455 §5.5)."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("session")


@dataclass(slots=True)
class Gateway:
    """Runs the session of each client; holds what the sessions share."""

    services: Services
    hub: Hub
    handshake: Handshake
    settings: Settings
    metrics: Metrics
    _hellos: Deadlines[SendBuffer] = field(init=False)

    def __post_init__(self) -> None:
        self._hellos = Deadlines(self.settings.hello_timeout_s, self._end_without_hello)

    async def serve(self, transport: Transport, peer: Peer) -> None:
        """Run a session from hello to close; a lost client raises nothing."""
        send_buffer = SendBuffer(transport, self.settings.outbox_limit)
        try:
            try:
                await self._run_session(transport, send_buffer, peer)
            except SessionEnded as ended:
                self.metrics.dismissals.labels(ended.code.name.lower()).inc()
                await send_buffer.close(ended.code, ended.reason)
        except ConnectionLost:
            return
        except Exception:
            _log.exception("session failed", address=peer.network_address)
            await send_buffer.close(CloseCode.FAILED)

    async def _run_session(self, transport: Transport, send_buffer: SendBuffer, peer: Peer) -> None:
        hello = await self._receive_hello(transport, send_buffer)
        try:
            welcomed = await self.handshake.welcome(hello, peer, send_buffer)
        except IdentityRefused as refused:
            raise SessionEnded(CloseCode.NOT_SIGNED_IN, _close_reason(refused.reason)) from None
        except Refused:
            raise SessionEnded(CloseCode.NOT_SIGNED_IN) from None
        except Unavailable:
            raise SessionEnded(CloseCode.RESTART) from None
        subscriber, actor = welcomed.subscriber, welcomed.actor
        session = Session(
            gateway=self,
            transport=transport,
            send_buffer=send_buffer,
            subscriber=subscriber,
            actor=actor,
            locale=hello.locale,
            peer=peer,
        )
        sessions = self.metrics.sessions_of(hello.role)
        sessions.inc()
        try:
            await session.run()
        finally:
            sessions.dec()
            self.handshake.leave(welcomed)

    async def _receive_hello(self, transport: Transport, send_buffer: SendBuffer) -> Hello:
        self._hellos.set(send_buffer)
        try:
            return codec.parse_hello(await transport.recv())
        except Refused:
            raise SessionEnded(CloseCode.NOT_THIS_PROTOCOL) from None
        finally:
            self._hellos.remove(send_buffer)

    def _end_without_hello(self, send_buffer: SendBuffer) -> None:
        self.hub.close(send_buffer, CloseCode.NOT_THIS_PROTOCOL)


@dataclass(slots=True)
class Session:
    """The read loop of one client. Requests are answered in order, one at a time."""

    gateway: Gateway
    transport: Transport
    send_buffer: SendBuffer
    subscriber: Subscriber
    actor: Customer | Technician
    locale: str | None
    peer: Peer
    bad_frames: int = 0

    async def run(self) -> None:
        """Read until the client leaves; raises SessionEnded or ConnectionLost."""
        clock = self.gateway.services.clock
        limiter = SessionRateLimiter.from_settings(self.gateway.settings, clock())
        allowed = CUSTOMER_TYPES if isinstance(self.actor, Customer) else TECHNICIAN_TYPES
        while True:
            data = await self.transport.recv()
            try:
                raw = codec.decode(data)
            except Refused as error:
                await self._refuse_bad_frame(error)
                continue
            try:
                # Before the frame is checked: refusing wrong frames is work that is limited, too.
                is_request = raw.get("type") not in SIGNALS
                if is_request and (retry_after := limiter.count_request(clock())):
                    raise RateLimited(retry_after)
                frame = codec.parse(raw, allowed)
                if isinstance(frame, Request):
                    answer = await self._answer(frame)
                    self.gateway.metrics.record_answer(str(raw["type"]))
                    # The events of this request were sent before it: they precede their `ok`.
                    await self._send_frame({"type": "ok", "id": frame.id, **answer})
                elif not limiter.count_signal(clock()):
                    await self._signal(frame)
            except DuplicateRequest as repeated:
                await self._repeat(raw, repeated.answer)
            except ChatError as error:
                await self._refuse_or_repeat(error, raw, allowed)

    async def _answer(self, request: AnyRequest) -> Answer:
        services, actor = self.gateway.services, self.actor
        if isinstance(actor, Technician):
            return await answer_technician(
                services, actor, request, subscriber=self.subscriber, hub=self.gateway.hub
            )
        answer, self.actor = await answer_customer(services, actor, request, peer=self.peer)
        return answer

    async def _repeat(self, raw: codec.RawFrame, answer: Answer) -> None:
        """Send the stored answer to a repeated request."""
        self.gateway.metrics.record_answer(str(raw["type"]))
        await self._send_frame({"type": "ok", "id": raw["id"], **answer})

    async def _refuse_or_repeat(
        self, error: ChatError, raw: codec.RawFrame, allowed: frozenset[str]
    ) -> None:
        """Send a refusal, or the stored answer if this request was answered before."""
        earlier: Answer | None = None
        # Not for what comes too fast: a refusal must cost less than an answer.
        if isinstance(error, Refused) and not isinstance(error, RateLimited):
            try:
                request = codec.parse(raw, allowed)
                if isinstance(request, Request):
                    earlier = await self._earlier_answer(request)
            except ChatError as other:
                error = other
        if earlier is None:
            await self._refuse(error, codec.request_id(raw))
        else:
            await self._repeat(raw, earlier)

    async def _earlier_answer(self, request: Request) -> Answer | None:
        conversations = self.gateway.services.conversations
        return await conversations.find_answer(self.actor, codec.request_key(request))

    async def _signal(self, signal: AnyRequest | Signal) -> None:
        conversations = self.gateway.services.conversations
        if isinstance(signal, TypingSignal):
            conversations.publish_typing(signal.conversation, self.actor, is_on=signal.on)
        elif isinstance(signal, ReadSignal):
            await conversations.advance_read_mark(signal.conversation, self.actor, signal.seq)
        elif isinstance(signal, DraftSignal | ViewingSignal) and isinstance(self.actor, Technician):
            await self._show_work(signal, self.actor)

    async def _show_work(self, signal: DraftSignal | ViewingSignal, technician: Technician) -> None:
        """Show a technician's draft or viewing to their sessions and colleagues.

        A signal about a conversation that is not theirs is ignored.
        """
        services, hub = self.gateway.services, self.gateway.hub
        if isinstance(signal, DraftSignal):
            draft = Draft(signal.conversation, signal.text)
            if await services.drafts.save_draft(technician, draft):
                hub.deliver(DraftChanged(technician.id, self.subscriber.session, draft))
            return
        if signal.conversation is not None:
            try:
                await services.conversations.require_readable(signal.conversation, technician)
            except Refused:
                return
        # The session may have ended while the store was read; then nothing would end the viewing.
        if self.subscriber in hub.subscriptions:
            hub.deliver(
                ViewingChanged(self.subscriber.session, technician.person, signal.conversation)
            )

    async def _refuse_bad_frame(self, error: Refused) -> None:
        self.bad_frames += 1
        if self.bad_frames >= BAD_FRAMES:
            raise SessionEnded(CloseCode.NOT_THIS_PROTOCOL)
        await self._refuse(error, None)

    async def _refuse(self, error: ChatError, request: str | None) -> None:
        self.gateway.metrics.refusals.labels(error.code).inc()
        if error.code in (Code.UNAVAILABLE, Code.STORAGE_FULL):
            _log.warning("storage refused", session=self.subscriber.session, code=error.code)
        identified = {} if request is None else {"id": request}
        await self._send_frame({"type": "error", **identified, **error_fields(error, self.locale)})

    async def _send_frame(self, frame: dict[str, object]) -> None:
        await self.send_buffer.send_waiting(codec.encode(frame))


def _close_reason(reason: str) -> str:
    """Cut a reason to the bytes that fit into a close frame, which has 125 bytes with its code."""
    return reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
