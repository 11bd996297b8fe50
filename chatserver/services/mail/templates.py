"""What letters say, in the reader's language."""

from chatserver.core.mail import LetterKind

Words = tuple[str, str]
"""Subject and text, with `{names}` to fill in."""

ENGLISH: dict[LetterKind, Words] = {
    LetterKind.CODE: (
        "Your code: {code}",
        "Your code is {code}.\n\n"
        "Type it into the chat to confirm this address. It works for {minutes} minutes.\n\n"
        "If you did not ask for it, you need not do anything.\n",
    ),
    LetterKind.TRANSCRIPT: (
        "Your conversation {reference}",
        "Here is your conversation {reference}, as you asked for it in the chat.\n\n"
        "It is in the file beside this text.\n",
    ),
    LetterKind.INVITATION: (
        "Your archive",
        "This link opens all your conversations, once and for {hours} hours:\n\n"
        "{link}\n\n"
        "Give it to nobody. If you did not ask for it, you need not do anything.\n",
    ),
    LetterKind.TURN: (
        "It is nearly your turn",
        "You asked us to keep your place, and it is nearly your turn.\n\n"
        "Come back to the chat here:\n\n"
        "{link}\n\n"
        "If you cannot come, you need not do anything: then we answer you in writing.\n",
    ),
}
GERMAN: dict[LetterKind, Words] = {
    LetterKind.CODE: (
        "Ihr Code: {code}",
        "Ihr Code ist {code}.\n\n"
        "Tippen Sie ihn in den Chat, um diese Adresse zu bestätigen. Er gilt {minutes} Minuten."
        "\n\n"
        "Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun.\n",
    ),
    LetterKind.TRANSCRIPT: (
        "Ihr Gespräch {reference}",
        "Hier ist Ihr Gespräch {reference}, wie Sie es im Chat angefordert haben.\n\n"
        "Es steht in der Datei neben diesem Text.\n",
    ),
    LetterKind.INVITATION: (
        "Ihr Archiv",
        "Dieser Link öffnet alle Ihre Gespräche, einmal und {hours} Stunden lang:\n\n"
        "{link}\n\n"
        "Geben Sie ihn niemandem. Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu "
        "tun.\n",
    ),
    LetterKind.TURN: (
        "Sie sind gleich an der Reihe",
        "Wir haben Ihren Platz freigehalten, und Sie sind gleich an der Reihe.\n\n"
        "Hier geht es zurück zum Chat:\n\n"
        "{link}\n\n"
        "Wenn Sie nicht kommen können, brauchen Sie nichts zu tun: Dann antworten wir schriftlich."
        "\n",
    ),
}


def language(locale: str) -> str:
    """In which language somebody is written to; `locale` is BCP 47."""
    return "de" if locale.lower().split("-")[0] == "de" else "en"


def letter(kind: LetterKind, locale: str, **values: str) -> Words:
    """Subject and text."""
    subject, text = (GERMAN if language(locale) == "de" else ENGLISH)[kind]
    return subject.format(**values), text.format(**values)
