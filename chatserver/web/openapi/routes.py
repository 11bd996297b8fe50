"""Descriptions of all routes of the server, by method and path."""

from types import MappingProxyType

from chatserver.core.statistics import PeriodFigures
from chatserver.services.site import HoursPreview
from chatserver.transcript.formats import FORMATS
from chatserver.web import admin_schemas, archive_login, auth, customer_archive, mail, supervision
from chatserver.web.openapi import answers as a
from chatserver.web.openapi.operations import Content, Operation, Scheme

PARTICIPANT = (Scheme.TOKEN, Scheme.SESSION)
BY_STAFF = (Scheme.SESSION,)
READER = (Scheme.KEY, *PARTICIPANT)
OWNER = (Scheme.TOKEN, Scheme.VISIT)
RATE_LIMITED = frozenset({429})
CONFLICT = frozenset({409})
EDITION = ("timezone", "language", "edition")
BINARY = Content(("application/octet-stream",))
ANY_FILE = Content(("*/*",))
SCHEMA_CONTENT = Content(("application/schema+json",))
PEM = Content(("application/x-pem-file",))
STREAM = Content(("text/event-stream",))
FRAMES_CONTENT = Content(("text/plain",))
METRICS = Content(("text/plain",))
ZIP_CONTENT = Content(("application/zip",))
CSV = Content(("text/csv",))
TRANSCRIPT = Content(
    (*sorted({form.content_type.split(";")[0] for form in FORMATS.values()}), *ZIP_CONTENT.media)
)
HTML = Content(("text/html",))
FORM_AGAIN = Content(("application/problem+json", "text/html"))
"""A refusal as the form with its reason, or as a problem where no form was read."""

FORM = Content(("application/x-www-form-urlencoded",))
SCRIPT = Content(("text/javascript",))


def _json(shape: type[object]) -> Content:
    return Content(("application/json",), shape)


def _json_answer(shape: type[object], status: int = 200) -> dict[int, Content | None]:
    return {status: _json(shape)}


def _page(content: Content = HTML) -> Operation:
    return Operation({200: content, 304: None})


def _staff_page(*more: int) -> Operation:
    forbidden = dict.fromkeys(more, HTML)
    return Operation({200: HTML, 303: None, 304: None, **forbidden}, BY_STAFF, optional=True)


_NOTHING = _json_answer(a.EmptyObject)

