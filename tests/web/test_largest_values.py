"""The largest allowed values fit into the limits of bodies, in any JSON, and of frames."""

import json
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest
from pydantic import BaseModel

from chatserver.app import RunningServer
from chatserver.core.customer_archive import TAG_LIMIT, TAGS_LIMIT, TITLE_LIMIT
from chatserver.core.people import Rank
from chatserver.core.site import SITE_BODY_BYTES, SITE_LIMITS
from chatserver.protocol.frames import FRAMES, Hello
from chatserver.settings import Settings
from chatserver.web.admin_schemas import ChosenSchedule, ChosenTechnician
from chatserver.web.archive_login import LinkSecret, ReferenceClaim, SignOutForm
from chatserver.web.auth import SignInForm
from chatserver.web.mail import AddressForm, SendTranscriptForm
from chatserver.web.server import BODY_LIMIT
from tests.web.test_admin import browser, get, post
from tests.wire.client import customer, opened

ESCAPED = 12
"""Bytes of a character that a client writes as two escapes, `\\ud83d\\ude00`."""

RAW = 4
"""Bytes of a character in UTF-8."""

FORMS: list[type[BaseModel]] = [
    AddressForm,
    ChosenSchedule,
    ChosenTechnician,
    LinkSecret,
    ReferenceClaim,
    SendTranscriptForm,
    SignInForm,
    SignOutForm,
]


