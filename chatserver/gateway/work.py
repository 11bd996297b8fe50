"""What a technician is at, shown to their other devices and to colleagues."""

from chatserver.core.errors import Refused
from chatserver.core.log_types import Draft
from chatserver.core.notifications import Drafted, Looking
from chatserver.core.people import Technician
from chatserver.gateway.requests import Services
from chatserver.gateway.subscriptions import Member
from chatserver.protocol.frames import DraftSignal, ViewingSignal


async def note_work(
    services: Services, technician: Technician, member: Member, signal: DraftSignal | ViewingSignal
) -> None:
    """Pass on what is half written, or looked at; what is not theirs is ignored."""
    if isinstance(signal, DraftSignal):
        draft = Draft(signal.conversation, signal.text)
        if await services.lookups.keep_draft(technician, draft):
            services.hub.deliver(Drafted(technician.id, member.session, draft))
        return
    if signal.conversation is not None:
        try:
            await services.conversations.readable(signal.conversation, technician)
        except Refused:
            return
    # The session may have ended meanwhile, and nobody would take its look away again.
    if services.hub.audience.has(member):
        services.hub.deliver(Looking(member.session, technician.person, signal.conversation))
