"""A case of letters is imported elsewhere with every entry, and has the same proof there."""

import zipfile
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from chatserver.core.people import Rank
from tests.conftest import StartServer, starting
from tests.core.incoming_mail.test_thread_index import FROM_OUTLOOK
from tests.mail.letters import letter, post
from tests.mail.office import office
from tests.mail.test_incoming import bounce, receiving
from tests.program import run
from tests.wire.client import hired, session

KINDS = {"mailed", "bounced", "automatic", "doubted", "admitted", "discarded", "reopened"}


async def test_a_case_of_letters_is_imported_as_it_was(start: StartServer, tmp_path: Path) -> None:
    async with office() as there:
        server = await receiving(start, there)
        port, bobs = server.mail_port, await hired(server, "bob")
        async with session(server, role="technician", token=bobs) as bob:
            await bob.ok("status", status="online")
            outlook = {"Message_ID": "<1@example.net>", "Thread_Index": FROM_OUTLOOK}
            first = letter("It blinks red.", **outlook)
            first.add_attachment(b"red", maintype="text", subtype="plain", filename="lamp.txt")
            await post(port, first)
            opened = await bob.event("opened")
            case = opened["conversation"]
            await bob.event("assigned", case)
            await bob.ok("send", conversation=case, text="Press the button.")
            answer = await there.arrived()
            await post(port, bounce(there.senders[0], answer["Message-ID"]), sender="")
            await bob.event("bounced", case)
            for words, deed in (("I am Anna!", "admit"), ("Buy our lamps!", "discard")):
                await post(port, letter(words, answer["Reply-To"], "eve@example.com"))
                doubted = await bob.event("doubted", case)
                await bob.ok(deed, conversation=case, doubted=doubted["seq"])
            away = letter("Back on Monday.", there.senders[0], Auto_Submitted="auto-replied")
            await post(port, away, sender="")
            await bob.event("automatic", case)
            await bob.ok("close", conversation=case)
            await post(port, letter("It blinks again.", answer["Reply-To"]))
            await bob.event("reopened", case)
            await bob.next("event", text="It blinks again.")
        exported = tmp_path / "case.json"
        exported.write_bytes(await transcript(server.url, case, bobs))

    reference = opened["reference"]
    code, _, err = await run("import", exported, "--data", tmp_path / "new")
    assert code == 0, err
    assert (await run("check", "--data", tmp_path / "new"))[0] == 0
    wanted = ("--internal", "--format", "json", "--data", tmp_path / "new")
    _, written, _ = await run("transcript", reference, *wanted)
    old, new = orjson.loads(exported.read_bytes()), orjson.loads(written)
    assert {each["kind"] for each in old["events"]} >= KINDS
    assert new["events"] == old["events"]
    assert FROM_OUTLOOK in {each.get("thread_index") for each in new["events"]}
    assert new["proof"]["leaves"] == old["proof"]["leaves"]

    # Its technician has no account there, and it is found, read and exported all the same.
    async with starting(tmp_path / "new") as start_elsewhere:
        elsewhere = await start_elsewhere()
        eves = await hired(elsewhere, "eve", rank=Rank.SUPERVISOR)
        async with session(elsewhere, role="technician", token=eves) as eve:
            for words in (reference, "blinks red", "I am Anna"):
                found = await eve.ok("list", status="any", whose="all", text=words)
                assert [each["conversation"] for each in found["conversations"]] == [case]
            history = await eve.ok("history", conversation=case)
            assert len(history["events"]) >= len(old["events"])
        assert orjson.loads(await transcript(elsewhere.url, case, eves))["reference"] == reference
    everything = tmp_path / "anna.zip"
    code, _, err = await run("export-person", reference, everything, "--data", tmp_path / "new")
    assert code == 0, err
    with zipfile.ZipFile(everything) as archive:
        kept = archive.read(f"{reference}/transcript.txt").decode()
    assert "It blinks red." in kept
    assert "It blinks again." in kept
    code, receipt, err = await run("erase", reference, "--yes", "--data", tmp_path / "new")
    assert (code, f"{reference}: " in receipt) == (0, True), err
    assert (await run("check", "--data", tmp_path / "new"))[0] == 0


async def transcript(url: str, case: str, token: str) -> bytes:
    """Return the internal edition as JSON."""
    headers: dict[str, Any] = {"Authorization": f"Bearer {token}"}
    path = f"{url}/conversations/{case}/transcript.json?edition=internal"
    async with aiohttp.request("GET", path, headers=headers) as answer:
        assert answer.status == 200
        return await answer.read()