OPERATIONS = MappingProxyType(
    {
        ("GET", "/"): Operation({200: HTML, 303: None, 304: None}),
        ("GET", "/openapi.json"): Operation({200: Content(("application/json",))}),
        ("GET", "/demo"): Operation({200: HTML, 304: None}, refusals=frozenset({404})),
        ("GET", "/widget.js"): _page(SCRIPT),
        ("GET", "/widget/bridge.js"): _page(SCRIPT),
        ("GET", "/widget"): _page(),
        ("GET", "/chat"): Operation({200: HTML, 304: None}, query=("topic", "language")),
        ("GET", "/chat.svg"): Operation({200: Content(("image/svg+xml",))}, query=("topic",)),
        ("GET", "/chat/message"): Operation({200: HTML}, query=("topic", "language")),
        ("POST", "/chat/message"): Operation(
            {303: None} | dict.fromkeys((422, 429, 503, 507), FORM_AGAIN),
            body=FORM,
            query=("language",),
        ),
        ("GET", "/chat/message/{conversation}"): Operation(
            {200: HTML}, query=("key", "language"), refusals=RATE_LIMITED
        ),
        ("GET", "/privacy"): Operation({200: HTML, 302: None}, query=("language",)),
        ("GET", "/login"): _page(),
        ("GET", "/archive"): _page(),
        ("GET", "/verify"): _page(),
        ("GET", "/static/{version}/{name}"): _page(ANY_FILE),
        ("GET", "/console"): _staff_page(),
        ("GET", "/supervision"): _staff_page(403),
        ("GET", "/administration"): _staff_page(403),
        # Signing in and out.
        ("POST", "/login"): Operation(
            _json_answer(a.SignInShape), body=auth.SignInForm, refusals=frozenset({401, 429})
        ),
        ("POST", "/logout"): Operation({204: None}),
        ("GET", "/account"): Operation(_json_answer(a.SignInShape), BY_STAFF),
        ("POST", "/password"): Operation({204: None}, BY_STAFF, body=auth.PasswordForm),
        # One conversation.
        ("GET", "/conversations/{conversation}/transcript.zip"): Operation(
            {200: ZIP_CONTENT}, READER, query=EDITION, refusals=RATE_LIMITED
        ),
        ("GET", "/conversations/{conversation}/transcript.{format}"): Operation(
            {200: TRANSCRIPT}, READER, query=EDITION, refusals=RATE_LIMITED
        ),
        ("POST", "/conversations/{conversation}/share"): Operation(
            _json_answer(a.SharedLink, 201), PARTICIPANT, refusals=CONFLICT
        ),
        ("POST", "/conversations/{conversation}/share/withdraw"): Operation(
            _json_answer(a.Withdrawn), PARTICIPANT
        ),
        ("GET", "/conversations/{conversation}/audit"): Operation(
            _json_answer(a.AuditEntriesShape), PARTICIPANT
        ),
        ("POST", "/conversations/{conversation}/archive"): Operation(
            _json_answer(a.Archived), PARTICIPANT, refusals=CONFLICT
        ),
        ("POST", "/conversations/{conversation}/customer/erase"): Operation(
            _json_answer(a.Receipt), PARTICIPANT
        ),
        # A customer's own archive.
        ("GET", "/archive.zip"): Operation(
            {200: ZIP_CONTENT}, OWNER, query=("timezone", "language", "pdf")
        ),
        ("GET", "/archive/ways"): Operation(_json_answer(a.SignInWays)),
        ("POST", "/archive/mail"): Operation(
            _json_answer(a.EmptyObject, 202),
            body=archive_login.ReferenceClaim,
            refusals=RATE_LIMITED,
        ),
        ("POST", "/archive/link"): Operation(
            _json_answer(a.Link, 201), PARTICIPANT, refusals=CONFLICT
        ),
        ("POST", "/archive/open"): Operation(
            _json_answer(a.Visitor), body=archive_login.LinkSecret, refusals=frozenset({404, 429})
        ),
        ("POST", "/archive/leave"): Operation(
            _NOTHING, OWNER, optional=True, body=archive_login.SignOutForm
        ),
        ("GET", "/archive/conversations"): Operation(
            _json_answer(a.OwnList), OWNER, query=customer_archive.ArchiveListQuery
        ),
        ("GET", "/archive/conversations/{conversation}/events"): Operation(
            _json_answer(a.Events), OWNER, query=("before",)
        ),
        ("POST", "/archive/conversations/{conversation}"): Operation(
            _json_answer(a.Label), OWNER, body=customer_archive.LabelForm, refusals=CONFLICT
        ),
        ("GET", "/archive/conversations/{conversation}/transcript.{format}"): Operation(
            {200: TRANSCRIPT}, OWNER, query=("timezone", "language")
        ),
        ("GET", "/archive/files/{file}"): Operation({200: ANY_FILE}, OWNER, query=("preview",)),
        ("POST", "/archive/conversations/{conversation}/share"): Operation(
            _json_answer(a.SharedLink, 201), OWNER, refusals=CONFLICT
        ),
        ("POST", "/archive/conversations/{conversation}/share/withdraw"): Operation(
            _json_answer(a.Withdrawn), OWNER
        ),
        ("POST", "/archive/conversations/{conversation}/reopen"): Operation(
            _json_answer(a.Continued),
            OWNER,
            body=customer_archive.ReopenForm,
            refusals=CONFLICT | RATE_LIMITED,
        ),
        ("POST", "/archive/conversations/{conversation}/seal"): Operation(
            _NOTHING, OWNER, refusals=CONFLICT
        ),
        ("POST", "/archive/conversations/{conversation}/erase"): Operation(
            _NOTHING, OWNER, refusals=CONFLICT
        ),
        ("POST", "/archive/address"): Operation(
            _json_answer(a.Confirming), OWNER, body=mail.AddressForm, refusals=RATE_LIMITED
        ),
        ("POST", "/archive/conversations/{conversation}/mail"): Operation(
            _json_answer(a.QueuedLetter, 202),
            OWNER,
            body=mail.SendTranscriptForm,
            refusals=CONFLICT | RATE_LIMITED,
        ),
        # Verification; open to everyone.
        ("POST", "/verify"): Operation(
            _json_answer(a.Reports), body=BINARY, headers=("X-File-Name",), refusals=RATE_LIMITED
        ),
        ("GET", "/verify/{reference}/{head}"): Operation(
            _json_answer(a.VerificationShape), refusals=RATE_LIMITED
        ),
        ("GET", "/.well-known/site-key.pub.pem"): Operation({200: PEM}),
        ("GET", "/transcript.schema.json"): Operation({200: SCHEMA_CONTENT}),
        # Attachments.
        ("POST", "/files"): Operation(
            _json_answer(a.File, 201),
            PARTICIPANT,
            body=BINARY,
            query=("conversation",),
            headers=("X-File-Name",),
            refusals=CONFLICT,
        ),
        ("GET", "/files/{file}"): Operation(
            {200: ANY_FILE}, PARTICIPANT, query=("preview", "key", "until")
        ),
        # Administrators and supervisors.
        ("GET", "/admin/site"): Operation(_json_answer(a.SiteChoices), BY_STAFF),
        ("POST", "/admin/site"): Operation(
            _json_answer(a.SiteChoices),
            BY_STAFF,
            body=admin_schemas.ChosenSite,
            refusals=CONFLICT,
        ),
        ("POST", "/admin/outlook"): Operation(
            _json_answer(HoursPreview), BY_STAFF, body=admin_schemas.ChosenSchedule
        ),
        ("GET", "/admin/holidays"): Operation(
            _json_answer(a.Holidays), BY_STAFF, query=("country", "region")
        ),
        ("GET", "/admin/technicians"): Operation(_json_answer(a.TechniciansShape), BY_STAFF),
        ("POST", "/admin/technicians"): Operation(
            _json_answer(a.Hired),
            BY_STAFF,
            body=admin_schemas.ChosenTechnician,
            refusals=CONFLICT,
        ),
        ("POST", "/admin/technicians/{technician}/link"): Operation(
            _json_answer(a.SignInLink), BY_STAFF
        ),
        ("POST", "/admin/technicians/{technician}/dismiss"): Operation({204: None}, BY_STAFF),
        ("GET", "/supervision/figures"): Operation(
            _json_answer(PeriodFigures), BY_STAFF, query=supervision.PeriodQuery
        ),
        ("GET", "/supervision/conversations.csv"): Operation(
            {200: CSV}, BY_STAFF, query=supervision.PeriodQuery
        ),
        # Operators.
        ("GET", "/healthz"): Operation(_json_answer(a.HealthShape)),
        ("GET", "/readyz"): Operation({200: _json(a.Ready), 503: _json(a.Ready)}),
        ("GET", "/metrics"): Operation({200: METRICS}),
        # Live sessions; their frames are described by the wire protocol, not here.
        ("GET", "/live"): Operation({101: None}, refusals=frozenset({400, 403, 422, 426, 429})),
        ("GET", "/live/events"): Operation({200: STREAM}, refusals=frozenset({403, 429, 503})),
        ("POST", "/live/frames"): Operation(
            {204: None},
            body=FRAMES_CONTENT,
            headers=("X-Session", "X-Sequence"),
            refusals=frozenset({404, 429}),
        ),
    }
)
"""All documented routes; a test demands every route of the server in here."""