def largest(schema: dict[str, Any], kinds: dict[str, Any], each: int) -> int:
    """Return the bytes of the largest JSON that a schema allows; `each` are those of a character.

    Fails for what has no bound.
    """
    if "$ref" in schema:
        return largest(kinds[schema["$ref"].rpartition("/")[2]], kinds, each)
    if "anyOf" in schema:
        return max(largest(one, kinds, each) for one in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return max(len(json.dumps(one)) for one in schema.get("enum", [schema.get("const")]))
    match schema.get("type"):
        case "string" if schema.get("format") in ("date", "time"):
            return 34
        case "string" if schema.get("pattern", "").startswith(("^[a-z", "^[A-Z")):
            return 42
        case "string":
            assert "maxLength" in schema, schema
            return 2 + int(schema["maxLength"]) * each
        case "array" if "prefixItems" in schema:
            return 2 + sum(largest(one, kinds, each) + 1 for one in schema["prefixItems"])
        case "array":
            assert "maxItems" in schema, schema
            return 2 + int(schema["maxItems"]) * (largest(schema["items"], kinds, each) + 1)
        case "object" if "properties" in schema:
            return 2 + sum(
                len(name) + 4 + largest(one, kinds, each)
                for name, one in schema["properties"].items()
            )
        case "object":
            assert "maxProperties" in schema, schema
            name = largest({"type": "string"} | schema.get("propertyNames", {}), kinds, each)
            value = largest(schema["additionalProperties"], kinds, each)
            return 2 + int(schema["maxProperties"]) * (name + value + 2)
        case "integer" | "number" | "boolean" | "null":
            return 24
    raise AssertionError(f"no bound: {schema}")


def largest_of(model: type[BaseModel], each: int) -> int:
    schema = model.model_json_schema()
    return largest(schema, schema.get("$defs", {}), each)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_the_largest_form_fits_into_a_body(form: type[BaseModel]) -> None:
    assert largest_of(form, ESCAPED) <= BODY_LIMIT


def with_text_limit(model: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a frame, with the site's limit for the texts that it bounds."""
    schema = model.model_json_schema()
    for name in ("text", "note", "comment"):
        for one in (field := schema["properties"].get(name, {})).get("anyOf", [field]):
            if one.get("type") == "string":
                one.setdefault("maxLength", Settings().text_limit)
    return schema


@pytest.mark.parametrize("kind", FRAMES)
def test_the_largest_frame_fits_into_the_limit_of_frames(kind: str) -> None:
    schema = with_text_limit(FRAMES[kind])
    assert largest(schema, schema.get("$defs", {}), RAW) <= Settings().frame_limit


def test_the_largest_hello_fits_into_the_limit_of_frames() -> None:
    schema = Hello.model_json_schema()
    # A token and the ids of conversations are ASCII; an id has 26 characters.
    resume, identity = 1_000 * (26 + 2 + 16 + 2), 8_192
    for name in ("resume", "identity"):
        del schema["properties"][name]
    beside = largest(schema, schema.get("$defs", {}), RAW)
    # Technicians follow many conversations; the page of a customer tells about the visit.
    assert max(resume, identity + beside) <= Settings().frame_limit


def site() -> dict[str, Any]:
    """Return the most that an administrator may choose."""
    limits = SITE_LIMITS
    first = date(2030, 1, 1)
    closed = [str(first + timedelta(days=day)) for day in range(limits.closed_days)]
    minutes = [f"{hour:02}:{half:02}:00" for hour in range(24) for half in (0, 30)]
    periods = [[minutes[2 * at], minutes[2 * at + 1]] for at in range(limits.periods)]
    hours = {"timezone": "America/Argentina/ComodRivadavia", "week": [periods] * 7}
    topics = [f"topic-{number:034}" for number in range(limits.topics)]
    length = min(limits.reply_text, limits.replies_text // limits.replies)
    skills = [f"skill-{number:034}" for number in range(50)]
    return {
        "replies": [
            {
                "id": f"{number:064}",
                "shortcut": f"{number:040}",
                "title": "\U0001f642" * 200,
                "text": "\U0001f642" * length,
            }
            for number in range(limits.replies)
        ],
        "topics": [{"id": topic, "name": f"{topic}{'ü' * 60}"} for topic in topics],
        "topic_hours": {topic: hours | {"closed": closed} for topic in topics},
        "pairing": {
            "topics": {topic: {"required": skills, "preferred": skills} for topic in topics}
        },
    }


@pytest.mark.filterwarnings("ignore:Sending a large body")
async def test_the_most_that_may_be_chosen_is_accepted_at_once(server: RunningServer) -> None:
    chosen = site()
    assert BODY_LIMIT < len(json.dumps(chosen)) <= SITE_BODY_BYTES
    async with browser(server, "root", Rank.ADMIN) as admin:
        status, answer = await post(admin, "/admin/site", **chosen)
        assert status == 200, answer
        assert answer["limits"]["replies_text"] == SITE_LIMITS.replies_text
        _, kept = await get(admin, "/admin/site")
        assert len(kept["replies"]) == SITE_LIMITS.replies
        assert set(kept["topic_hours"]) == set(chosen["topic_hours"])


async def test_more_than_that_is_refused_with_the_field(server: RunningServer) -> None:
    one = {"id": "r", "shortcut": "hi", "text": "x" * SITE_LIMITS.reply_text}
    count = SITE_LIMITS.replies_text // SITE_LIMITS.reply_text + 1
    replies = [one | {"id": str(at), "shortcut": f"s{at}"} for at in range(count)]
    week = [[["09:00", "09:01"]] * (SITE_LIMITS.periods + 1), *([[]] * 6)]
    async with browser(server, "root", Rank.ADMIN) as admin:
        status, problem = await post(admin, "/admin/site", replies=replies)
        assert (status, problem["code"], problem["field"]) == (413, "too_long", "replies")
        hours = {"timezone": "UTC", "week": week}
        status, problem = await post(admin, "/admin/site", schedule=hours)
        assert (status, problem["field"]) == (422, "schedule.week.0")


async def test_the_largest_label_is_accepted(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann, text="one")
        headers = {"Authorization": f"Bearer {ann.welcome['token']}"}
        async with aiohttp.ClientSession(server.url, headers=headers) as http:
            status, label = await post(
                http,
                f"/archive/conversations/{conversation}",
                title="\U0001f642" * TITLE_LIMIT,
                tags=[chr(0x1F600 + number) * TAG_LIMIT for number in range(TAGS_LIMIT)],
            )
    assert (status, len(label["tags"])) == (200, TAGS_LIMIT)


async def test_the_longest_message_is_accepted_as_utf_8(server: RunningServer) -> None:
    async with customer(server) as ann:
        conversation = await opened(ann)
        text = "\U0001f642" * Settings().text_limit
        frame = {"type": "send", "id": "1", "conversation": conversation, "text": text}
        # `json.dumps` alone would write each character as twelve bytes, more than a frame holds.
        await ann.send(json.dumps(frame, ensure_ascii=False))
        assert (await ann.next("ok"))["id"] == "1"
