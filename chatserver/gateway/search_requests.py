"""Answers to look-ups: searches, lists, similar conversations, the customer's card."""

from chatserver.core.conversation.listing import ListQuery, OpeningPeriod, SearchHit
from chatserver.core.conversation.record import ConversationRecord
from chatserver.core.conversation.state import ConversationStatus
from chatserver.core.errors import Code, Refused
from chatserver.core.log import Answer
from chatserver.core.people import Customer, PageVisit, Technician
from chatserver.protocol import frames
from chatserver.protocol.event_json import event_fields
from chatserver.protocol.views import outline, summary
from chatserver.services.search import ConversationSearch, CustomerCard
from chatserver.workers.pool import WorkerJob, WorkerPool

DESCRIBE: WorkerJob[[str, str | None], str | None] = WorkerJob(
    "chatserver.workers.user_agent", "describe"
)


async def answer_search(
    search: ConversationSearch, customer: Customer, request: frames.SearchRequest
) -> Answer:
    """Return a customer's closed conversations in which a text was said, best match first."""
    found = await search.search_own(customer, request.text, request.limit)
    return {"results": [_hit_fields(each, internal=False) for each in found]}


async def answer_list(
    search: ConversationSearch, technician: Technician, request: frames.ListRequest
) -> Answer:
    """Return a page of a list, or the best matches if there is a text to search for."""
    everybodys = request.whose == "all"
    status = None if request.status == "any" else request.status
    asked = ListQuery(
        status,
        before=_parse_cursor(request.before),
        limit=request.limit + 1,
        period=OpeningPeriod(request.since, request.until),
    )
    if request.text is not None and request.text.strip():
        found = await _search(search, technician, request.text, asked=asked, everybodys=everybodys)
        shown = [_hit_fields(each, internal=True) for each in found[: request.limit]]
        return {"conversations": shown, "next": None}
    records = await search.list_conversations(technician, asked, everybodys=everybodys)
    page, more = records[: request.limit], len(records) > request.limit
    return {
        "conversations": [_summary_fields(record) for record in page],
        "next": _format_cursor(page[-1]) if more else None,
    }


async def _search(
    search: ConversationSearch,
    technician: Technician,
    text: str,
    *,
    asked: ListQuery,
    everybodys: bool,
) -> list[SearchHit]:
    """Return the open conversations with a text, newest first, then the closed ones, best first."""
    found: list[SearchHit] = []
    if asked.status != ConversationStatus.CLOSED:
        found += await search.search_open(technician, text, asked, everybodys=everybodys)
    if asked.status in (None, ConversationStatus.CLOSED):
        closed = await search.search_conversations(
            technician, text, asked.limit, everybodys=everybodys, period=asked.period
        )
        # One may have been closed between the two searches.
        known = {each.record.conversation.id for each in found}
        found += [each for each in closed if each.record.conversation.id not in known]
    return found


async def answer_similar(
    search: ConversationSearch, technician: Technician, request: frames.SimilarRequest
) -> Answer:
    """Return closed conversations similar to one, best match first."""
    found = await search.list_similar(technician, request.conversation)
    kept = ("conversation", "reference", "subject", "topic", "closed_at", "excerpt")
    results = [_hit_fields(each, internal=True) for each in found]
    return {"results": [{name: each[name] for name in kept} for each in results]}


async def answer_solved(
    search: ConversationSearch, technician: Technician, request: frames.SolvedRequest
) -> Answer:
    """Return the messages of a closed conversation, without notes."""
    events, more = await search.read_solved(technician, request.conversation)
    return {"events": [event_fields(event, internal=False) for event in events], "more": more}


async def answer_customer_card(
    search: ConversationSearch,
    workers: WorkerPool,
    technician: Technician,
    request: frames.CustomerRequest,
) -> Answer:
    """Return the customer of a conversation, their last visit, conversations and files."""
    card = await search.customer_card(technician, request.conversation)
    visit = card.visit
    device = None
    if visit and visit.agent:
        device = await workers.run(DESCRIBE, visit.agent, visit.system)
    return {
        "customer": {
            "id": card.customer.id,
            "name": card.customer.name,
            "email": card.customer.email,
            "locale": card.customer.locale,
            "verified": card.customer.subject is not None,
        },
        "context": _visit_fields(visit, device) if visit else None,
        "earlier": _earlier_fields(search, technician, card),
        "files": [
            {
                "file": each.file,
                "conversation": each.conversation,
                "name": each.attachment.name,
                "type": each.attachment.type,
                "size": each.attachment.size,
                "at": each.at,
            }
            for each in card.files
        ],
    }


def _visit_fields(visit: PageVisit, device: str | None) -> dict[str, object]:
    return {
        "at": visit.at,
        "page": visit.page,
        "device": device,
        "locale": visit.locale,
        "timezone": visit.timezone,
        "attributes": visit.attributes,
    }


def _earlier_fields(
    search: ConversationSearch, technician: Technician, card: CustomerCard
) -> list[dict[str, object]]:
    return [
        _summary_fields(each)
        if search.may_read_messages(each, technician)
        else outline(each.conversation)
        for each in card.earlier
    ]


def _hit_fields(found: SearchHit, *, internal: bool) -> dict[str, object]:
    record = found.record
    fields = summary(record.conversation, record.marks, internal=internal)
    return fields | {"excerpt": found.excerpt}


def _summary_fields(record: ConversationRecord) -> dict[str, object]:
    return summary(record.conversation, record.marks, internal=True)


def _format_cursor(record: ConversationRecord) -> str:
    return f"{record.conversation.opened_at}.{record.conversation.id}"


def _parse_cursor(before: str | None) -> tuple[int, str] | None:
    """Parse a cursor; raises Refused `invalid` for one that no page was answered with."""
    if before is None:
        return None
    at, _, conversation = before.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) < 19 and conversation):
        raise Refused(Code.INVALID, field="before")
    return int(at), conversation
