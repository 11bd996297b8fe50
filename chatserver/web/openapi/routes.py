"""Every route of the server, by method and path."""

from types import MappingProxyType

from chatserver.core.statistics import DayFigures
from chatserver.services.site import HoursPreview
from chatserver.transcript.formats import FORMATS
from chatserver.web import admin_schemas, archive, archive_login, auth, mail
from chatserver.web.openapi import answers as a
from chatserver.web.openapi.operations import Content, Operation, Scheme

PARTY = (Scheme.TOKEN, Scheme.SESSION)
STAFF = (Scheme.SESSION,)
READER = (Scheme.KEY, *PARTY)
OWNER = (Scheme.TOKEN, Scheme.VISIT)
LIMITED = frozenset({429})
TAKEN = frozenset({409})
EDITION = ("timezone", "language", "edition")
BINARY = Content(("application/octet-stream",))
ANY_FILE = Content(("*/*",))
SCHEMA = Content(("application/schema+json",))
PEM = Content(("application/x-pem-file",))
STREAM = Content(("text/event-stream",))
FRAMES = Content(("text/plain",))
METRICS = Content(("text/plain",))
ZIP = Content(("application/zip",))
TRANSCRIPT = Content(
    (*sorted({form.content_type.split(";")[0] for form in FORMATS.values()}), *ZIP.media)
)
HTML = Content(("text/html",))
SCRIPT = Content(("text/javascript",))


def _json(shape: type[object]) -> Content:
    return Content(("application/json",), shape)


def _gives(shape: type[object], status: int = 200) -> dict[int, Content | None]:
    return {status: _json(shape)}


def _page(content: Content = HTML) -> Operation:
    return Operation({200: content, 304: None})


def _staff_page(*more: int) -> Operation:
    forbidden = dict.fromkeys(more, HTML)
    return Operation({200: HTML, 303: None, 304: None, **forbidden}, STAFF, optional=True)


_NOTHING = _gives(a.Nothing)

