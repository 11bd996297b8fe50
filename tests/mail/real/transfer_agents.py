"""Four mail servers that relay to the desk, each with settings as small as its manual allows.

Each takes mail on a port of its own, hands example.org to the desk and example.net to the
customers' server; what either refuses for good it reports to the sender.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from tests.mail.real.daemon import command, daemon, free_port

DESK_DOMAIN, CUSTOMER_DOMAIN = "example.org", "example.net"


@dataclass(frozen=True, slots=True)
class Routes:
    """The ports of the desk's SMTP server and of the customers' one, and the unpacked programs.

    Postfix speaks `protocol` to the customers' server, "smtp" or "lmtp". Postfix and Exim tell a
    sender after `warning_s` seconds that a letter waits, never if it is 0. `milters` are the
    filters of Postfix as its settings name them.
    """

    desk: int
    customers: int
    programs: Path
    protocol: str = "smtp"
    warning_s: int = 0
    milters: str = ""


TransferAgent = Callable[[Path, Routes], AbstractAsyncContextManager[int]]


@asynccontextmanager
async def postfix(folder: Path, routes: Routes, port: int = 0) -> AsyncIterator[int]:
    """Run Postfix; yield the port on which it takes mail, 0 for a free one."""
    port, settings = port or free_port(), folder / "postfix"
    for each in (settings, queue := folder / "queue", data := folder / "data"):
        each.mkdir(parents=True)
    await command("chown", "postfix", data)
    write_settings(
        settings / "main.cf",
        f"""
        compatibility_level = 3.6
        queue_directory = {queue}
        data_directory = {data}
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        myhostname = mx.example.org
        mydestination =
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mynetworks = 127.0.0.0/8
        alias_maps =
        alias_database =
        smtp_dns_support_level = disabled
        maillog_file = {folder}/postfix.log
        maillog_file_prefixes = {folder}
        message_size_limit = 100000000
        mailbox_size_limit = 0
        queue_run_delay = 5s
        minimal_backoff_time = 5s
        maximal_backoff_time = 5s
        delay_warning_time = {routes.warning_s}s
        recipient_delimiter = +
        transport_maps = texthash:{settings}/transport
        """,
    )
    write_settings(
        settings / "transport",
        f"""
        {DESK_DOMAIN}  smtp:[127.0.0.1]:{routes.desk}
        {CUSTOMER_DOMAIN}  {routes.protocol}:[127.0.0.1]:{routes.customers}
        """,
    )
    write_settings(settings / "master.cf", postfix_services(port))
    start = ("/usr/sbin/postfix", "-c", settings, "start-fg")
    async with daemon(*start, port=port, log=folder / "postfix.out"):
        try:
            yield port
        finally:
            # Its master leaves the process group that it was started in.
            await command("/usr/sbin/postfix", "-c", settings, "stop")


def postfix_services(port: int) -> str:
    """Return a `master.cf` with the services of Postfix, which takes mail on `port`."""
    services = [
        *("pickup:1", "cleanup:0", "qmgr:1", "tlsmgr:1"),
        *("rewrite:0:trivial-rewrite", "bounce:0", "defer:0:bounce", "trace:0:bounce"),
        *("verify:1", "flush:0", "proxymap:0", "smtp:0"),
        *("relay:0:smtp", "error:0", "retry:0:error", "discard:0"),
        *("local:0", "virtual:0", "lmtp:0", "anvil:1"),
        *("scache:1", "showq:0"),
    ]
    lines = [f"127.0.0.1:{port} inet n - n - - smtpd", "postlog unix-dgram n - n - 1 postlogd"]
    for service in services:
        name, most, program = [*service.split(":"), service.partition(":")[0]][:3]
        private = "n" if name in {"pickup", "qmgr", "cleanup", "flush", "showq"} else "-"
        lines.append(f"{name} unix {private} - n - {most} {program}")
    return "\n".join(lines)


@asynccontextmanager
async def exim(folder: Path, routes: Routes) -> AsyncIterator[int]:
    """Run Exim; yield the port on which it takes mail."""
    port, spool = free_port(), folder / "spool"
    spool.mkdir(parents=True)
    await command("chown", "Debian-exim", spool)
    settings = folder / "exim.conf"
    write_settings(
        settings,
        f"""
        primary_hostname = mx.example.org
        spool_directory = {spool}
        exim_path = {routes.programs}/usr/sbin/exim4
        log_file_path = {folder}/exim-%slog
        local_interfaces = 127.0.0.1
        daemon_smtp_ports = {port}
        disable_ipv6
        tls_advertise_hosts =
        acl_smtp_rcpt = accept
        acl_smtp_data = accept
        message_size_limit = 100M
        delay_warning = {routes.warning_s}s
        keep_environment =
        never_users =
        begin routers
        desk:
          driver = manualroute
          domains = {DESK_DOMAIN}
          transport = remote_smtp
          route_list = * 127.0.0.1::{routes.desk}
          self = send
        customers:
          driver = manualroute
          domains = {CUSTOMER_DOMAIN}
          transport = customers_smtp
          route_list = * 127.0.0.1::{routes.customers}
          self = send
        begin transports
        remote_smtp:
          driver = smtp
          hosts_try_fastopen =
        # A letter that waits goes by any connection of its transport to that host, on any port.
        customers_smtp:
          driver = smtp
          hosts_try_fastopen =
        begin retry
        * * F,1h,5s
        """,
    )
    await command("chown", "-R", "Debian-exim", folder)
    await command("chown", "root", settings)
    start = (routes.programs / "usr/sbin/exim4", "-C", settings, "-bdf", "-q5s")
    async with daemon(*start, port=port, log=folder / "exim.out"):
        yield port


@asynccontextmanager
async def opensmtpd(folder: Path, routes: Routes) -> AsyncIterator[int]:
    """Run OpenSMTPD; yield the port on which it takes mail."""
    port, settings = free_port(), folder / "smtpd.conf"
    spool = folder / "spool"
    spool.mkdir(parents=True)
    spool.chmod(0o711)
    write_settings(
        settings,
        f"""
        listen on 127.0.0.1 port {port} hostname mx.example.org
        smtp max-message-size "100M"
        action "desk" relay host smtp://127.0.0.1:{routes.desk}
        action "customers" relay host smtp://127.0.0.1:{routes.customers}
        match from any for domain "{DESK_DOMAIN}" action "desk"
        match from any for domain "{CUSTOMER_DOMAIN}" action "customers"
        """,
    )
    smtpd = routes.programs / "usr/sbin/smtpd"
    # Its spool is at a place fixed when it was compiled, which nobody else sees in here.
    hidden = " && ".join(
        (
            "mkdir -p /var/spool/smtpd /var/lib/opensmtpd/empty",
            f"mount --bind {spool} /var/spool/smtpd",
            f"exec {smtpd} -d -f {settings}",
        )
    )
    start = ("unshare", "--mount", "sh", "-c", hidden)
    async with daemon(*start, port=port, log=folder / "smtpd.out"):
        yield port


@asynccontextmanager
async def sendmail(folder: Path, routes: Routes) -> AsyncIterator[int]:
    """Run sendmail; yield the port on which it takes mail."""
    port, queue = free_port(), folder / "queue"
    queue.mkdir(parents=True)
    queue.chmod(0o700)
    write_settings(
        folder / "sendmail.mc",
        f"""
        define(`_USE_ETC_MAIL_')dnl
        OSTYPE(`linux')dnl
        define(`confDOMAIN_NAME', `mx.example.org')dnl
        define(`QUEUE_DIR', `{queue}')dnl
        define(`STATUS_FILE', `{folder}/status')dnl
        define(`confPID_FILE', `{folder}/sendmail.pid')dnl
        define(`ALIAS_FILE', `')dnl
        define(`confSERVICE_SWITCH_FILE', `{folder}/switch')dnl
        define(`confTO_IDENT', `0')dnl
        define(`confREFUSE_LA', `1000')dnl
        define(`confQUEUE_LA', `1000')dnl
        FEATURE(`accept_unresolvable_domains')dnl
        FEATURE(`accept_unqualified_senders')dnl
        FEATURE(`promiscuous_relay')dnl
        FEATURE(`no_default_msa')dnl
        FEATURE(`nocanonify')dnl
        DAEMON_OPTIONS(`Port={port}, Addr=127.0.0.1, Name=MTA')dnl
        MAILER(smtp)dnl
        LOCAL_RULE_0
        R$* <@ {DESK_DOMAIN} .>\t$#desk $@ [127.0.0.1] $: $1 <@ {DESK_DOMAIN} .>
        R$* <@ {CUSTOMER_DOMAIN} .>\t$#customers $@ [127.0.0.1] $: $1 <@ {CUSTOMER_DOMAIN} .>
        MAILER_DEFINITIONS
        Mdesk, P=[IPC], F=mDFMuXa8, S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP, E=\\r\\n, L=990,
          T=DNS/RFC822/SMTP, A=TCP $h {routes.desk}
        Mcustomers, P=[IPC], F=mDFMuXa8, S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP, E=\\r\\n, L=990,
          T=DNS/RFC822/SMTP, A=TCP $h {routes.customers}
        """,
    )
    write_settings(folder / "switch", "hosts files\naliases files")
    write_settings(folder / "hosts", "127.0.0.1 mx.example.org localhost")
    macros = routes.programs / "usr/share/sendmail/cf"
    # The warning about open relays, which is not meant for loopback, is not part of the result.
    expand = f"m4 -D_CF_DIR_={macros}/ {macros}/m4/cf.m4 {folder}/sendmail.mc 2>/dev/null"
    made = await command("sh", "-c", expand)
    settings = folder / "sendmail.cf"
    settings.write_text(made, encoding="utf-8")
    program = routes.programs / "usr/libexec/sendmail/sendmail"
    # It sleeps for a minute at its start where the machine's own name is not known.
    named = " && ".join(
        (
            "hostname mx.example.org",
            f"mount --bind {folder}/hosts /etc/hosts",
            f"exec {program} -C{settings} -X {folder}/sendmail.log -bD -q5s",
        )
    )
    start = ("unshare", "--mount", "--uts", "sh", "-c", named)
    async with daemon(*start, port=port, log=folder / "sendmail.out"):
        yield port


def write_settings(file: Path, text: str) -> None:
    """Write the lines of a settings file without their indentation."""
    file.write_text(dedent(text).lstrip(), encoding="utf-8")


TRANSFER_AGENTS: dict[str, TransferAgent] = {
    "postfix": postfix,
    "exim": exim,
    "opensmtpd": opensmtpd,
    "sendmail": sendmail,
}
