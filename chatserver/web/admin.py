"""`/admin/…` for administrators: site settings, technicians."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import islice
from zoneinfo import available_timezones

from aiohttp import web

from chatserver.core.errors import Code, Refused
from chatserver.core.pairing.rules import PairingRules, TopicRules, rule_bounds
from chatserver.core.people import Rank, Technician
from chatserver.core.site import SITE_BODY_BYTES, SITE_LIMITS
from chatserver.services.accounts import TechnicianTerms
from chatserver.services.site import as_json, revision
from chatserver.web.admin_schemas import ChosenSchedule, ChosenSite, ChosenTechnician
from chatserver.web.app_keys import SERVICES, SETTINGS
from chatserver.web.auth import require_technician
from chatserver.web.request_body import parse_body
from chatserver.web.security_headers import NO_STORE

routes = web.RouteTableDef()

HOLIDAYS_SHOWN = 12
"""Number of upcoming holidays in a response."""


@routes.get("/admin/site")
async def get_site(request: web.Request) -> web.Response:
    """Return all site settings, their revisions, and the next holidays."""
    await require_administrator(request)
    return await _site_response(request)


@routes.post("/admin/site")
async def change_site(request: web.Request) -> web.Response:
    """Change some parts of the site settings; the others stay."""
    await require_administrator(request)
    form = await parse_body(request, ChosenSite, SITE_BODY_BYTES)
    site_settings = request.app[SERVICES].site
    await site_settings.change(form.parts(), form.topic_list(), form.seen)
    return await _site_response(request)


@routes.post("/admin/outlook")
async def preview_hours(request: web.Request) -> web.Response:
    """Return the opening state and reply deadline that unsaved hours would give now."""
    await require_administrator(request)
    form = await parse_body(request, ChosenSchedule)
    return _json_response(await request.app[SERVICES].site.preview_hours(form.schedule))


@routes.get("/admin/holidays")
async def list_holidays(request: web.Request) -> web.Response:
    """List the countries and regions with known holidays, and the next holidays of one."""
    await require_administrator(request)
    country = request.query.get("country") or None
    region = request.query.get("region") or None
    found = await request.app[SERVICES].site.holiday_calendar(country, region)
    return _json_response(
        {
            "countries": found.countries,
            "regions": [{"id": code, "name": name} for code, name in found.regions.items()],
            "days": _next_holidays(found.days.items()),
        }
    )


@routes.get("/admin/technicians")
async def list_technicians(request: web.Request) -> web.Response:
    """List the technicians that may sign in."""
    await require_administrator(request)
    people = await request.app[SERVICES].people.technicians.store.list_technicians()
    return _json_response(
        {"technicians": [_technician_fields(each) for each in people if not each.gone]}
    )


@routes.post("/admin/technicians")
async def save_technician(request: web.Request) -> web.Response:
    """Add a technician and return a single-use sign-in link, or change an existing technician."""
    admin = await require_administrator(request)
    form = await parse_body(request, ChosenTechnician)
    services = request.app[SERVICES]
    topics = None if form.topics is None else frozenset(form.topics)
    terms = TechnicianTerms(
        name=form.name,
        rank=form.role,
        capacity=form.capacity,
        topics=topics,
        skills=form.skills,
        languages=form.languages,
        level=form.level,
    )
    known, technician = await services.people.accounts.save_terms(
        form.login, terms, partial(_check_terms, form, admin), admin
    )
    # Live sessions and pairing use the new terms at once, without a new sign-in.
    services.people.technicians.announce_change(technician)
    if topics:
        # The form may name topics that do not exist yet; they are created with the technician.
        await services.site.reload_settings()
    link = await services.people.accounts.sign_in_link(technician) if known is None else None
    return _json_response({"technician": _technician_fields(technician), "link": link})


@routes.post("/admin/technicians/{technician}/link")
async def create_sign_in_link(request: web.Request) -> web.Response:
    """Create another single-use sign-in link for a technician that lost theirs."""
    await require_administrator(request)
    technician = await _requested_technician(request)
    return _json_response(
        {"link": await request.app[SERVICES].people.accounts.sign_in_link(technician)}
    )


@routes.post("/admin/technicians/{technician}/dismiss")
async def dismiss_technician(request: web.Request) -> web.Response:
    """Dismiss a technician: end their sessions and hand over their conversations.

    Administrators cannot dismiss themselves, nor be dismissed by one who has just lost that rank.
    """
    admin = await require_administrator(request)
    technician = await _requested_technician(request)
    if technician.id == admin.id:
        raise Refused(Code.NOT_ALLOWED)
    people = request.app[SERVICES].people
    people.technicians.announce_change(await people.accounts.dismiss(technician, admin))
    return web.Response(status=204)


async def require_administrator(request: web.Request) -> Technician:
    """Return the signed-in administrator; raises Refused `not_signed_in` or `not_allowed`."""
    technician = await require_technician(request)
    if technician.rank is not Rank.ADMIN:
        raise Refused(Code.NOT_ALLOWED)
    return technician


async def _requested_technician(request: web.Request) -> Technician:
    found = await request.app[SERVICES].people.technicians.store.find_technician(
        request.match_info["technician"]
    )
    if found is None or found.gone:
        raise Refused(Code.NOT_FOUND)
    return found


def _check_terms(form: ChosenTechnician, admin: Technician, known: Technician | None) -> None:
    """Raise Refused `conflict` if the technician changed since the form was loaded.

    Raises Refused `not_allowed` for an administrator that would give up the own role.
    """
    if form.new and known is not None:
        raise Refused(Code.CONFLICT, field="login")
    if form.seen is not None and (known is None or _technician_revision(known) != form.seen):
        raise Refused(Code.CONFLICT, field="seen")
    # Not even while there are others.
    if form.login == admin.login and form.role not in (None, Rank.ADMIN):
        raise Refused(Code.NOT_ALLOWED, field="role")


async def _site_response(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    site_settings = services.site
    settings = site_settings.current
    return _json_response(
        {
            "widget": settings.widget,
            "schedule": settings.schedule,
            "targets": settings.targets,
            "pairing": settings.pairing,
            "pairing_bounds": {
                "site": rule_bounds(PairingRules),
                "topic": rule_bounds(TopicRules),
            },
            "limits": SITE_LIMITS,
            "topic_hours": settings.topic_hours,
            "replies": settings.replies,
            "topics": await services.topics.list_topics(),
            "revisions": await site_settings.revisions(),
            "holidays": _next_holidays(site_settings.upcoming_days(site_settings.holidays).items()),
            "timezones": sorted(available_timezones()),
            "url": request.app[SETTINGS].public_url,
            "allowed_origins": request.app[SETTINGS].allowed_origins,
        }
    )


def _next_holidays(days: Iterable[tuple[date, str]]) -> list[dict[str, object]]:
    return [{"day": day, "name": name} for day, name in islice(days, HOLIDAYS_SHOWN)]


def _technician_fields(technician: Technician) -> dict[str, object]:
    return {**_term_fields(technician), "revision": _technician_revision(technician)}


def _term_fields(technician: Technician) -> dict[str, object]:
    return {
        "id": technician.id,
        "login": technician.login,
        "name": technician.name,
        "role": technician.rank,
        "capacity": technician.capacity,
        "topics": sorted(technician.topics),
        "skills": sorted(technician.skills),
        "languages": sorted(technician.languages),
        "level": technician.level,
    }


def _technician_revision(technician: Technician) -> str:
    return revision(_term_fields(technician))


def _json_response(document: object) -> web.Response:
    headers = NO_STORE | {"Content-Type": "application/json"}
    return web.Response(body=as_json(document), headers=headers)