OPERATIONS = MappingProxyType(
    {
        ("GET", "/"): _page(),
        ("GET", "/openapi.json"): Operation({200: Content(("application/json",))}),
        ("GET", "/demo"): _page(),
        ("GET", "/widget.js"): _page(SCRIPT),
        ("GET", "/widget"): _page(),
        ("GET", "/login"): _page(),
        ("GET", "/archive"): _page(),
        ("GET", "/verify"): _page(),
        ("GET", "/static/{version}/{name}"): _page(ANY_FILE),
        ("GET", "/console"): _staff_page(),
        ("GET", "/supervision"): _staff_page(403),
        ("GET", "/administration"): _staff_page(403),
        # Signing in and out.
        ("POST", "/login"): Operation(
            _gives(a.SignInShape), body=auth.SignInForm, refusals=frozenset({401, 429})
        ),
        ("POST", "/logout"): Operation({204: None}),
        ("POST", "/password"): Operation({204: None}, STAFF, body=auth.PasswordForm),
        # One conversation.
        ("GET", "/conversations/{conversation}/transcript.zip"): Operation(
            {200: ZIP}, READER, query=EDITION, refusals=LIMITED
        ),
        ("GET", "/conversations/{conversation}/transcript.{format}"): Operation(
            {200: TRANSCRIPT}, READER, query=EDITION, refusals=LIMITED
        ),
        ("POST", "/conversations/{conversation}/share"): Operation(
            _gives(a.SharedLink, 201), PARTY
        ),
        ("POST", "/conversations/{conversation}/share/withdraw"): Operation(
            _gives(a.Withdrawn), PARTY
        ),
        ("GET", "/conversations/{conversation}/audit"): Operation(_gives(a.Lines), PARTY),
        ("POST", "/conversations/{conversation}/archive"): Operation(_gives(a.Archived), PARTY),
        ("POST", "/conversations/{conversation}/customer/erase"): Operation(
            _gives(a.Receipt), PARTY
        ),
        # A customer's own archive.
        ("GET", "/archive.zip"): Operation(
            {200: ZIP}, OWNER, query=("timezone", "language", "pdf")
        ),
        ("GET", "/archive/ways"): Operation(_gives(a.Ways)),
        ("POST", "/archive/mail"): Operation(
            _gives(a.Nothing, 202), body=archive_login.ReferenceClaim, refusals=LIMITED
        ),
        ("POST", "/archive/link"): Operation(_gives(a.Link, 201), PARTY),
        ("POST", "/archive/open"): Operation(
            _gives(a.Visitor), body=archive_login.LinkSecret, refusals=frozenset({404, 429})
        ),
        ("POST", "/archive/leave"): Operation(
            _NOTHING, OWNER, optional=True, body=archive_login.SignOutForm
        ),
        ("GET", "/archive/conversations"): Operation(
            _gives(a.OwnList), OWNER, query=archive.ArchiveListQuery
        ),
        ("GET", "/archive/conversations/{conversation}/events"): Operation(
            _gives(a.Events), OWNER, query=("before",)
        ),
        ("POST", "/archive/conversations/{conversation}"): Operation(
            _gives(a.Label), OWNER, body=archive.LabelForm
        ),
        ("GET", "/archive/conversations/{conversation}/transcript.{format}"): Operation(
            {200: TRANSCRIPT}, OWNER, query=("timezone", "language")
        ),
        ("GET", "/archive/files/{file}"): Operation({200: ANY_FILE}, OWNER, query=("preview",)),
        ("POST", "/archive/conversations/{conversation}/share"): Operation(
            _gives(a.SharedLink, 201), OWNER
        ),
        ("POST", "/archive/conversations/{conversation}/share/withdraw"): Operation(
            _gives(a.Withdrawn), OWNER
        ),
        ("POST", "/archive/conversations/{conversation}/seal"): Operation(_NOTHING, OWNER),
        ("POST", "/archive/conversations/{conversation}/erase"): Operation(
            _NOTHING, OWNER, refusals=TAKEN
        ),
        ("POST", "/archive/address"): Operation(
            _gives(a.Confirming), OWNER, body=mail.AddressForm, refusals=LIMITED
        ),
        ("POST", "/archive/conversations/{conversation}/mail"): Operation(
            _gives(a.Mailed, 202), OWNER, body=mail.SendTranscriptForm, refusals=LIMITED
        ),
        # Anybody who has a file.
        ("POST", "/verify"): Operation(
            _gives(a.Reports), body=BINARY, headers=("X-File-Name",), refusals=LIMITED
        ),
        ("GET", "/verify/{reference}/{head}"): Operation(_gives(a.Checked), refusals=LIMITED),
        ("GET", "/.well-known/site-key.pub.pem"): Operation({200: PEM}),
        ("GET", "/transcript.schema.json"): Operation({200: SCHEMA}),
        # Attachments.
        ("POST", "/files"): Operation(
            _gives(a.File, 201),
            PARTY,
            body=BINARY,
            query=("conversation",),
            headers=("X-File-Name",),
            refusals=TAKEN,
        ),
        ("GET", "/files/{file}"): Operation({200: ANY_FILE}, PARTY, query=("preview",)),
        # Administrators and supervisors.
        ("GET", "/admin/site"): Operation(_gives(a.SiteChoices), STAFF),
        ("POST", "/admin/site"): Operation(
            _gives(a.SiteChoices), STAFF, body=admin_schemas.ChosenSite, refusals=TAKEN
        ),
        ("POST", "/admin/outlook"): Operation(
            _gives(HoursPreview), STAFF, body=admin_schemas.ChosenSchedule
        ),
        ("GET", "/admin/holidays"): Operation(
            _gives(a.Holidays), STAFF, query=("country", "region")
        ),
        ("GET", "/admin/technicians"): Operation(_gives(a.TechniciansShape), STAFF),
        ("POST", "/admin/technicians"): Operation(
            _gives(a.Hired), STAFF, body=admin_schemas.ChosenTechnician, refusals=TAKEN
        ),
        ("POST", "/admin/technicians/{technician}/link"): Operation(_gives(a.SignInLink), STAFF),
        ("POST", "/admin/technicians/{technician}/dismiss"): Operation({204: None}, STAFF),
        ("GET", "/supervision/figures"): Operation(_gives(DayFigures), STAFF),
        # Operators.
        ("GET", "/healthz"): Operation(_gives(a.Alive)),
        ("GET", "/readyz"): Operation({200: _json(a.Ready), 503: _json(a.Ready)}),
        ("GET", "/metrics"): Operation({200: METRICS}),
        # Live sessions; what is said in them is no matter of HTTP.
        ("GET", "/live"): Operation({101: None}, refusals=frozenset({400, 403, 422, 426, 429})),
        ("GET", "/live/events"): Operation({200: STREAM}, refusals=frozenset({403, 429, 503})),
        ("POST", "/live/frames"): Operation(
            {204: None},
            body=FRAMES,
            headers=("X-Session", "X-Sequence"),
            refusals=frozenset({404, 429}),
        ),
    }
)
"""What is not here is not documented, and a test asks for every route of the server."""
