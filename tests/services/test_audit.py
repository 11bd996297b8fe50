"""The audit trail: read by supervisors alone."""

import pytest

from chatserver.core.errors import Code, Refused
from tests.services.backend import Backend
from tests.services.helped_customer import helped


async def test_only_supervisors_read_the_audit_trail(backend: Backend) -> None:
    ann, bob, conversation = await helped(backend)
    for reader in (ann, bob):
        with pytest.raises(Refused) as refused:
            await backend.services.archive.audit.read_entries(backend.state(conversation), reader)
        assert refused.value.code is Code.NOT_ALLOWED
