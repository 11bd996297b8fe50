"""`GET /conversations/{id}/audit`: the accesses to a conversation."""

from aiohttp import web

from chatserver.core.audit import AuditEntry
from chatserver.web.app_keys import SERVICES
from chatserver.web.auth import authenticated_technician
from chatserver.web.security_headers import NO_STORE

routes = web.RouteTableDef()


@routes.get("/conversations/{conversation}/audit")
async def list_audit_entries(request: web.Request) -> web.Response:
    """List the accesses to this conversation, newest first, for supervisors."""
    archive = request.app[SERVICES].archive
    reader = await authenticated_technician(request)
    # Checked before the role, so that a technician without access gets `not_found` and learns
    # nothing.
    record = await archive.transcripts.require_readable(request.match_info["conversation"], reader)
    entries = await archive.audit.read_entries(record.conversation, reader)
    return web.json_response(
        {"entries": [_audit_fields(entry) for entry in entries]}, headers=NO_STORE
    )


def _audit_fields(entry: AuditEntry) -> dict[str, object]:
    return {
        "at": entry.at,
        "conversation": entry.conversation or None,
        "deed": entry.deed,
        "how": entry.how,
        "who": {"role": entry.doer.role, "id": entry.doer.id, "name": entry.doer.name},
    }
