"""Messages that explain error codes to people in their language."""

from chatserver.core.errors import ChatError, Code
from chatserver.i18n.languages import choose_language, texts_in


def message_for(code: Code, locale: str | None) -> str:
    """Return the message in the language of `locale` (BCP 47), or in English."""
    return texts_in(choose_language([locale])).say(f"error.{code}")


def error_fields(error: ChatError, locale: str | None) -> dict[str, object]:
    """Return the fields common to an `error` frame and a problem document (RFC 9457)."""
    fields: dict[str, object] = {
        "code": error.code,
        "message": message_for(error.code, locale),
        "retryable": error.retryable,
    }
    optional = {"field": error.field, "by": error.by, "retry_after": error.retry_after}
    return fields | {name: value for name, value in optional.items() if value is not None}
