"""A customer's own archive: list, search, read and label the own conversations."""

from typing import Annotated

import orjson
from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from chatserver.core.customer_archive import (
    ConversationLabel,
    CustomerArchiveEntry,
    CustomerArchiveFacets,
    CustomerArchiveFilter,
    CustomerArchiveQuery,
)
from chatserver.core.errors import Code, Refused
from chatserver.core.log import Answer, DuplicateRequest, LogPage
from chatserver.core.retention import Retention
from chatserver.protocol.codec import request_key
from chatserver.protocol.event_json import event_fields
from chatserver.protocol.frames import ReopenRequest
from chatserver.protocol.views import own_summary
from chatserver.services.customer_archive import LabelChange
from chatserver.services.opening import reopening
from chatserver.web.app_keys import SERVICES, SETTINGS
from chatserver.web.archive_login import archive_owner
from chatserver.web.request_body import Secret, parse_body
from chatserver.web.security_headers import NO_STORE

routes = web.RouteTableDef()

EVENTS_PER_PAGE = 200
"""Events in one response."""

LabelText = Annotated[str, Field(max_length=1_000)]
TimestampMs = Annotated[int, Field(ge=0, lt=1 << 53)]


class ArchiveListQuery(BaseModel):
    """The query parameters of the list; times in ms since 1970 UTC."""

    text: Annotated[str, Field(max_length=400)] = ""
    state: CustomerArchiveFilter = CustomerArchiveFilter.CURRENT
    topic: LabelText | None = None
    tag: LabelText | None = None
    since: TimestampMs | None = None
    until: TimestampMs | None = None
    before: Annotated[str, Field(pattern=r"^[0-9]{1,15} [0-9A-Za-z_-]{1,64}$")] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 30


class LabelForm(BaseModel):
    """The changes to a label; absent fields stay."""

    title: LabelText | None = None
    tags: Annotated[list[LabelText], Field(max_length=100)] | None = None
    archived: bool | None = None


class ReopenForm(BaseModel):
    """The words that continue a conversation; `id` makes a repeated request idempotent."""

    id: Secret
    text: Annotated[str, Field(min_length=1)]


@routes.get("/archive/conversations")
async def list_conversations(request: web.Request) -> web.Response:
    """List a page of the customer's conversations, newest first, with the filters to offer."""
    services = request.app[SERVICES]
    customer = await archive_owner(request)
    query = _parse_query(request)
    # One more than shown, to learn if a next page exists without counting the list.
    archive_query = _archive_query(query, query.limit + 1)
    matches = await services.archive.customer_archive.browse(customer, archive_query, query.text)
    page, has_more = matches[: query.limit], len(matches) > query.limit
    topics = {topic.id: topic.name for topic in await services.topics.list_topics()}
    answer = {
        "name": customer.name,
        "reopen": services.conversations.reopen_ms,
        "mail": {
            "available": services.mail.requests.is_enabled,
            "address": await services.mail.requests.find_address(customer),
        },
        "conversations": [_summary(kept, request.app[SETTINGS].retention) for kept in page],
        "next": _cursor(page[-1]) if has_more else None,
        **_facets(await services.archive.customer_archive.facets(customer), topics),
    }
    return web.json_response(answer, headers=NO_STORE, dumps=_dumps)


@routes.get("/archive/conversations/{conversation}/events")
async def list_events(request: web.Request) -> web.Response:
    """Return the latest events of a conversation, or those before `?before=` (a seq)."""
    customer = await archive_owner(request)
    before = request.query.get("before")
    if before is not None and (not before.isdecimal() or len(before) > 15):
        raise Refused(Code.INVALID, field="before")
    page = LogPage(before=None if before is None else int(before), limit=EVENTS_PER_PAGE + 1)
    conversations = request.app[SERVICES].archive.customer_archive.conversations
    matches = await conversations.read_history(request.match_info["conversation"], page, customer)
    fields = [event_fields(event, internal=False) for event in matches[-EVENTS_PER_PAGE:]]
    answer = {"events": fields, "more": len(matches) > EVENTS_PER_PAGE}
    return web.json_response(answer, headers=NO_STORE, dumps=_dumps)


@routes.post("/archive/conversations/{conversation}")
async def change_label(request: web.Request) -> web.Response:
    """Change the title or tags of a conversation, archive it, or restore it."""
    archive = request.app[SERVICES].archive
    customer = await archive_owner(request)
    change = await parse_body(request, LabelForm)
    name = request.match_info["conversation"]
    asked = LabelChange(change.title, change.tags, change.archived)
    label = await archive.customer_archive.relabel(customer, name, asked)
    return web.json_response(_label_fields(label), headers=NO_STORE)


@routes.post("/archive/conversations/{conversation}/reopen")
async def reopen_conversation(request: web.Request) -> web.Response:
    """Continue a closed conversation with a message, which is promised an answer."""
    services = request.app[SERVICES]
    customer = await archive_owner(request)
    form = await parse_body(request, ReopenForm)
    services.text_rules.check(form.text)
    record = await services.conversations.require_readable(
        request.match_info["conversation"], customer
    )
    state = record.conversation
    asked = ReopenRequest.model_construct(
        type="reopen", conversation=state.id, written=True, **form.model_dump()
    )
    key = request_key(asked)
    command = reopening(services, topic=state.topic, text=form.text, is_left=True)
    answer: Answer | None
    try:
        answer = await services.conversations.reopen(
            state.id, command, customer, request=key, queue_position=lambda: None
        )
    except DuplicateRequest as repeated:
        answer = repeated.answer
    except Refused:
        # A repeated request is refused just because the first one has succeeded.
        answer = await services.conversations.find_answer(customer, key)
        if answer is None:
            raise
    return web.json_response(answer, headers=NO_STORE, dumps=_dumps)


def _parse_query(request: web.Request) -> ArchiveListQuery:
    try:
        return ArchiveListQuery.model_validate(dict(request.query))
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise Refused(Code.INVALID, field=".".join(map(str, location))) from None


def _archive_query(query: ArchiveListQuery, limit: int) -> CustomerArchiveQuery:
    before = None
    if query.before is not None:
        at, _, conversation = query.before.partition(" ")
        before = (int(at), conversation)
    return CustomerArchiveQuery(
        state=query.state,
        topic=query.topic,
        tag=query.tag,
        since=query.since,
        until=query.until,
        before=before,
        limit=limit,
    )


def _cursor(kept: CustomerArchiveEntry) -> str:
    conversation = kept.record.conversation
    return f"{conversation.opened_at} {conversation.id}"


def _summary(kept: CustomerArchiveEntry, retention: Retention) -> dict[str, object]:
    fields = own_summary(kept.record, retention)
    return fields | _label_fields(kept.label) | {"excerpt": kept.excerpt}


def _label_fields(label: ConversationLabel) -> dict[str, object]:
    return {"title": label.title, "tags": label.tags, "archived_at": label.archived_at}


def _facets(facets: CustomerArchiveFacets, topics: dict[str, str]) -> dict[str, object]:
    named = [{"id": topic, "name": topics.get(topic, topic)} for topic in facets.topics]
    return {"topics": named, "tags": facets.tags, "first_at": facets.first_at}


def _dumps(answer: object) -> str:
    return orjson.dumps(answer).decode()
