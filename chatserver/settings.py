"""The settings of the server: environment variables `CHATSERVER_…` or a TOML file."""

from collections.abc import Iterator
from datetime import date, time
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from chatserver.core.business_hours import MIDNIGHT
from chatserver.core.conversation.masking import Masking, SecretKind
from chatserver.core.retention import Retention
from chatserver.core.setting_checks import (
    check_delimiter,
    check_domain,
    check_host,
    check_listen,
    check_local_time,
    check_mail_in,
    check_mailbox,
    check_media_type,
    check_network,
    check_origin,
    check_page_url,
    check_scanner,
    check_site_url,
    check_work_days,
    read_midnight,
)
from chatserver.core.site import SITE_BODY_BYTES, Schedule

PREFIX = "CHATSERVER_"

SECRETS = ("secret", "password", "database")
"""The ends of the names of settings whose values are never shown."""


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _check_zone(name: str) -> str:
    if name not in available_timezones():
        near = get_close_matches(name, available_timezones(), 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"the IANA name of a time zone, such as Europe/Berlin{hint}")
    return name


def _check_folder(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise ValueError("a folder; this is a file")
    return path


def _check_readable(path: str) -> str:
    if not Path(path).is_file():
        raise ValueError("a file of certificates in PEM; there is no such file")
    return path


Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Seconds = Annotated[float, Field(ge=0, le=10_000_000_000, allow_inf_nan=False)]
Frequency = Annotated[float, Field(ge=0, allow_inf_nan=False)]
LocalTime = Annotated[time, BeforeValidator(read_midnight), AfterValidator(check_local_time)]
Mailbox = Annotated[str, AfterValidator(check_mailbox)]
Bytes = Annotated[int, Field(ge=0)]
Network = IPv4Network | IPv6Network
LogLevel = Literal["debug", "info", "warning", "error", "critical"]
Weekday = Annotated[int, Field(ge=0, le=6)]


def ms(seconds: float) -> int:
    """Return a duration of the settings in whole ms, the unit of everything behind them."""
    return round(seconds * 1_000)


class Settings(BaseSettings):
    """All settings with unit, default and meaning; a limit of 0 means no limit."""

    model_config = SettingsConfigDict(env_prefix="CHATSERVER_", frozen=True, extra="forbid")
    config_file: ClassVar[Path | None] = None

    data: Annotated[Path, AfterValidator(_check_folder)] = Field(
        Path("transcripts"), description="folder of all data"
    )
    database: Annotated[str, Field(min_length=1)] | None = Field(
        None,
        description="connection string of PostgreSQL 17 or newer, which then has all tables in "
        "place of a file in the data folder",
    )
    standby: bool = Field(
        False,
        description="whether this server waits until no other one has the database of PostgreSQL, "
        "and serves then",
    )
    lease_s: Annotated[float, Field(ge=1, le=600)] = Field(
        8,
        description="seconds after which a server that stands still or is cut off loses the "
        "database of PostgreSQL to one that stands by",
    )
    host: Annotated[str, AfterValidator(check_host)] = Field(
        "127.0.0.1", description="address to listen on"
    )
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        8080, description="port to listen on; 0 takes a free one"
    )
    public_url: Annotated[str, AfterValidator(check_site_url)] | None = Field(
        None,
        description="URL under which browsers reach the server, such as https://help.example.org",
    )
    demo: bool = Field(
        True,
        description="serve the start page and the demo shop; without them / leads to the chat, "
        "signed-in technicians to the console",
    )
    page_sources: bool = Field(
        False,
        description="serve each module of the pages as it stands in static/ in place of their "
        "bundle, for development",
    )
    privacy_url: Annotated[str, AfterValidator(check_page_url)] | None = Field(
        None, description="URL of a privacy page to show in place of the server's own"
    )
    allowed_origins: tuple[Annotated[str, AfterValidator(check_origin)], ...] = Field(
        (), description="origins of host pages that may open live sessions; `*` allows every one"
    )
    trusted_proxies: tuple[Annotated[str, AfterValidator(check_network)], ...] = Field(
        (),
        description="addresses or networks of proxies; their X-Forwarded-For and -Proto are "
        "trusted",
    )
    # A short secret could be found by brute force from a single token; RFC 7518 §3.2 requires a
    # key of at least 256 bits.
    identity_secret: Annotated[str, Field(min_length=32)] | None = Field(
        None,
        description="secret (HS256, 32 characters or more) with which the host page signs its "
        "customers' identity",
    )
    log_level: Annotated[LogLevel, BeforeValidator(_lower)] = Field(
        "info", description="lowest level that is logged: debug, info, warning or error"
    )

    frame_limit: Bytes = Field(65_536, description="bytes; largest frame from a client")
    outbox_limit: Bytes = Field(
        262_144, description="bytes; largest backlog of a session that reads too slowly"
    )
    text_limit: Count = Field(8_000, description="characters of one message")
    rate: Frequency = Field(10, description="requests a second of one session in the long run")
    burst: Annotated[int, Field(ge=1)] = Field(20, description="requests of one session at once")
    refusals_limit: Count = Field(
        100, description="rate-limited requests in a row that end a session"
    )
    open_conversations: Count = Field(3, description="open conversations of one customer")
    connections_per_minute: Frequency = Field(
        20, description="new live sessions a minute from one address in the long run"
    )
    connections_burst: Annotated[int, Field(ge=1)] = Field(
        60, description="new live sessions at once from one address"
    )
    sign_ins_per_minute: Frequency = Field(
        10, description="attempts to sign in a minute from one address"
    )
    guesses_per_hour: Frequency = Field(
        60, description="attempts an hour to sign in to one account from unknown devices"
    )
    forms_per_hour: Frequency = Field(
        20,
        description="messages an hour from one address by the form for browsers without scripts",
    )
    waiting_limit: Count = Field(
        10_000, description="customers waiting live at once; left messages do not count"
    )

    hello_timeout_s: Seconds = Field(10, description="seconds for a client to send `hello`")
    body_s: Seconds = Field(
        60,
        description="seconds for the body of a request; each 8 KiB of its announced length add one",
    )
    heartbeat_s: Seconds = Field(
        20, description="seconds between pings, and to answer one; 0 sends none"
    )
    technician_grace_s: Seconds = Field(
        30, description="seconds after a disconnect for which technicians keep their conversations"
    )
    customer_grace_s: Seconds = Field(
        60,
        description="seconds after a disconnect for which customers keep their place in the queue",
    )
    place_kept_s: Seconds = Field(
        7_200, description="seconds for which a place reserved by a customer is kept"
    )
    place_called_at: Count = Field(
        2,
        description="queue position at which a customer with a reserved place is called by e-mail",
    )
    renew_promises: bool = Field(
        True,
        description="whether a customer is told a new time when a promised reply is late",
    )
    silence_grace_s: Seconds = Field(
        60,
        description="seconds after the start of the server before silence has consequences",
    )
    drain_s: Seconds = Field(
        3,
        description="seconds over which sessions are spread that reconnect after a restart; at "
        "least 1 ms for each",
    )
    signed_in_for_s: Seconds = Field(
        30 * 86_400, description="seconds for which a technician's browser stays signed in"
    )
    link_valid_for_s: Seconds = Field(
        86_400, description="seconds for which a one-time sign-in link is valid"
    )
    share_valid_for_s: Seconds = Field(
        7 * 86_400, description="seconds for which a shared link to a transcript is valid"
    )
    archive_after_s: Seconds = Field(
        900, description="seconds after its end at which a conversation is sealed into the archive"
    )
    archive_link_valid_for_s: Seconds = Field(
        600,
        description="seconds for which a single-use link from the widget to the customer's "
        "archive is valid",
    )
    archive_visit_s: Seconds = Field(
        8 * 3_600, description="seconds for which an archive stays open in a browser"
    )
    keep_days: Count = Field(
        0, description="days for which closed conversations are kept; 0 for ever"
    )
    keep_days_by_topic: dict[str, Count] = Field({}, description="the same by topic (id)")
    verify_limit: Bytes = Field(
        67_108_864, description="bytes; largest file that the verification page accepts"
    )
    checks_per_minute: Frequency = Field(20, description="files verified a minute from one address")
    mailed_link_valid_for_s: Seconds = Field(
        86_400,
        description="seconds for which a single-use link in an e-mail to the customer's archive "
        "is valid",
    )
    mailed_file_valid_for_s: Seconds = Field(
        30 * 86_400,
        description="seconds for which a link to a file that is too large for an e-mail is valid",
    )
    code_valid_for_s: Seconds = Field(
        900, description="seconds for which a confirmation code in an e-mail is valid"
    )
    mails_per_hour: Count = Field(
        10, description="e-mails an hour to one address, and for one customer"
    )
    codes_per_hour: Count = Field(
        30, description="confirmation codes an hour requested from one network address"
    )
    smtp_host: str | None = Field(None, description="mail server; without it no e-mail is sent")
    smtp_port: Annotated[int, Field(ge=1, le=65_535)] = Field(
        587, description="port of the mail server"
    )
    smtp_security: Literal["tls", "starttls", "none"] = Field(
        "starttls", description="encryption: tls from the beginning, starttls, or none"
    )
    smtp_user: str | None = Field(None, description="user name at the mail server")
    smtp_password: str | None = Field(None, description="password at the mail server")
    smtp_authorities: Annotated[str, AfterValidator(_check_readable)] | None = Field(
        None,
        description="file of certificate authorities (PEM) for the mail server; none: those of "
        "the system",
    )
    mail_from: Mailbox | None = Field(
        None,
        description="sender of e-mails, such as Help <help@example.org>; without it no e-mail is "
        "sent",
    )
    mail_reply_to: Mailbox | None = Field(None, description="address for replies to e-mails")
    mail_listen: Annotated[str, AfterValidator(check_listen)] | None = Field(
        None,
        description="HOST:PORT to which the site's mail server relays incoming e-mail by SMTP, "
        "such as 127.0.0.1:2525; none: no e-mail is taken in",
    )
    mail_in: Annotated[str, AfterValidator(check_mail_in)] | None = Field(
        None,
        description="IMAP folder from which incoming e-mail is read, such as "
        "imaps://help%40example.org@imap.example.org/INBOX; none: no mailbox is read",
    )
    imap_password: str | None = Field(None, description="password of the mailbox of MAIL_IN")
    imap_token_command: str | None = Field(
        None,
        description="command that prints an OAuth2 access token for the mailbox, run at each login",
    )
    imap_authorities: Annotated[str, AfterValidator(_check_readable)] | None = Field(
        None,
        description="file of certificate authorities (PEM) for the IMAP server; none: those of "
        "the system",
    )
    imap_poll_s: Annotated[int, Field(ge=1, le=1_500)] = Field(
        60, description="seconds after which the mailbox is looked at again"
    )
    imap_since: date | None = Field(
        None,
        description="day since which letters are taken when a mailbox is read for the first time, "
        "such as 2026-12-01; none: those that arrive from then on",
    )
    mail_domain: Annotated[str, AfterValidator(check_domain)] | None = Field(
        None, description="domain of the addresses of cases; none: that of MAIL_FROM"
    )
    mail_delimiter: Annotated[str, AfterValidator(check_delimiter)] = Field(
        "+", description="character between the mailbox of MAIL_FROM and the tag of a case"
    )
    mail_authserv: str | None = Field(
        None,
        description="name of the mail server whose Authentication-Results are trusted, as it "
        "writes it there; none: senders count as unchecked",
    )
    mail_limit: Bytes = Field(37_748_736, description="bytes of one incoming e-mail")
    mail_gather_s: Seconds = Field(
        60, description="seconds for which a technician's words are gathered into one e-mail"
    )
    mail_away_s: Annotated[float, Field(ge=1, le=31_536_000)] = Field(
        120,
        description="seconds without an open page after which a customer of a chat who confirmed "
        "an address gets what was said since by e-mail",
    )
    mail_acknowledge_hours: Annotated[float, Field(ge=0, le=8_760)] = Field(
        24,
        description="hours for which a sender gets at most one automatic letter of each kind (a "
        "new case, a late answer), only where the mail server vouches for them; 0: never",
    )
    mail_reopen_days: Annotated[float, Field(ge=0, le=3_650)] = Field(
        14,
        description="days after its end for which the customer can continue a conversation, by "
        "e-mail or with a button; later a new one follows it, 0: at once",
    )
    key_attempts_per_minute: Frequency = Field(
        30,
        description="attempts a minute to open a transcript or archive by a key from one address",
    )

    capacity: Annotated[int, Field(ge=1)] = Field(
        4, description="conversations at once of a technician without a capacity of their own"
    )
    file_limit: Bytes = Field(26_214_400, description="bytes of one uploaded file")
    file_types: tuple[Annotated[str, AfterValidator(check_media_type)], ...] = Field(
        (
            "image/png",
            "image/jpeg",
            "image/gif",
            "image/webp",
            "image/heic",
            "image/heif",
            "audio/mp4",
            "audio/mpeg",
            "audio/ogg",
            "audio/wav",
            "audio/webm",
            "video/mp4",
            "video/quicktime",
            "video/webm",
            "application/pdf",
            "text/plain",
            "application/zip",
            "application/gzip",
            "application/x-7z-compressed",
            "application/msword",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        description="media types, by content, of files that may be uploaded",
    )
    clamav: Annotated[str, AfterValidator(check_scanner)] | None = Field(
        None,
        description="socket of ClamAV's daemon, which scans every upload: path or HOST:PORT",
    )
    solved_shared: bool = Field(True, description="lets all technicians read closed conversations")
    mask: frozenset[SecretKind] = Field(
        frozenset(),
        description="secrets masked in messages before they are stored: any of card, password, "
        "token",
    )
    mask_undo: bool = Field(True, description="lets authors send a message unmasked")
    work_days: Annotated[tuple[Weekday, ...], AfterValidator(check_work_days)] = Field(
        (0, 1, 2, 3, 4), description="weekdays with business hours; Monday is 0"
    )
    work_opens: LocalTime = Field(time(9), description="local time at which business hours begin")
    work_closes: LocalTime = Field(
        time(17),
        description="local time at which business hours end: 24:00 at midnight, an earlier time "
        "than WORK_OPENS on the next day",
    )
    timezone: Annotated[str, AfterValidator(_check_zone)] = Field(
        "UTC", description="time zone of the business hours (IANA name)"
    )

    @model_validator(mode="after")
    def _must_fit_together(self) -> Self:
        if contradictions := [*self._contradictions()]:
            raise ValueError("\n".join(contradictions))
        return self

    def _contradictions(self) -> Iterator[str]:
        """Yield a sentence for each two settings that cannot both be meant."""
        if self.work_opens == self.work_closes != MIDNIGHT:
            yield (
                f"{PREFIX}WORK_OPENS and {PREFIX}WORK_CLOSES are both {self.work_opens}: "
                "business hours need a length; 00:00 to 24:00 is the whole day"
            )
        # One without the other sends no mail, and nothing would say so.
        for given, missing in (
            ("mail_from", "smtp_host"),
            ("smtp_host", "mail_from"),
            ("mail_reply_to", "smtp_host"),
            ("smtp_user", "smtp_host"),
            ("smtp_authorities", "smtp_host"),
            ("mail_listen", "mail_from"),
            ("mail_in", "mail_from"),
            ("imap_password", "mail_in"),
            ("imap_token_command", "mail_in"),
            ("smtp_user", "smtp_password"),
            ("smtp_password", "smtp_user"),
        ):
            if getattr(self, given) is not None and getattr(self, missing) is None:
                yield (
                    f"{PREFIX}{given.upper()} is set and {PREFIX}{missing.upper()} is not: "
                    "set both or neither"
                )
        if self.standby and self.database is None:
            yield f"{PREFIX}STANDBY is set and {PREFIX}DATABASE is not: set both or neither"
        if self.mail_in and (self.imap_password is None) == (self.imap_token_command is None):
            yield f"{PREFIX}MAIL_IN needs {PREFIX}IMAP_PASSWORD or {PREFIX}IMAP_TOKEN_COMMAND"
        if self.smtp_authorities is not None and self.smtp_security == "none":
            yield (
                f"{PREFIX}SMTP_AUTHORITIES is set and {PREFIX}SMTP_SECURITY = none: without TLS "
                "no certificate is checked"
            )

    @property
    def takes_mail(self) -> bool:
        """True if customers can write by e-mail."""
        return self.mail_listen is not None or self.mail_in is not None

    @property
    def base_url(self) -> str:
        """The URL under which people reach the server, without a trailing path."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def largest_body(self) -> int:
        """The size in bytes of the largest request body that any route accepts."""
        return max(self.file_limit, self.verify_limit, self.frame_limit, SITE_BODY_BYTES)

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """The trusted proxies as networks; raises ValueError for an invalid address."""
        return tuple(ip_network(proxy, strict=False) for proxy in self.trusted_proxies)

    @property
    def retention(self) -> Retention:
        """The retention of closed conversations."""
        return Retention(self.keep_days, self.keep_days_by_topic)

    @property
    def masking(self) -> Masking:
        """The masking of secrets in messages."""
        return Masking(self.mask, self.mask_undo)

    @property
    def schedule(self) -> Schedule:
        """The business hours in force until an administrator sets others."""
        period = ((self.work_opens, self.work_closes),)
        week = tuple(period if day in self.work_days else () for day in range(7))
        return Schedule(self.timezone, week)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources by priority: command line, environment, TOML file; then defaults."""
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, cls.config_file),
        )
