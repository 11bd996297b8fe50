"""`/admin/…`: what an administrator chooses, and the technicians; `/supervision/figures`."""

from collections.abc import Iterable
from datetime import date
from itertools import islice
from zoneinfo import available_timezones

from aiohttp import web

from chatserver.core.errors import Code, Refused
from chatserver.core.people import Rank, Technician
from chatserver.services.accounts import TechnicianTerms
from chatserver.services.site import as_json, revision
from chatserver.web.admin_schemas import ChosenSchedule, ChosenSite, ChosenTechnician
from chatserver.web.auth import body, signed_in
from chatserver.web.services import SERVICES

routes = web.RouteTableDef()

HOLIDAYS_SHOWN = 12


@routes.get("/admin/site")
async def site(request: web.Request) -> web.Response:
    """Everything that is chosen, what it comes to, and the holidays that come next."""
    await administrator(request)
    return await _site(request)


@routes.post("/admin/site")
async def change_site(request: web.Request) -> web.Response:
    """Choose some parts; the others stay."""
    await administrator(request)
    chosen = await body(request, ChosenSite)
    settled = request.app[SERVICES].site
    await settled.change(chosen.parts(), chosen.topic_list(), chosen.seen)
    return await _site(request)


@routes.post("/admin/outlook")
async def outlook(request: web.Request) -> web.Response:
    """What hours that are not chosen yet would come to now."""
    await administrator(request)
    chosen = await body(request, ChosenSchedule)
    return _json(await request.app[SERVICES].site.outlook(chosen.schedule))


@routes.get("/admin/holidays")
async def holidays(request: web.Request) -> web.Response:
    """Countries and regions whose holidays are known, and those of one that come next."""
    await administrator(request)
    country = request.query.get("country") or None
    region = request.query.get("region") or None
    found = await request.app[SERVICES].site.calendar(country, region)
    return _json(
        {
            "countries": found.countries,
            "regions": [{"id": code, "name": name} for code, name in found.regions.items()],
            "days": _first(found.days.items()),
        }
    )


@routes.get("/admin/technicians")
async def technicians(request: web.Request) -> web.Response:
    """Everybody who may sign in."""
    await administrator(request)
    people = await request.app[SERVICES].people.list_technicians()
    return _json({"technicians": [_described(each) for each in people if not each.gone]})


@routes.post("/admin/technicians")
async def hire(request: web.Request) -> web.Response:
    """Add a technician, who gets a one-time link, or change the terms of one."""
    admin = await administrator(request)
    chosen = await body(request, ChosenTechnician)
    services = request.app[SERVICES]
    topics = None if chosen.topics is None else frozenset(chosen.topics)
    terms = TechnicianTerms(
        chosen.name,
        chosen.role,
        chosen.capacity,
        topics,
        chosen.skills,
        chosen.languages,
        chosen.level,
    )
    known = await services.staff.find(chosen.login)
    _must_be_as_seen(chosen, known)
    if chosen.login == admin.login and chosen.role not in (None, Rank.ADMIN):
        raise Refused(Code.NOT_ALLOWED, field="role")
    technician = await services.staff.hire(chosen.login, terms)
    services.technicians.changed(technician)
    if topics:
        # Some of them may be new.
        await services.site.reread()
    link = await services.staff.sign_in_link(technician) if known is None else None
    return _json({"technician": _described(technician), "link": link})


@routes.post("/admin/technicians/{technician}/link")
async def new_link(request: web.Request) -> web.Response:
    """Another one-time link for a technician who lost theirs."""
    await administrator(request)
    technician = await _technician(request)
    return _json({"link": await request.app[SERVICES].staff.sign_in_link(technician)})


@routes.post("/admin/technicians/{technician}/dismiss")
async def dismiss(request: web.Request) -> web.Response:
    """From now on they cannot sign in; who they talk to is handed over. Nobody dismisses
    themselves, so an administrator is always left."""
    admin = await administrator(request)
    technician = await _technician(request)
    if technician.id == admin.id:
        raise Refused(Code.NOT_ALLOWED)
    services = request.app[SERVICES]
    services.technicians.changed(await services.staff.dismiss(technician))
    return web.Response(status=204)


@routes.get("/supervision/figures")
async def today(request: web.Request) -> web.Response:
    """The figures of today, for supervisors and administrators."""
    technician = await signed_in(request)
    if technician is None:
        raise Refused(Code.NOT_SIGNED_IN)
    if not technician.rank.supervises:
        raise Refused(Code.NOT_ALLOWED)
    return _json(await request.app[SERVICES].site.today())


async def administrator(request: web.Request) -> Technician:
    """Who asks, if they may administer; raises Refused."""
    technician = await signed_in(request)
    if technician is None:
        raise Refused(Code.NOT_SIGNED_IN)
    if technician.rank is not Rank.ADMIN:
        raise Refused(Code.NOT_ALLOWED)
    return technician


async def _technician(request: web.Request) -> Technician:
    found = await request.app[SERVICES].people.find_technician(request.match_info["technician"])
    if found is None or found.gone:
        raise Refused(Code.NOT_FOUND)
    return found


def _must_be_as_seen(chosen: ChosenTechnician, known: Technician | None) -> None:
    if chosen.new and known is not None:
        raise Refused(Code.CONFLICT, field="login")
    if chosen.seen is not None and (known is None or _revision(known) != chosen.seen):
        raise Refused(Code.CONFLICT, field="seen")


async def _site(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    settled = services.site
    chosen = settled.site
    return _json(
        {
            "widget": chosen.widget,
            "schedule": chosen.schedule,
            "targets": chosen.targets,
            "pairing": chosen.pairing,
            "topic_hours": chosen.topic_hours,
            "replies": chosen.replies,
            "topics": await services.people.list_topics(),
            "revisions": await settled.revisions(),
            "holidays": _first(settled.coming(settled.holidays).items()),
            "timezones": sorted(available_timezones()),
            "url": services.settings.public_url,
            "allowed_origins": services.settings.allowed_origins,
        }
    )


def _first(days: Iterable[tuple[date, str]]) -> list[dict[str, object]]:
    return [{"day": day, "name": name} for day, name in islice(days, HOLIDAYS_SHOWN)]


def _described(technician: Technician) -> dict[str, object]:
    return {**_terms(technician), "revision": _revision(technician)}


def _terms(technician: Technician) -> dict[str, object]:
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


def _revision(technician: Technician) -> str:
    return revision(_terms(technician))


def _json(document: object) -> web.Response:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return web.Response(body=as_json(document), headers=headers)
