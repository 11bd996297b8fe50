"""What a refusal says to a person, in their language."""

from chatserver.core.errors import ChatError, Code

ENGLISH: dict[Code, str] = {
    Code.BAD_FRAME: "The server could not read this. Please reload the page.",
    Code.UNKNOWN_TYPE: "The server does not know this request. Please reload the page.",
    Code.INVALID: "Something is missing or not filled in as expected.",
    Code.NOT_FOUND: "There is no such conversation here.",
    Code.NOT_ALLOWED: "This is not possible here.",
    Code.CLOSED: "This conversation has ended. You can start a new one.",
    Code.CONFLICT: "Somebody else was a moment faster.",
    Code.RATE_LIMITED: "That was very fast. It can go on in a moment.",
    Code.TOO_LONG: "This text is too long. Please send it in several parts.",
    Code.TOO_MANY: "You already have several open conversations. Please end one of them first.",
    Code.QUEUE_FULL: "Too many people are waiting right now. Please try again in a few minutes.",
    Code.STORAGE_FULL: "We could not save this. It is kept here; please try again later.",
    Code.UNAVAILABLE: "We could not save this just now. It is kept here; please try again.",
    Code.NOT_SIGNED_IN: "Please sign in again.",
}
GERMAN: dict[Code, str] = {
    Code.BAD_FRAME: "Der Server konnte das nicht lesen. Bitte laden Sie die Seite neu.",
    Code.UNKNOWN_TYPE: "Der Server kennt diese Anfrage nicht. Bitte laden Sie die Seite neu.",
    Code.INVALID: "Es fehlt etwas, oder etwas ist anders ausgefüllt als erwartet.",
    Code.NOT_FOUND: "Ein solches Gespräch gibt es hier nicht.",
    Code.NOT_ALLOWED: "Das ist hier nicht möglich.",
    Code.CLOSED: "Dieses Gespräch ist beendet. Sie können ein neues beginnen.",
    Code.CONFLICT: "Jemand anderes war einen Moment schneller.",
    Code.RATE_LIMITED: "Das war sehr schnell. Gleich geht es weiter.",
    Code.TOO_LONG: "Dieser Text ist zu lang. Bitte senden Sie ihn in mehreren Teilen.",
    Code.TOO_MANY: "Sie haben schon mehrere offene Gespräche. Bitte beenden Sie zuerst eines.",
    Code.QUEUE_FULL: "Gerade warten zu viele. Bitte versuchen Sie es in einigen Minuten wieder.",
    Code.STORAGE_FULL: "Wir konnten das nicht speichern. Bitte versuchen Sie es später wieder.",
    Code.UNAVAILABLE: "Wir konnten das gerade nicht speichern. Bitte versuchen Sie es noch einmal.",
    Code.NOT_SIGNED_IN: "Bitte melden Sie sich wieder an.",
}


def sentence(code: Code, locale: str | None) -> str:
    """A sentence for a person; `locale` is BCP 47, anything but German gets English."""
    language = (locale or "").lower().split("-")[0]
    return (GERMAN if language == "de" else ENGLISH)[code]


def error_fields(error: ChatError, locale: str | None) -> dict[str, object]:
    """What an `error` frame and a problem document both say of a refusal."""
    fields: dict[str, object] = {
        "code": error.code,
        "message": sentence(error.code, locale),
        "retryable": error.retryable,
    }
    optional = {"field": error.field, "by": error.by, "retry_after": error.retry_after}
    return fields | {name: value for name, value in optional.items() if value is not None}
