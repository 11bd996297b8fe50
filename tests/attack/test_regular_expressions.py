"""Regular expressions without catastrophic backtracking: matching takes linear time.

The texts are so long that quadratic matching would take minutes and run into the time limit of
the test; linear matching takes milliseconds.
"""

import re
import sys
from collections.abc import Iterator

import pytest

import chatserver.app
import chatserver.core.incoming_mail.parse
from chatserver.core.conversation.masking import SecretKind, mask
from chatserver.core.errors import Refused
from chatserver.services.mail.address import clean_address
from chatserver.transcript.markdown import escape_markdown

LENGTH = 150_000
PUMPS = [
    *" \t\u3000\r\n0aA-_.=:/@`*\\#\x02",
    *["a.", "a-", "0 ", "0-", "123 ", "1. ", "\n ", "\n#", "\\\n", "://a:", "://", "pw ", "pw: "],
    *["password is ", "token ", "token = ", "bearer \t", "eyJaaaaaaaa.", "sk-", "a'"],
    *["-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----a", "# a b", "0" * 64 + "  "],
]

OF_WHOLE_WORDS = {
    # An address has been cut to 320 signs before; the others are a line end that begins where a
    # match has ended, the names of our own files, a media type that the operator has set, and the
    # beginning of a line or of the subject of a letter: up to 40 characters of it.
    "chatserver.core.setting_checks._MEDIA_TYPE",
    "chatserver.core.incoming_mail.quotes._FIELD",
    "chatserver.core.incoming_mail.quotes._SENDER_FIELD",
    "chatserver.core.incoming_mail.subject_marks._FORWARDED",
    "chatserver.core.incoming_mail.subject_marks._MARKS",
    "chatserver.services.mail.address._LOCAL",
    "chatserver.services.mail.address._DOMAIN",
    "chatserver.core.conversation.masking._LINE_ENDS",
    "chatserver.store.engine.migrations._NAME",
    "chatserver.transcript.authenticity.manifest._SUM",
    "chatserver.transcript.authenticity.manifest._FACT",
}
"""Expressions that are only matched from the beginning of a short text."""


def expressions() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield every compiled expression of a running server, with the name it has in a module."""
    # Letters are read in a worker process, so the server itself has no need of that module.
    assert chatserver.app
    assert chatserver.core.incoming_mail.parse
    ours = [each for each in sys.modules if each.startswith("chatserver.")]
    for module in ours:
        for name, value in vars(sys.modules[module]).items():
            for each in value.values() if isinstance(value, dict) else [value]:
                if isinstance(each, re.Pattern):
                    yield f"{module}.{name}", of_text(each.pattern, each.flags)


def of_text(pattern: str | bytes, flags: int) -> re.Pattern[str]:
    """Return the same expression for text if it is one for bytes."""
    if isinstance(pattern, str):
        return re.compile(pattern, flags)
    return re.compile(pattern.decode("ascii"), flags | re.ASCII)


def texts(*first: str) -> Iterator[str]:
    for pump in PUMPS:
        for each in first:
            # The last character fits no expression, so a match must fail after the whole run.
            yield each + pump * (LENGTH // len(pump)) + "\x00"


def test_every_expression_takes_linear_time() -> None:
    found = dict(expressions())
    assert len(found) > 15
    # A renamed expression must not fall out of the list unnoticed.
    assert found.keys() >= OF_WHOLE_WORDS
    for name, expression in found.items():
        for text in texts(""):
            if name in OF_WHOLE_WORDS:
                expression.fullmatch(text[:400])
                expression.match(text)
            else:
                for count, _ in enumerate(expression.finditer(text)):
                    # Matches do not overlap: together they take linear time, and 1,000 are enough.
                    if count > 1_000:
                        break


def test_masking_and_escaping_take_linear_time() -> None:
    for text in texts("x"):
        assert escape_markdown(text)
        assert mask(text, frozenset(SecretKind))


@pytest.mark.parametrize("text", ["a@" + "a-" * 150, "a." * 150 + "@a", "a@" + "a." * 150 + "-"])
def test_an_address_is_short(text: str) -> None:
    with pytest.raises(Refused):
        clean_address(text)
