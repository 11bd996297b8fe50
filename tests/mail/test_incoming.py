"""E-mail that comes in over a real socket becomes a case, and the answer goes out in its thread."""

import asyncio
import re
from base64 import b64decode
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from chatserver.app import RunningServer
from tests.conftest import StartServer
from tests.core.incoming_mail.test_thread_index import FROM_OUTLOOK
from tests.mail.letters import ANN, DESK, letter, post
from tests.mail.office import Office, office, text
from tests.program import Program
from tests.wire.client import technician

LAMP = "Please press the small reset key for ten seconds."


async def receiving(start: StartServer, there: Office, **settings: object) -> RunningServer:
    given: dict[str, object] = {"mail_listen": "127.0.0.1:0", "mail_gather_s": 0}
    return await start(**there.settings | given | settings)


async def test_a_case_goes_by_mail_from_the_first_letter_to_the_bounce(start: StartServer) -> None:
    async with office() as there:
        server = await receiving(start, there)
        port = server.mail_port
        async with technician(server) as bob:
            first = letter(
                "It blinks red.", Message_ID="<1@example.net>", Thread_Index=FROM_OUTLOOK
            )
            first.add_attachment(b"red", maintype="text", subtype="plain", filename="lamp.txt")
            await post(port, first)
            began = await bob.event("message")
            assert (began["text"], began["way"]) == ("It blinks red.", "mail")
            assert began["mail"]["sender"] == ANN
            # Delivered again, as mail servers do after a lost 250: nothing is said twice.
            await post(port, first)
            file = await bob.event("message")
            assert file["attachment"]["name"] == "lamp.txt"
            case = began["conversation"]

            await bob.ok("send", conversation=case, text=LAMP)
            assert (await bob.event("message", case))["text"] == LAMP
            answer = await there.arrived()
            assert (answer["To"], answer["Subject"]) == (ANN, "Re: Lamp")
            assert answer["In-Reply-To"] == answer["References"] == "<1@example.net>"
            assert b64decode(answer["Thread-Index"])[:-5] == b64decode(FROM_OUTLOOK)
            assert answer["Thread-Topic"] == "Lamp"
            assert answer["Auto-Submitted"] is None
            assert text(answer).startswith(LAMP)
            assert answer["Reply-To"] != there.senders[0]
            sent = await bob.event("mailed")
            assert (sent["to"], sent["mail"]) == (ANN, answer["Message-ID"])

            # As Outlook quotes, without a mark on the lines.
            head = f"Von: Help <{DESK}>\nGesendet: Montag\nAn: Anna\n\n"
            reply = f"Now it is green.\n\n{head}{text(answer)}"
            await post(port, letter(reply, to=answer["Reply-To"]))
            heard = await bob.event("message", case)
            assert heard["text"] == "Now it is green."
            assert LAMP in heard["quoted"]

            await post(port, letter("I am Anna!", answer["Reply-To"], "eve@example.com"))
            doubted = await bob.event("doubted", case)
            assert doubted["doubt"] == "sender"
            waiting = server.metrics.registry.get_sample_value
            assert waiting("chat_mail_doubted") == 1
            await bob.ok("admit", conversation=case, doubted=doubted["seq"])
            admitted = await bob.event("message", case)
            assert (admitted["text"], admitted["mail"]["trust"]) == ("I am Anna!", "technician")
            split = await bob.ok("split", conversation=case, first=heard["seq"])
            assert (await bob.event("split", case))["reference"] == split["reference"]
            await post(port, letter("Me too!", answer["Reply-To"], "eve@example.com"))
            doubted = await bob.event("doubted", case)
            await bob.ok("discard", conversation=case, doubted=doubted["seq"])
            assert waiting("chat_mail_doubted") == 0
            away = letter("Back on Monday.", there.senders[0], Auto_Submitted="auto-replied")
            await post(port, away, sender="")
            assert (await bob.event("automatic", case))["what"] == "reply"
            await post(port, bounce(there.senders[0], answer["Message-ID"]), sender="")
            failed = await bob.event("bounced", case)
            assert (failed["status"], failed["through"]) == ("5.1.1", sent["through"])

            await bob.ok("close", conversation=case)
            another = bounce(there.senders[0], answer["Message-ID"])
            another.replace_header("Message-ID", "<2@mx.example.org>")
            await post(port, another, sender="")
            await bob.event("reopened", case)


def bounce(to: str, identifier: str) -> EmailMessage:
    folder = Path(__file__).parents[1] / "core" / "incoming_mail" / "corpus"
    raw = (folder / "postfix-bounce.eml").read_text(encoding="utf-8")
    message = message_from_string(
        raw.replace("<k7f39qmx.4.aaaaaaaaaa@example.org>", identifier), policy=policy.SMTP
    )
    message.replace_header("To", to)
    return message


async def test_each_refusal_has_its_code(start: StartServer) -> None:
    async with office() as there:
        server = await receiving(start, there, mail_limit=5_000)
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as unknown:
            await post(server.mail_port, letter("Hello"), to="help+k7f39qmx.aaaaaaaaaa@example.org")
        assert unknown.value.recipients[0].code == 550
        with pytest.raises(aiosmtplib.SMTPResponseException) as large:
            await post(server.mail_port, letter("Hello " * 1_000))
        assert large.value.code == 552


async def test_a_kill_loses_and_doubles_no_letter(start: StartServer, tmp_path: Path) -> None:
    async with office() as there:
        settings = {**there.settings, "mail_listen": "127.0.0.1:0"}
        program = Program(tmp_path / "data", settings, log=tmp_path / "log")
        await program.start()
        found = re.search(r'"port": (\d+), "event": "listening for', (tmp_path / "log").read_text())
        assert found, (tmp_path / "log").read_text()
        first, second = letter("First", Message_ID="<1@a>"), letter("Second", Message_ID="<2@a>")
        await post(int(found[1]), first)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(found[1]))
        for line in ("EHLO a", f"MAIL FROM:<{ANN}>", f"RCPT TO:<{DESK}>", "DATA"):
            writer.write(f"{line}\r\n".encode())
            while (await reader.readline())[3:4] == b"-":
                pass
        writer.write(second.as_bytes() + b".\r\n")
        await writer.drain()
        # The first is on disk, and in the log perhaps; the second is on disk perhaps.
        await program.kill()
        writer.close()
        # The log tells of letters, but not of their senders.
        assert ANN not in (tmp_path / "log").read_text()
        server = await receiving(start, there)
        async with technician(server, capacity=5) as bob:
            # Its 250 was never heard, so that the sender repeats it.
            await post(server.mail_port, second)
            await post(server.mail_port, letter("Third", Message_ID="<3@a>"))
            said = {(await bob.event("message"))["text"] for _ in range(3)}
        assert {each.strip() for each in said} == {"First", "Second", "Third"}
