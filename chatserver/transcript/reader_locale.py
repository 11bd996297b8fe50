"""The time zone and language in which a transcript is written."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from chatserver.core.errors import Code, Refused
from chatserver.i18n.languages import FALLBACK, Texts, texts_in


@dataclass(frozen=True, slots=True)
class ReaderLocale:
    """The zone of all times, and the code of a language that has a file.

    Sent to the worker process as it is; the texts are read there.
    """

    zone: tzinfo = UTC
    language: str = FALLBACK

    @property
    def texts(self) -> Texts:
        """The server's texts in this language."""
        return texts_in(self.language)

    def say(self, key: str, **values: object) -> str:
        """Return a text of transcripts, its gaps filled in; raises KeyError for an unknown key."""
        return self.texts.say(f"transcript.{key}", **values)

    def time(self, at: int) -> str:
        """Return a moment (ms since 1970 UTC) as the reader writes it, with the zone's name."""
        moment = datetime.fromtimestamp(at / 1_000, self.zone)
        name = moment.strftime("%Z")
        named = self.texts.messages.get(f"transcript.zone.{name}", name)
        return f"{moment.strftime(self.say('time'))} {named}"

    def number(self, value: int) -> str:
        """Return a number with its thousands apart, as the reader writes it."""
        return f"{value:,}".replace(",", self.say("thousands"))


UTC_ENGLISH = ReaderLocale()
"""The locale of documents that are sealed, and of readers who ask for nothing."""


def reader_zone(name: str) -> tzinfo:
    """Return the time zone with the IANA `name`; raises Refused `invalid` if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # ZoneInfo raises ValueError for paths outside its folder and OSError for directories or
        # names longer than the file system allows.
        raise Refused(Code.INVALID, field="timezone") from None
