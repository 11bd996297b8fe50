"""What the archive's page asks for: one's own conversations, to find, name and read."""

from typing import Annotated

import orjson
from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from chatserver.core.customer_archive import (
    ArchivedConversation,
    ArchiveFacets,
    ArchiveFilter,
    ArchiveQuery,
    ConversationLabel,
)
from chatserver.core.errors import Code, Refused
from chatserver.core.log_types import LogPage
from chatserver.core.retention import Retention
from chatserver.protocol.event_json import event_fields
from chatserver.protocol.views import own_summary
from chatserver.services.archive.customer_archive import LabelChange
from chatserver.web.archive_login import owner
from chatserver.web.auth import body
from chatserver.web.services import SERVICES
from chatserver.web.shares import UNSTORED

routes = web.RouteTableDef()

EVENTS = 200

Line = Annotated[str, Field(max_length=1_000)]
Moment = Annotated[int, Field(ge=0, lt=1 << 53)]


class ArchiveListQuery(BaseModel):
    """What a list is asked for; times in ms."""

    text: Annotated[str, Field(max_length=400)] = ""
    state: ArchiveFilter = ArchiveFilter.CURRENT
    topic: Line | None = None
    tag: Line | None = None
    since: Moment | None = None
    until: Moment | None = None
    before: Annotated[str, Field(pattern=r"^[0-9]{1,15} [0-9A-Za-z_-]{1,64}$")] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 30


class LabelForm(BaseModel):
    """What is changed of a label."""

    title: Line | None = None
    tags: Annotated[list[Line], Field(max_length=100)] | None = None
    archived: bool | None = None


@routes.get("/archive/conversations")
async def listed(request: web.Request) -> web.Response:
    """A page of the list, newest first, and by what it can be sorted out."""
    services = request.app[SERVICES]
    customer = await owner(request)
    query = _query(request)
    wish = _wish(query, query.limit + 1)
    found = await services.collection.listed(customer, wish, query.text)
    page, more = found[: query.limit], len(found) > query.limit
    topics = {topic.id: topic.name for topic in await services.technicians.topics()}
    answer = {
        "name": customer.name,
        "mail": {
            "available": services.letters.are_sent,
            "address": await services.letters.address(customer),
        },
        "conversations": [_line(kept, services.settings.keeping) for kept in page],
        "next": _cursor(page[-1]) if more else None,
        **_facets(await services.collection.facets(customer), topics),
    }
    return web.json_response(answer, headers=UNSTORED, dumps=_json)


@routes.get("/archive/conversations/{conversation}/events")
async def events(request: web.Request) -> web.Response:
    """What was said last, or before `?before=` (a seq)."""
    customer = await owner(request)
    before = request.query.get("before")
    if before is not None and (not before.isdecimal() or len(before) > 15):
        raise Refused(Code.INVALID, field="before")
    page = LogPage(before=None if before is None else int(before), limit=EVENTS + 1)
    conversations = request.app[SERVICES].collection.conversations
    found = await conversations.history(request.match_info["conversation"], page, customer)
    shown = [event_fields(event, internal=False) for event in found[-EVENTS:]]
    answer = {"events": shown, "more": len(found) > EVENTS}
    return web.json_response(answer, headers=UNSTORED, dumps=_json)


@routes.post("/archive/conversations/{conversation}")
async def relabel(request: web.Request) -> web.Response:
    """Give it a title or tags, put it away, or take it out again."""
    services = request.app[SERVICES]
    customer = await owner(request)
    change = await body(request, LabelForm)
    name = request.match_info["conversation"]
    asked = LabelChange(change.title, change.tags, change.archived)
    label = await services.collection.relabel(customer, name, asked)
    return web.json_response(_label(label), headers=UNSTORED)


def _query(request: web.Request) -> ArchiveListQuery:
    try:
        return ArchiveListQuery.model_validate(dict(request.query))
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise Refused(Code.INVALID, field=".".join(map(str, location))) from None


def _wish(query: ArchiveListQuery, limit: int) -> ArchiveQuery:
    before = None
    if query.before is not None:
        at, _, conversation = query.before.partition(" ")
        before = (int(at), conversation)
    return ArchiveQuery(
        query.state, query.topic, query.tag, query.since, query.until, before, limit
    )


def _cursor(kept: ArchivedConversation) -> str:
    conversation = kept.record.conversation
    return f"{conversation.opened_at} {conversation.id}"


def _line(kept: ArchivedConversation, keeping: Retention) -> dict[str, object]:
    shown = own_summary(kept.record, keeping)
    return shown | _label(kept.label) | {"excerpt": kept.excerpt}


def _label(label: ConversationLabel) -> dict[str, object]:
    return {"title": label.title, "tags": label.tags, "archived_at": label.archived_at}


def _facets(facets: ArchiveFacets, topics: dict[str, str]) -> dict[str, object]:
    named = [{"id": topic, "name": topics.get(topic, topic)} for topic in facets.topics]
    return {"topics": named, "tags": facets.tags, "first_at": facets.first_at}


def _json(answer: object) -> str:
    return orjson.dumps(answer).decode()
