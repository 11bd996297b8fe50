"""Mail programs of people, driven from a terminal: each replies to the newest letter of a mailbox.

Every function takes the mailbox (Maildir), the words of the reply and the command that sends it.
"""

import asyncio
import shlex
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.mail.real.daemon import PATIENCE_S, command, free_port

Reply = Callable[[Path, str, str], Awaitable[None]]


async def reply_with_mutt(mailbox: Path, words: str, sendmail: str) -> None:
    """Reply with mutt, which quotes the letter below an attribution, words above it."""
    folder = mailbox.parent
    editor = folder / "mutt-editor"
    # The words go above the quote, below the headers that mutt shows in the editor.
    _script(
        editor, f'{{ echo {shlex.quote(words)}; echo; cat "$1"; }} >"$1.new" && mv "$1.new" "$1"'
    )
    settings = folder / "muttrc"
    settings.write_text(
        f"""
        set mbox_type=Maildir spoolfile={mailbox} folder={folder} from="anna@example.net"
        set realname="Anna" use_from=yes envelope_from=yes sendmail="{sendmail}" editor="{editor}"
        set edit_headers=no include=yes fast_reply=yes autoedit=yes copy=no confirmappend=no
        set abort_unmodified=no sort=date-received record="" postponed=""
        set reply_to=yes sendmail_wait=0
        """,
        encoding="utf-8",
    )
    keys = "<last-entry><reply><send-message><quit>"
    await _in_terminal("mutt", *("-n", "-F", settings, "-f", mailbox, "-e", f"push {keys}"))


async def reply_with_s_nail(mailbox: Path, words: str, sendmail: str) -> None:
    """Reply with s-nail (mailx), which answers to From unless it is told of Reply-To."""
    program, *options = sendmail.split()
    settings = (
        f"mta={program}",
        f"mta-arguments={' '.join(options)} -t -f anna@example.net",
        "sendwait",
        "from=Anna <anna@example.net>",
    )
    # `~m` puts the letter that is replied to into the new one, with the prefix.
    given = f"reply $\n{words}\n\n~m\n~.\nexit\n"
    options = [f"-S{each}" for each in (*settings, "indentprefix=> ", "mta-no-default-arguments")]
    await command(
        "s-nail", *("-#", "-:/", *options, "-f", f"maildir://{mailbox}"), given=given.encode()
    )


async def reply_with_alpine(mailbox: Path, words: str, sendmail: str) -> None:
    """Reply with alpine, which asks whether to include the letter."""
    folder = mailbox.parent
    inbox = folder / "alpine-inbox"
    newest = _newest(mailbox)
    inbox.write_bytes(b"From sender Tue Dec  1 10:00:00 2026\n" + newest.read_bytes() + b"\n")
    settings = folder / "pinerc"
    settings.write_text(
        "\n".join(
            [
                f"inbox-path={inbox}",
                "personal-name=Anna",
                "user-domain=example.net",
                "customized-hdrs=From: Anna <anna@example.net>",
                f"sendmail-path={sendmail} -t -f anna@example.net",
                "feature-list=include-text-in-reply,quell-folder-internal-msg,"
                "allow-changing-from,no-save-will-not-delete,enable-suspend",
                'default-fcc=""',
                "last-version-used=7.00",
            ]
        ),
        encoding="utf-8",
    )
    session = f"alpine-{free_port()}"
    start = f"TERM=screen alpine -p {settings} -i 2>{folder}/alpine.err"
    await command("tmux", "-L", session, "new-session", *("-d", "-x", "120", "-y", "40"), start)
    try:
        await _see(session, "Message 1 of 1")
        await _press(session, "r")
        await _see(session, 'Use "Reply-To:" address')
        await _press(session, "y")
        await _see(session, "Reply to all recipients")
        await _press(session, "n")
        await _see(session, "COMPOSE MESSAGE")
        await _press(session, "-l", words)
        await _see(session, words)
        await _press(session, "C-x")
        await _see(session, "Send message?")
        await _press(session, "y")
        # After it was sent the letter is shown again; the line that says so is soon gone.
        await _see(session, "FldrList")
    finally:
        await command("tmux", "-L", session, "kill-server")


async def _in_terminal(*arguments: str | Path) -> None:
    """Run a program that insists on a terminal."""
    line = " ".join(shlex.quote(str(each)) for each in arguments)
    await command("script", "-qefc", line, "/dev/null", TERM="xterm")


async def _press(session: str, *keys: str) -> None:
    await command("tmux", "-L", session, "send-keys", *keys)


async def _see(session: str, words: str) -> None:
    """Wait until a terminal shows some words; raises TimeoutError with what it shows."""
    screen = ""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while words not in screen:
                screen = await command("tmux", "-L", session, "capture-pane", "-p")
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise TimeoutError(f"{words!r} is not on the screen:\n{screen}") from None


def _newest(mailbox: Path) -> Path:
    letters = [*mailbox.glob("new/*"), *mailbox.glob("cur/*")]
    return max(letters, key=lambda each: each.name)


def _script(file: Path, body: str) -> None:
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o755)


CLIENTS: dict[str, Reply] = {
    "mutt": reply_with_mutt,
    "s-nail": reply_with_s_nail,
    "alpine": reply_with_alpine,
}
