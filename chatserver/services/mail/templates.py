"""The texts of e-mails, in the reader's language."""

from chatserver.core.mail import LetterKind
from chatserver.i18n.languages import texts_in


def mail_texts(kind: LetterKind, language: str, **values: str) -> tuple[str, str]:
    """Return the subject and the text of an e-mail, in a language that has a file."""
    say = texts_in(language).say
    return say(f"mail.{kind}.subject", **values), say(f"mail.{kind}.text", **values)
