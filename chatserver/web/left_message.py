"""`/chat/message`: a form with which browsers without scripts leave a message for the desk.

The answer is read on a shared link to the conversation, which needs no script either.
"""

from datetime import datetime
from html import escape
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from chatserver.auth.addresses import KeyedRateLimiter
from chatserver.core.errors import ChatError
from chatserver.core.log import RequestKey
from chatserver.core.people import PageVisit
from chatserver.i18n.languages import Texts
from chatserver.services.customers import Profile
from chatserver.services.opening import opening
from chatserver.transcript.reader_locale import ReaderLocale
from chatserver.web.accept_language import preferred_language, reader_texts
from chatserver.web.app_keys import SERVICES
from chatserver.web.forwarded import remote_address, site_url
from chatserver.web.middleware import STATUS
from chatserver.web.plain_page import link, paragraph, plain_page, ways_on

routes = web.RouteTableDef()

FORM_LIMITER = web.AppKey("messages left by form", KeyedRateLimiter)

PATH = "/chat/message"
NAME_LIMIT = 200
EMAIL_LIMIT = 320


@routes.get(PATH)
async def message_form(request: web.Request) -> web.Response:
    """Serve the form; `?topic=` chooses a topic."""
    return await _form(request, dict(request.query))


@routes.post(PATH)
async def leave_message(request: web.Request) -> web.Response:
    """Leave a message for a new customer, and redirect to the page that confirms it.

    What is refused is shown again in the form, with the reason and everything that was typed.
    """
    form = {name: str(value) for name, value in (await request.post()).items()}
    texts = reader_texts(request)
    if not form.get("text", "").strip():
        return await _form(request, form, problem=texts.say("left.empty"), status=422)
    try:
        confirmation = await _leave(request, form)
    except ChatError as error:
        problem, status = texts.say(f"error.{error.code}"), STATUS[error.code]
        return await _form(request, form, problem=problem, status=status)
    # Returned, not raised: aiohttp sends a raised redirect without the security headers.
    headers = {"Location": confirmation, "Cache-Control": "no-store"}
    return web.Response(status=303, headers=headers)


@routes.get(PATH + "/{conversation}")
async def confirmation_page(request: web.Request) -> web.Response:
    """Say that a message has arrived, by when it is answered, and where the answer can be read."""
    services, texts = request.app[SERVICES], reader_texts(request)
    key, name = request.query.get("key", ""), request.match_info["conversation"]
    document, access = await services.archive.shares.open_shared(key, name, remote_address(request))
    zone = services.site.current.schedule.timezone
    locale, conversation = ReaderLocale(ZoneInfo(zone), texts.language), document.conversation
    query = urlencode({"key": key, "timezone": zone, "language": texts.language})
    transcript = f"/conversations/{conversation.id}/transcript.html?{query}"
    body = [paragraph(texts.say("left.reference", reference=conversation.reference))]
    if conversation.reply_by is not None:
        promise = texts.say("left.reply_by", time=_minute(locale, conversation.reply_by))
        body.append(paragraph(promise))
    body.append(f"<p>{link(transcript, texts.say('left.read'), primary=True)}</p>")
    body.append(paragraph(texts.say("left.keep", time=_minute(locale, access.until))))
    return plain_page(
        request, title=texts.say("left.done"), body=body, links=ways_on(request, texts)
    )


def _minute(locale: ReaderLocale, at: int) -> str:
    """Return a moment (ms since 1970 UTC) as the reader writes it, without seconds."""
    moment = datetime.fromtimestamp(at / 1_000, locale.zone)
    return moment.strftime(f"{locale.say('time').removesuffix(':%S')} %Z")


async def _leave(request: web.Request, form: dict[str, str]) -> str:
    """Store the message; return the address of its confirmation.

    Raises Refused for a message or topic that cannot be taken, RateLimited, and Unavailable.
    """
    services = request.app[SERVICES]
    request.app[FORM_LIMITER].consume(remote_address(request), services.clock())
    services.text_rules.check(form["text"])
    topic = await services.topics.check_topic(form.get("topic") or None)
    now, language = services.clock(), reader_texts(request).language
    profile = Profile(
        name=form.get("name", "").strip()[:NAME_LIMIT] or None,
        email=form.get("email", "").strip()[:EMAIL_LIMIT] or None,
        locale=preferred_language(request)[:64],
    )
    customer, _ = await services.people.customers.create_customer(profile)
    agent = request.headers.get("User-Agent", "")[:500] or None
    visit = PageVisit(at=now, page=site_url(request) + PATH, agent=agent, locale=profile.locale)
    await services.people.customers.store.save_page_visit(customer.id, visit)
    command = opening(services, topic=topic, text=form["text"], is_left=True, language=language)
    await services.conversations.open(
        command, customer, RequestKey(command.reference), lambda: None
    )
    share = await services.archive.shares.create_link(customer, command.conversation)
    query = urlencode({"key": share.secret, "language": language})
    return f"{PATH}/{share.conversation.id}?{query}"


async def _form(
    request: web.Request, form: dict[str, str], *, problem: str = "", status: int = 200
) -> web.Response:
    texts = reader_texts(request)
    topics = await request.app[SERVICES].topics.list_topics()
    names = {topic.id: topic.name for topic in topics}
    action = f"{PATH}?{urlencode({'language': texts.language})}"
    body = [
        paragraph(texts.say("left.intro")),
        f'<form method="post" action="{escape(action)}">',
        _topic_field(texts, names, form.get("topic", "")),
        f'<label>{escape(texts.say("left.text"))}<textarea name="text" rows="6" required>'
        f"\n{escape(form.get('text', ''))}</textarea></label>",
        _field(texts, form, "name", limit=NAME_LIMIT),
        _field(texts, form, "email", limit=EMAIL_LIMIT),
        f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        f'<button class="primary">{escape(texts.say("left.send"))}</button>',
        "</form>",
    ]
    links = ways_on(request, texts)
    return plain_page(request, title=texts.say("left.title"), body=body, links=links, status=status)


def _field(texts: Texts, form: dict[str, str], name: str, *, limit: int) -> str:
    mode = ' inputmode="email"' if name == "email" else ""
    value = escape(form.get(name, ""))
    return (
        f"<label>{escape(texts.say(f'left.{name}'))}"
        f'<input name="{name}" autocomplete="{name}" maxlength="{limit}" value="{value}"{mode}>'
        "</label>"
    )


def _topic_field(texts: Texts, topics: dict[str, str], chosen: str) -> str:
    if not topics:
        return ""
    options = "".join(
        f'<option value="{escape(topic)}"{" selected" if topic == chosen else ""}>'
        f"{escape(name)}</option>"
        for topic, name in {"": texts.say("left.any"), **topics}.items()
    )
    label = escape(texts.say("left.topic"))
    return f'<label>{label}<select name="topic">{options}</select></label>'
