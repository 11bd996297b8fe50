"""`/admin/…`: what an administrator chooses, and the technicians; `/supervision/figures`."""

from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import available_timezones

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, field_validator

from chatserver.core.errors import Code, Refused
from chatserver.core.people import Rank, Technician, Topic
from chatserver.core.site import Appearance, Reply, Schedule, Targets
from chatserver.desk.staff import Terms
from chatserver.web.login import body, signed_in
from chatserver.web.services import SERVICES

routes = web.RouteTableDef()

Short = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
HOLIDAYS_SHOWN = 12


class Chosen(BaseModel):
    """A part of the site, as the page sends it."""

    model_config = ConfigDict(extra="forbid")


class ChosenWidget(Chosen):
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    position: Literal["right", "left"]
    label: Short = ""
    title: Short = ""
    greeting: Annotated[str, Field(max_length=500)] = ""
    language: Literal["auto", "en", "de"] = "auto"


class ChosenSchedule(Chosen):
    timezone: str
    week: Annotated[list[list[tuple[time, time]]], Field(min_length=7, max_length=7)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    region: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,3}$")] | None = None
    closed: Annotated[list[date], Field(max_length=500)] = []

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("no such time zone")
        return name


class ChosenTargets(Chosen):
    amber: Annotated[int, Field(ge=1_000, le=86_400_000)]
    red: Annotated[int, Field(ge=1_000, le=86_400_000)]


class ChosenReply(Chosen):
    id: Annotated[str, Field(min_length=1, max_length=64)]
    shortcut: Annotated[str, Field(pattern=r"^\S{1,40}$")]
    title: Short = ""
    text: Annotated[str, Field(min_length=1, max_length=8_000)]


class ChosenTopic(Chosen):
    id: Identifier
    name: Name


class ChosenSite(Chosen):
    """The parts that change."""

    widget: ChosenWidget | None = None
    schedule: ChosenSchedule | None = None
    targets: ChosenTargets | None = None
    replies: Annotated[list[ChosenReply], Field(max_length=500)] | None = None
    topics: Annotated[list[ChosenTopic], Field(max_length=200)] | None = None


class ChosenTechnician(Chosen):
    login: Annotated[str, Field(pattern=r"^[\w.@+-]{1,100}$")]
    name: Name | None = None
    role: Rank | None = None
    capacity: Annotated[int, Field(ge=1, le=1_000)] | None = None
    topics: list[Identifier] | None = None


@routes.get("/admin/site")
async def site(request: web.Request) -> web.Response:
    """Everything that is chosen, and the holidays that come next."""
    await administrator(request)
    return await _site(request)


@routes.post("/admin/site")
async def change_site(request: web.Request) -> web.Response:
    """Choose some parts; the others stay."""
    await administrator(request)
    chosen = await body(request, ChosenSite)
    topics = None
    if chosen.topics is not None:
        topics = [Topic(each.id, each.name) for each in chosen.topics]
    await request.app[SERVICES].site.change(_parts(chosen), topics)
    return await _site(request)


@routes.get("/admin/technicians")
async def technicians(request: web.Request) -> web.Response:
    """Everybody who may sign in."""
    await administrator(request)
    people = await request.app[SERVICES].people.technicians()
    return _json({"technicians": [_described(each) for each in people if not each.gone]})


@routes.post("/admin/technicians")
async def hire(request: web.Request) -> web.Response:
    """Add a technician, who gets a one-time link, or change the terms of one."""
    admin = await administrator(request)
    chosen = await body(request, ChosenTechnician)
    services = request.app[SERVICES]
    topics = None if chosen.topics is None else frozenset(chosen.topics)
    terms = Terms(chosen.name, chosen.role, chosen.capacity, topics)
    if chosen.login == admin.login and chosen.role not in (None, Rank.ADMIN):
        raise Refused(Code.NOT_ALLOWED)
    is_new = await services.staff.find(chosen.login) is None
    technician = await services.staff.hire(chosen.login, terms)
    services.technicians.changed(technician)
    link = await services.staff.sign_in_link(technician) if is_new else None
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
    found = await request.app[SERVICES].people.technician(request.match_info["technician"])
    if found is None or found.gone:
        raise Refused(Code.NOT_FOUND)
    return found


async def _site(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    chosen = services.site.site
    today = datetime.now().astimezone().date()
    coming = [day for day in services.site.holidays.items() if day[0] >= today]
    return _json(
        {
            "widget": chosen.widget,
            "schedule": chosen.schedule,
            "targets": chosen.targets,
            "replies": chosen.replies,
            "topics": await services.people.topics(),
            "holidays": [{"day": day, "name": name} for day, name in coming[:HOLIDAYS_SHOWN]],
            "timezones": sorted(available_timezones()),
            "url": services.settings.public_url,
        }
    )


def _parts(chosen: ChosenSite) -> dict[str, object]:
    parts: dict[str, object] = {}
    if chosen.widget is not None:
        parts["widget"] = Appearance(**chosen.widget.model_dump())
    if chosen.schedule is not None:
        given = chosen.schedule
        week = tuple(tuple(sorted(day)) for day in given.week)
        parts["schedule"] = Schedule(
            given.timezone, week, given.country, given.region, tuple(sorted(given.closed))
        )
    if chosen.targets is not None:
        parts["targets"] = Targets(chosen.targets.amber, chosen.targets.red)
    if chosen.replies is not None:
        parts["replies"] = tuple(Reply(**each.model_dump()) for each in chosen.replies)
    return parts


def _described(technician: Technician) -> dict[str, object]:
    return {
        "id": technician.id,
        "login": technician.login,
        "name": technician.name,
        "role": technician.rank,
        "capacity": technician.capacity,
        "topics": sorted(technician.topics),
    }


def _json(document: object) -> web.Response:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return web.Response(body=orjson.dumps(document), headers=headers)
