"""Replies as people's mail programs write them, and automatic ones, to an answer of the desk."""

import shlex
from pathlib import Path

from tests.mail.real.clients import CLIENTS
from tests.mail.real.daemon import command, free_port, until
from tests.mail.real.desk import ANN, Desk, desk, letter
from tests.mail.real.dovecot import Dovecot, dovecot
from tests.mail.real.threads import threads
from tests.mail.real.transfer_agents import Routes, postfix

WORDS = "Please press the small reset key for ten seconds,\nand tell us what the lamp does."
IDENTIFIER_LENGTHS = (30, 112, 300)


async def replies(folder: Path, programs: Path) -> str:
    """Let each mail program reply to an answer: its case is found, and the quote folded."""
    seen = []
    listen, submission = free_port(), free_port()
    async with (
        dovecot(folder / "dovecot", submission) as mailboxes,
        postfix(folder / "postfix", Routes(listen, mailboxes.lmtp, programs, "lmtp")) as port,
        desk(folder / "data", port, listen) as there,
    ):
        case = await _answered(there, mailboxes, f"<{'a' * 20}@example.net>")
        sendmail = f"/usr/sbin/sendmail -C {folder}/postfix/postfix -oi"
        for name, reply in CLIENTS.items():
            words = f"It blinks red, says {name}."
            await reply(mailboxes.maildir("anna"), words, sendmail)
            heard = await there.heard()
            assert heard["conversation"] == case, name
            assert heard["text"] == words, heard
            assert WORDS.splitlines()[0] in heard["quoted"], heard
            seen.append(name)
    return f"{', '.join(seen)}: joined, and the quote folded"


async def threading(folder: Path, programs: Path) -> str:
    """Ask Dovecot for the threads of our answers to letters with long identifiers."""
    listen, submission = free_port(), free_port()
    async with (
        dovecot(folder / "dovecot", submission) as mailboxes,
        postfix(folder / "postfix", Routes(listen, mailboxes.lmtp, programs, "lmtp")) as port,
        desk(folder / "data", port, listen) as there,
    ):
        for length in IDENTIFIER_LENGTHS:
            identifier = f"<{'x' * (length - 14)}@example.net>"
            await _answered(there, mailboxes, identifier, subject=f"Lamp {length}", has_copy=True)
        for algorithm in ("REFERENCES", "REFS"):
            found = threads(mailboxes.imap, "anna", algorithm)
            # Each letter of hers has one answer of ours below it, and they are the only threads.
            assert sorted(map(len, found)) == [2] * len(IDENTIFIER_LENGTHS), (algorithm, found)
    return f"answers to identifiers of {IDENTIFIER_LENGTHS} characters are in their threads"


async def _answered(
    there: Desk,
    mailboxes: Dovecot,
    identifier: str,
    *,
    subject: str = "Lamp",
    has_copy: bool = False,
) -> str:
    """Begin a case and answer it; return its id once the answer is in the customer's mailbox."""
    count = len(mailboxes.letters("anna"))
    first = letter("It blinks.", **{"Message-ID": identifier, "Subject": subject})
    await there.post(first)
    case = str((await there.heard())["conversation"])
    if has_copy:
        await there.post(first, ANN)
    await there.answer(case, WORDS)
    await until(lambda: len(mailboxes.letters("anna")) == count + 1 + has_copy)
    return case


FILTERS = {
    "vacation": 'require ["vacation"]; vacation :days 1 "I am away until Monday.";',
    "reject": 'require ["reject"]; reject "This mailbox takes no letters.";',
    "redirect": 'redirect "nobody@example.net";',
}


async def filters(folder: Path, programs: Path) -> str:
    """Let Pigeonhole answer, reject and redirect our answers: it is filed, and never answered."""
    listen, submission = free_port(), free_port()
    seen = {}
    async with (
        dovecot(folder / "dovecot", submission) as mailboxes,
        postfix(
            folder / "postfix", Routes(listen, mailboxes.lmtp, programs, "lmtp"), submission
        ) as port,
        desk(folder / "data", port, listen) as there,
    ):
        for name, script in FILTERS.items():
            mailboxes.filter(name, script)
            by = f"{name}@example.net"
            await there.post(letter("It blinks.", sender=by), sender=by)
            case = str((await there.heard())["conversation"])
            await there.answer(case, WORDS)
            if name == "redirect":
                await until(lambda: bool(mailboxes.letters("nobody")))
                seen[name] = "delivered to the other mailbox"
                continue
            filed = await there.heard("automatic" if name == "vacation" else "bounced")
            assert filed["conversation"] == case
            seen[name] = str(filed.get("what") or filed.get("status"))
        # Nothing but the one answer each came for them.
        assert not mailboxes.letters("vacation")[1:]
    return ", ".join(f"{name}: {what}" for name, what in seen.items())


async def by_swaks(folder: Path, programs: Path) -> str:
    """Speak to the desk's port with swaks, as no mail server of the site would."""
    listen = free_port()
    async with desk(folder / "data", free_port(), listen, mail_limit=100_000) as there:
        said = await _swaks(listen, "--to", "help@example.org,nobody@example.org")
        assert "550 5.1.1" in said, said
        assert (await there.heard())["text"] == "from swaks"
        large = folder / "large"
        large.write_text("x" * 78 + "\n", encoding="ascii")
        large.write_text(large.read_text() * 2_000, encoding="ascii")
        said = await _swaks(listen, "--to", "help@example.org", "--body", f"@{large}")
        assert "552" in said, said
        said = await _swaks(
            listen, "--to", "help@example.org", "--pipeline", "--quit-after", "RCPT"
        )
        assert "250 2.1.5" in said, said
    return "550 for one of two recipients and 250 for the other, 552 after the data"


async def _swaks(port: int, *arguments: str) -> str:
    line = ["swaks", "--server", f"127.0.0.1:{port}", "--from", ANN, "--body", "from swaks"]
    # swaks fails with the code of a refusal; its transcript says which.
    given = " ".join(map(shlex.quote, [*line, *arguments]))
    return await command("sh", "-c", f"{given} || true")
