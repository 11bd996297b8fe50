"""The sentence that explains an error code to a person, in their language."""

from chatserver.core.errors import ChatError, Code
from chatserver.i18n.languages import choose_language, texts_in


def sentence(code: Code, locale: str | None) -> str:
    """Return a sentence for a person whose `locale` (BCP 47) may have no file."""
    return texts_in(choose_language([locale])).say(f"error.{code}")


def error_fields(error: ChatError, locale: str | None) -> dict[str, object]:
    """What an `error` frame and a problem document both say of a refusal."""
    fields: dict[str, object] = {
        "code": error.code,
        "message": sentence(error.code, locale),
        "retryable": error.retryable,
    }
    optional = {"field": error.field, "by": error.by, "retry_after": error.retry_after}
    return fields | {name: value for name, value in optional.items() if value is not None}
