"""The settings that docs/email.md gives for Postfix and Exim, copied from the page and tried."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiosmtplib

from tests.mail.office import office
from tests.mail.real.daemon import command, daemon, free_port
from tests.mail.real.desk import DESK, Desk, desk, letter, post
from tests.mail.real.transfer_agents import Routes, postfix_services, write_settings
from tests.wire.client import Frame

PAGE = Path(__file__).parents[3] / "docs" / "email.md"
DESK_ON_PAGE = "2525"
EVE = "eve@example.net"
BORDER = "mx.example.org"
VERDICT = {"Authentication-Results": f"{BORDER}; dmarc=pass header.from=example.net"}

Recipe = Callable[[Path, Routes], AbstractAsyncContextManager[int]]


def sections(first: str) -> dict[str, str]:
    """Return the parts of the page's block that begins with the comment `first`, by comment.

    The comma and what follows it in a comment tell a reader where in the file the part belongs.
    """
    block = re.search(rf"(?m)^    # {first}\b.*\n(?:    .*\n)+", PAGE.read_text(encoding="utf-8"))
    assert block is not None, f"the page has no block that begins with {first}"
    lines = [line.removeprefix("    ") for line in block[0].splitlines()]
    found: dict[str, str] = {}
    for line in lines:
        if line.startswith("# "):
            name = line.removeprefix("# ").partition(",")[0]
            found[name] = ""
        else:
            found[name] += f"{line}\n"
    return found


@asynccontextmanager
async def postfix_recipe(folder: Path, routes: Routes) -> AsyncIterator[int]:
    """Run Postfix for the domain of the desk, as the page sets it up."""
    given = sections("main.cf")
    port, settings = free_port(), folder / "postfix"
    for each in (settings, queue := folder / "queue", data := folder / "data"):
        each.mkdir(parents=True)
    await command("chown", "postfix", data)
    for name in ("transport", "header_checks"):
        write_settings(settings / name, given[name].replace(DESK_ON_PAGE, str(routes.desk)))
    others = f"example.net  smtp:[127.0.0.1]:{routes.customers}\n"
    _append(settings / "transport", others)
    base = f"""
        compatibility_level = 3.6
        queue_directory = {queue}
        data_directory = {data}
        myhostname = {BORDER}
        mydestination = example.org
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mynetworks = 127.0.0.0/8
        alias_maps =
        alias_database =
        smtp_dns_support_level = disabled
        maillog_file = {folder}/postfix.log
        maillog_file_prefixes = {folder}
        queue_run_delay = 5s
        minimal_backoff_time = 5s
        smtpd_milters = {routes.milters}
        """
    write_settings(settings / "main.cf", base)
    main = given["main.cf"].replace("/etc/postfix", str(settings))
    _append(settings / "main.cf", main)
    await command("/usr/sbin/postmap", "-c", settings, settings / "transport")
    write_settings(settings / "master.cf", postfix_services(port))
    start = ("/usr/sbin/postfix", "-c", settings, "start-fg")
    async with daemon(*start, port=port, log=folder / "postfix.out"):
        try:
            yield port
        finally:
            await command("/usr/sbin/postfix", "-c", settings, "stop")


@asynccontextmanager
async def exim_recipe(folder: Path, routes: Routes) -> AsyncIterator[int]:
    """Run Exim for the domain of the desk, as the page sets it up."""
    given = {
        name: part.replace(DESK_ON_PAGE, str(routes.desk))
        for name, part in sections("routers").items()
    }
    port, settings = free_port(), folder / "exim.conf"
    (folder / "spool").mkdir()
    settings.write_text(
        f"""
primary_hostname = {BORDER}
spool_directory = {folder}/spool
exim_path = {routes.programs}/usr/sbin/exim4
log_file_path = {folder}/exim-%slog
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
disable_ipv6
tls_advertise_hosts =
acl_smtp_rcpt = acl_check_rcpt
acl_smtp_data = acl_check_data
keep_environment =
never_users =
begin acl
acl_check_rcpt:
{given["acl_check_rcpt"]}
  require verify = recipient
  accept
acl_check_data:
{given["acl_check_data"]}
  accept
begin routers
{given["routers"]}
customers:
  driver = manualroute
  domains = example.net
  transport = remote_smtp
  route_list = * 127.0.0.1::{routes.customers}
  self = send
begin transports
{given["transports"]}
remote_smtp:
  driver = smtp
begin retry
* * F,1h,5s
""",
        encoding="utf-8",
    )
    await command("chown", "-R", "Debian-exim", folder)
    await command("chown", "root", settings)
    start = (routes.programs / "usr/sbin/exim4", "-C", settings, "-bdf", "-q5s")
    async with daemon(*start, port=port, log=folder / "exim.out"):
        yield port


RECIPES: dict[str, Recipe] = {"postfix": postfix_recipe, "exim": exim_recipe}


async def recipe(agent: Recipe, folder: Path, programs: Path) -> str:
    """Go through what the page promises of a mail server that is set up by it."""
    listen = free_port()
    await command("mkdir", "-p", folder / "agent")
    async with (
        office() as customers,
        agent(folder / "agent", Routes(listen, customers.port, programs)) as port,
        desk(folder / "data", port, listen, mail_authserv=BORDER) as there,
    ):
        # The positive control: it is the desk's own mail server that says so here.
        await post(listen, letter("vouched for", **VERDICT).as_bytes(), DESK)
        assert (await _heard(there, "vouched for"))["mail"]["trust"] == "checked"
        await there.post(letter("It blinks.", **VERDICT, sender=EVE), sender=EVE)
        heard = await _heard(there, "It blinks.")
        assert heard["mail"]["trust"] == "unchecked", heard
        await there.answer(heard["conversation"], "Please press the key.")
        # The first letter acknowledges what was vouched for.
        signed = (await customers.arrived(2))["Reply-To"]
        assert customers.receivers[1] == [EVE]
        # No header names the case: the address of the envelope alone proves it.
        await there.post(letter("to the signed address", sender=EVE), signed, sender=EVE)
        joined = await _heard(there, "to the signed address")
        assert joined["conversation"] == heard["conversation"]
        forged = signed.replace("@", "x@")
        for unknown in (forged, "help+forged@example.org", "unknown@example.org"):
            code = await _answer_to(there, unknown)
            assert code == 550, f"{unknown}: {code}"
        await there.marked()
    return "signed addresses arrive whole, others are refused at once, forged verdicts removed"


async def _answer_to(there: Desk, recipient: str) -> int:
    """Return the mail server's reply code to a letter for one address."""
    try:
        await there.post(letter("Hello"), recipient)
    except aiosmtplib.SMTPRecipientsRefused as refused:
        return refused.recipients[0].code
    return 250


async def _heard(there: Desk, words: str) -> Frame:
    heard = await there.heard()
    assert heard["text"] == words, heard
    return heard


def _append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
