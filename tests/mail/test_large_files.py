"""Files of an answer by e-mail: enclosed, or linked where they are too large for a letter."""

import re
from urllib.parse import urlsplit

import aiohttp

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.mail.incoming import in_one_piece
from chatserver.services.mail.unsent_words import MAX_ENCLOSED_BYTES
from tests.conftest import StartServer
from tests.mail.letters import letter, post
from tests.mail.office import office, text
from tests.mail.test_incoming import receiving
from tests.web.test_erasure import erase
from tests.web.test_files import upload
from tests.wire.client import hired, session

FIRMWARE = b"firmware " * (MAX_ENCLOSED_BYTES // 9 + 1)
"""A file that no letter encloses."""


async def opened(server: RunningServer, path: str) -> tuple[int, bytes]:
    async with aiohttp.request("GET", server.url + path) as answer:
        return answer.status, await answer.read()


async def test_a_file_beyond_the_room_of_a_letter_is_linked_until_it_is_erased(
    start: StartServer,
) -> None:
    async with office() as there:
        server = await receiving(start, there)
        bobs = await hired(server, "bob")
        async with session(server, role="technician", token=bobs) as bob:
            await bob.ok("status", status="online")
            await post(server.mail_port, letter("Which firmware do I need?"))
            case = (await bob.event("message"))["conversation"]
            await bob.event("assigned")
            _, kept = await upload(server, bobs, case, in_one_piece(FIRMWARE), "firmware.txt")
            await bob.ok("send", conversation=case, file=kept["file"])
            answer = await there.arrived()
            assert list(answer.iter_attachments()) == []
            found = re.search(
                r"firmware.txt, which you can download until .+:\n(\S+)", text(answer)
            )
            assert found is not None, text(answer)
            link = urlsplit(found[1])
            path = f"{link.path}?{link.query}"
            assert await opened(server, path) == (200, FIRMWARE)

            _, small = await upload(server, bobs, case, b"Read me", "notes.txt")
            await bob.ok("send", conversation=case, file=small["file"])
            [enclosed] = (await there.arrived(2)).iter_attachments()
            assert (enclosed.get_filename(), enclosed.get_content().strip()) == (
                "notes.txt",
                "Read me",
            )
            assert (await opened(server, path.replace(kept["file"], small["file"])))[0] == 404

            sues = await hired(server, "sue", rank=Rank.SUPERVISOR)
            assert (await erase(server, sues, case))[0] == 200
            assert (await opened(server, path))[0] == 404
