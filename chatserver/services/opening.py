"""The command that opens a conversation, for live sessions and for the form without scripts."""

from chatserver.core.conversation.commands import Open, Reopen
from chatserver.core.ids import reference
from chatserver.services.bundle import Services


def opening(
    services: Services,
    *,
    topic: str | None,
    text: str | None,
    is_left: bool,
    subject: str | None = None,
    product: str | None = None,
    language: str | None = None,
    previous: str | None = None,
) -> Open:
    """Return the command with a new id and reference, and its texts as they are stored.

    A message that `is_left` is promised an answer by the business hours of the topic.
    """
    stored = services.text_rules.as_stored
    now = services.clock()
    return Open(
        conversation=services.conversations.new_id(services.entropy(80)),
        reference=reference(services.entropy(40)),
        topic=topic,
        subject=stored(subject),
        product=stored(product),
        text=stored(text or None),
        reply_by=services.site.reply_by(now, topic) if is_left else None,
        milestones=services.site.milestones(now, topic) if is_left else None,
        language=language,
        previous=previous,
    )


def reopening(services: Services, *, topic: str | None, text: str | None, is_left: bool) -> Reopen:
    """Return the command that continues a conversation, with its words as they are stored."""
    now = services.clock()
    return Reopen(
        ended_since=now - services.conversations.reopen_ms,
        text=services.text_rules.as_stored(text or None),
        reply_by=services.site.reply_by(now, topic) if is_left else None,
        milestones=services.site.milestones(now, topic) if is_left else None,
    )
