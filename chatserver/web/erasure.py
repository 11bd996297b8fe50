"""`POST …/erase`: a whole customer by a supervisor, one conversation by its customer."""

from aiohttp import web

from chatserver.core.audit import AuditAction
from chatserver.core.errors import Code, Refused
from chatserver.web.app_keys import SERVICES
from chatserver.web.archive_login import archive_owner
from chatserver.web.auth import authenticated_technician
from chatserver.web.security_headers import NO_STORE

routes = web.RouteTableDef()


@routes.post("/conversations/{conversation}/customer/erase")
async def erase_customer(request: web.Request) -> web.Response:
    """Erase a conversation's customer and everything they wrote, for supervisors."""
    archive = request.app[SERVICES].archive
    actor = await authenticated_technician(request)
    record = await archive.transcripts.require_readable(request.match_info["conversation"], actor)
    if not actor.rank.supervises:
        raise Refused(Code.NOT_ALLOWED)
    filed = await archive.erasure.erase_customer(record.conversation.customer.id)
    receipt = filed.receipt
    await archive.audit.record_for_customer(AuditAction.ERASED, actor, receipt.customer)
    answer = {
        "customer": receipt.customer,
        "at": receipt.at,
        "erased": [
            {"reference": each.reference, "entries": each.entries, "files": each.files}
            for each in receipt.erased
        ],
        "held": list(receipt.held),
        "receipt": filed.text,
    }
    return web.json_response(answer, headers=NO_STORE)


@routes.post("/archive/conversations/{conversation}/erase")
async def erase_conversation(request: web.Request) -> web.Response:
    """Erase the texts of the conversation for good."""
    customer = await archive_owner(request)
    await request.app[SERVICES].archive.erasure.erase(request.match_info["conversation"], customer)
    return web.json_response({}, headers=NO_STORE)
