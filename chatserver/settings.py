"""What the operator can choose: environment variables `CHATSERVER_…` or a TOML file."""

from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from chatserver.core.business_hours import BusinessHours
from chatserver.core.conversation.masking import Masking, SecretKind
from chatserver.core.retention import Retention
from chatserver.core.site import Schedule
from chatserver.i18n.time_zones import use_newest_rules

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]
Bytes = Annotated[int, Field(ge=0)]
Network = IPv4Network | IPv6Network
Weekday = Annotated[int, Field(ge=0, le=6)]


def ms(seconds: float) -> int:
    """Return a duration of the settings in whole ms, the unit of everything behind them."""
    return round(seconds * 1_000)


class Settings(BaseSettings):
    """Every setting with its unit, default and meaning. For every limit, 0 means none."""

    model_config = SettingsConfigDict(env_prefix="CHATSERVER_", frozen=True, extra="forbid")
    config_file: ClassVar[Path | None] = None

    data: Path = Field(Path("transcripts"), description="folder of all data")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        8080, description="port to listen on; 0 takes a free one"
    )
    public_url: str | None = Field(
        None, description="how browsers reach the server, such as https://help.example.org"
    )
    allowed_origins: tuple[str, ...] = Field(
        (), description="origins of host pages that may open live sessions; `*` allows every one"
    )
    trusted_proxies: tuple[str, ...] = Field(
        (), description="addresses or networks whose X-Forwarded-For and -Proto are believed"
    )
    # Whoever has one token can try secrets at home; RFC 7518 (§3.2) asks for 256 bits, too.
    identity_secret: Annotated[str, Field(min_length=32)] | None = Field(
        None,
        description="secret (HS256, 32 characters or more) under which the host page signs its "
        "customers' identity",
    )
    log_level: str = Field("info", description="debug, info, warning or error")

    frame_limit: Bytes = Field(65_536, description="bytes; largest frame from a client")
    outbox_limit: Bytes = Field(
        262_144, description="bytes; what may wait for a session that does not read"
    )
    text_limit: Count = Field(8_000, description="characters of one message")
    rate: Annotated[float, Field(ge=0)] = Field(
        10, description="requests a second of one session, lasting"
    )
    burst: Annotated[int, Field(ge=1)] = Field(20, description="requests of one session at once")
    refusals_limit: Count = Field(
        100, description="rate-limited requests in a row that end a session"
    )
    open_conversations: Count = Field(3, description="open conversations of one customer")
    connections_per_minute: Annotated[float, Field(ge=0)] = Field(
        20, description="new live sessions a minute from one address, lasting"
    )
    connections_burst: Annotated[int, Field(ge=1)] = Field(
        60, description="new live sessions at once from one address"
    )
    sign_ins_per_minute: Annotated[float, Field(ge=0)] = Field(
        10, description="attempts to sign in a minute from one address"
    )
    guesses_per_hour: Annotated[float, Field(ge=0)] = Field(
        60, description="attempts an hour to sign in as somebody from devices that are not theirs"
    )
    waiting_limit: Count = Field(10_000, description="people waiting at once")

    hello_timeout_s: Seconds = Field(10, description="seconds for a client to say hello")
    body_s: Seconds = Field(
        60, description="seconds a request's body may take; each 8 KiB it announces adds one"
    )
    heartbeat_s: Seconds = Field(20, description="seconds between pings, and to answer one; 0 none")
    technician_grace_s: Seconds = Field(
        30, description="seconds a technician who left keeps the conversations"
    )
    customer_grace_s: Seconds = Field(
        60, description="seconds a customer who left keeps the place in the queue"
    )
    place_kept_s: Seconds = Field(
        7_200, description="seconds a customer who asked for it keeps the place in the queue"
    )
    place_called_at: Count = Field(
        2, description="place from which on such a customer is called by e-mail"
    )
    silence_grace_s: Seconds = Field(
        60, description="seconds after a start in which no silence is held against anybody"
    )
    drain_s: Seconds = Field(
        3,
        description="seconds over which sessions are told to come back after a restart; "
        "with thousands, 1 ms for each at least",
    )
    signed_in_for_s: Seconds = Field(
        30 * 86_400, description="seconds a technician's browser stays signed in"
    )
    link_valid_for_s: Seconds = Field(86_400, description="seconds a one-time sign-in link works")
    share_valid_for_s: Seconds = Field(
        7 * 86_400, description="seconds a link to a transcript works"
    )
    archive_after_s: Seconds = Field(
        900, description="seconds after which a closed conversation is sealed into the archive"
    )
    archive_link_valid_for_s: Seconds = Field(
        600, description="seconds a link from the widget to the customer's archive works, once"
    )
    archive_visit_s: Seconds = Field(
        8 * 3_600, description="seconds an archive stays open in a browser"
    )
    keep_days: Count = Field(
        0, description="days for which closed conversations are kept; 0 for ever"
    )
    keep_days_by_topic: dict[str, Count] = Field(
        {}, description="the same for the conversations of some topics, by their ids"
    )
    verify_limit: Bytes = Field(
        67_108_864, description="bytes of a file that the page for checking takes"
    )
    checks_per_minute: Annotated[float, Field(ge=0)] = Field(
        20, description="files checked a minute for one address"
    )
    mailed_link_valid_for_s: Seconds = Field(
        86_400, description="seconds a mailed link to the customer's archive works, once"
    )
    code_valid_for_s: Seconds = Field(900, description="seconds a mailed code confirms an address")
    mails_per_hour: Count = Field(
        10, description="letters an hour to one address, and for one customer"
    )
    codes_per_hour: Count = Field(
        30, description="codes an hour that are asked for from one network address"
    )
    smtp_host: str | None = Field(None, description="server that sends mail; none: no mail")
    smtp_port: Annotated[int, Field(ge=1, le=65_535)] = Field(587, description="its port")
    smtp_security: Literal["tls", "starttls", "none"] = Field(
        "starttls", description="tls from the beginning, starttls, or none"
    )
    smtp_user: str | None = Field(None, description="login at the mail server")
    smtp_password: str | None = Field(None, description="password at the mail server")
    smtp_authorities: str | None = Field(
        None, description="file of certificates (PEM) that the mail server is known by"
    )
    mail_from: str | None = Field(
        None, description="sender of letters, such as Help <help@example.org>; none: no mail"
    )
    mail_reply_to: str | None = Field(None, description="where answers to letters go")
    key_attempts_per_minute: Annotated[float, Field(ge=0)] = Field(
        30, description="transcripts and archives opened by a key a minute from one address"
    )

    capacity: Annotated[int, Field(ge=1)] = Field(
        4, description="conversations at once of a technician for whom nothing else was said"
    )
    file_limit: Bytes = Field(26_214_400, description="bytes of one uploaded file")
    file_types: tuple[str, ...] = Field(
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
        description="types, by content, of files that may be uploaded",
    )
    clamav: str | None = Field(
        None,
        description="socket of ClamAV's daemon, which looks at every upload: path or HOST:PORT",
    )
    solved_shared: bool = Field(
        True, description="whether every technician may read what was said in solved conversations"
    )
    mask: frozenset[SecretKind] = Field(
        frozenset(), description="what is hidden in messages: any of card, password, token"
    )
    mask_undo: bool = Field(
        True, description="whether who writes may have a message left as it is, with nothing hidden"
    )
    work_days: tuple[Weekday, ...] = Field(
        (0, 1, 2, 3, 4), description="days on which somebody answers; Monday is 0"
    )
    work_opens: time = Field(time(9), description="when the working day begins")
    work_closes: time = Field(time(17), description="when the working day ends")
    timezone: str = Field("UTC", description="time zone of the working day (IANA name)")

    @property
    def base_url(self) -> str:
        """Where people reach the server."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def largest_body(self) -> int:
        """Bytes of the largest body that is taken anywhere."""
        return max(self.file_limit, self.verify_limit, self.frame_limit)

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """The proxies as networks; raises ValueError for what is no address."""
        return tuple(ip_network(proxy, strict=False) for proxy in self.trusted_proxies)

    @property
    def business_hours(self) -> BusinessHours:
        """The working hours; raises ValueError when they make no sense."""
        return BusinessHours.same_every_day(
            frozenset(self.work_days), self.work_opens, self.work_closes, ZoneInfo(self.timezone)
        )

    @property
    def retention(self) -> Retention:
        """For how long conversations are kept."""
        return Retention(self.keep_days, self.keep_days_by_topic)

    @property
    def masking(self) -> Masking:
        """What is hidden in messages."""
        return Masking(self.mask, self.mask_undo)

    @property
    def schedule(self) -> Schedule:
        """The working hours until an administrator chooses others."""
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
        """Command line first, then the environment, then the TOML file, then the defaults."""
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, cls.config_file),
        )


def load_settings(config: Path | None, **given: object) -> Settings:
    """The settings in force; `given` (from the command line) wins where it is not None.

    Raises pydantic.ValidationError for what makes no sense.
    """
    # Before anything looks up a zone: the settings do, and every command begins with them.
    use_newest_rules()
    source = type("Settings", (Settings,), {"config_file": config, "__doc__": Settings.__doc__})
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = source(**chosen)
    assert isinstance(settings, Settings)
    return settings
