"""`/supervision/…`: the statistics of a period, and its conversations as a table."""

from datetime import date
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatserver.core.errors import Code, Refused
from chatserver.core.periods import DayPeriod, PeriodName, named_period
from chatserver.services.site import as_json
from chatserver.services.statistics import Statistics
from chatserver.web import figures_csv
from chatserver.web.app_keys import SERVICES
from chatserver.web.auth import require_technician
from chatserver.web.security_headers import NO_STORE

routes = web.RouteTableDef()


class PeriodQuery(BaseModel):
    """A period by its name, or by its first and last day in the site's time zone."""

    model_config = ConfigDict(extra="forbid")

    period: PeriodName | None = None
    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None


@routes.get("/supervision/figures")
async def period_statistics(request: web.Request) -> web.Response:
    """Return the figures of a period, by default of today."""
    await _require_supervisor(request)
    statistics = request.app[SERVICES].statistics
    figures = await statistics.figures(_asked_period(request, statistics))
    headers = {"Content-Type": "application/json", **NO_STORE}
    return web.Response(body=as_json(figures), headers=headers)


@routes.get("/supervision/conversations.csv")
async def export_conversations(request: web.Request) -> web.StreamResponse:
    """Return the conversations of a period, by default of today, as CSV."""
    await _require_supervisor(request)
    services = request.app[SERVICES]
    statistics = services.statistics
    period = _asked_period(request, statistics)
    topics = {topic.id: topic.name for topic in services.site.topics}
    days = statistics.conversations_by_day(period)
    # A storage that fails is told by the status: nothing is sent before the first day is read.
    day = await anext(days)
    name = f"conversations-{period.first}-{period.last}.csv"
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8; header=present",
            "Content-Disposition": f'attachment; filename="{name}"',
            **NO_STORE,
        }
    )
    await response.prepare(request)
    if request.method == "HEAD":
        # aiohttp sends what is written to a stream also then, and the client takes it for the
        # next response (RFC 9110, section 9.3.2).
        return response
    await response.write(figures_csv.header())
    zone, at = statistics.zone, statistics.clock()
    await response.write(figures_csv.lines(day, topics, zone, at))
    async for day in days:
        await response.write(figures_csv.lines(day, topics, zone, at))
    await response.write_eof()
    return response


async def _require_supervisor(request: web.Request) -> None:
    technician = await require_technician(request)
    if not technician.rank.supervises:
        raise Refused(Code.NOT_ALLOWED)


def _asked_period(request: web.Request, statistics: Statistics) -> DayPeriod:
    try:
        query = PeriodQuery.model_validate(dict(request.query))
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise Refused(Code.INVALID, field=str(location[0])) from None
    today = statistics.today()
    if query.first is None and query.last is None:
        return named_period(query.period or PeriodName.TODAY, today)
    if query.period is not None:
        raise Refused(Code.INVALID, field="period")
    first = query.first or query.last or today
    try:
        return DayPeriod(first, query.last or max(first, today))
    except ValueError:
        raise Refused(Code.INVALID, field="to") from None
