"""Mask card numbers, passwords and tokens in messages before they are stored.

`static/lib/masking.js` has the same rules, so that a page can warn before it sends; both are
tested against `tests/masking_cases.json`. Masking is idempotent.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DOT: Final = "•"
MASK: Final = DOT * 8
"""The replacement of a password or token: of one length, so that it does not tell theirs."""

_SPACE = r"[ \t]"  # Never a line end: a label and its value stand on one line.
_LINE_ENDS = re.compile(r"[ \t]*(?:[\r\n]|$)")
# Digits inside a longer word, a path, an address or a decimal number are not a card number.
_CARD = re.compile(
    rf"(?<![0-9A-Za-z_/.@#%+{DOT}])(?<!{DOT}[ -])[0-9]{{3,19}}(?:[ -][0-9]{{3,19}})*"
    r"(?![0-9A-Za-z_/@%]|\.[0-9])"
)
_ISSUERS = {
    13: re.compile(r"4"),
    14: re.compile(r"3(?:0[0-5]|[689])"),
    15: re.compile(r"3[47]"),
    16: re.compile(r"4|5[1-5]|2[2-7]|35|6(?:011|2|4[4-9]|5)"),
    19: re.compile(r"4|6(?:011|2|4[4-9]|5)"),
}
"""The prefixes of the common card issuers (ISO/IEC 7812), by the length of the number."""

_MAX_PARTS = 11
"""Parts that one number can have, separators included: 6 groups of 3 digits and 5 between."""

_PASSWORD = r"\b(?:pass(?:word|wort|wd|phrase|code)|kennwort|pwd|pw|pin)(?:'s)?"
_VALUE = r"""["'`]?(?P<secret>[^ \t\r\n"'`]{3,})"""
# Labels in English and German, then a colon or equals sign, or a verb as in "my PIN is".
_NAMED_PASSWORD = re.compile(
    rf"{_PASSWORD}{_SPACE}*(?P<sign>[:=]|{_SPACE}(?:is|was|ist|war|lautet){_SPACE}?:?)"
    rf"{_SPACE}*{_VALUE}",
    re.A | re.I,
)
_IN_ADDRESS = re.compile(r"://[^\s/:@]{1,200}:(?P<secret>[^\s/:@]{1,200})@", re.A)
# JSON Web Tokens, GitHub, GitLab, Slack, AWS, Google, Stripe and OpenAI: each by its prefix.
_TOKEN = re.compile(
    r"(?<![0-9A-Za-z_-])(?P<secret>"
    r"eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}"
    r"|gh[oprsu]_[0-9A-Za-z]{20,}|github_pat_[0-9A-Za-z_]{20,}|glpat-[0-9A-Za-z_-]{16,}"
    r"|xox[abeprs]-[0-9A-Za-z-]{10,}|A[KS]IA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{30,}"
    r"|[prs]k_(?:live|test)_[0-9A-Za-z]{10,}|sk-[0-9A-Za-z_-]{20,}"
    r")"
)
_NAMED_TOKEN = re.compile(
    r"(?:\bBearer[ \t]+|(?:token|secret|api[ _-]?key|access[ _-]?key)[ \t]*[:=][ \t]*)"
    r"""["'`]?(?P<secret>[0-9A-Za-z._~+/=-]{12,})""",
    re.A | re.I,
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?P<secret>[^-]+)-----END [A-Z ]{0,40}PRIVATE KEY-----"
)


class SecretKind(StrEnum):
    """A kind of secret that can be masked."""

    CARD = "card"
    PASSWORD = "password"
    TOKEN = "token"


@dataclass(frozen=True, slots=True)
class Masking:
    """The operator's masking rules; with `undo`, an author may send a message unmasked."""

    kinds: frozenset[SecretKind] = frozenset()
    undo: bool = True

    def apply(self, text: str, *, unmasked: bool = False) -> str:
        """Return the text to store; `unmasked` is the author's request to skip masking."""
        if unmasked and self.undo:
            return text
        return mask(text, self.kinds)


def mask(text: str, kinds: frozenset[SecretKind]) -> str:
    """Replace everything in `text` that looks like a secret of one of these kinds."""
    for kind in SecretKind:
        if kind in kinds:
            text = _MASKERS[kind](text)
    return text


def _mask_cards(text: str) -> str:
    return _CARD.sub(lambda found: _mask_card_groups(found[0]), text)


def _mask_card_groups(run: str) -> str:
    """Mask each sequence of digit groups that is a card number, except its last 4 digits."""
    parts = re.split("([ -])", run)
    # Numbers may overlap: digits at the end of one can begin another. `hidden` keeps the larger
    # count for each group, so that the overlap is masked.
    hidden = [0] * len(parts)
    # At most 6 candidates for each group, longest first: linear in the length of the run.
    for first in range(0, len(parts), 2):
        for last in range(min(len(parts), first + _MAX_PARTS), first, -2):
            digits = "".join(parts[first:last:2])
            if _is_card(digits):
                left = len(digits) - 4
                for index in range(first, last, 2):
                    size = len(parts[index])
                    hidden[index] = max(hidden[index], min(size, left))
                    left -= size
                break
    return "".join(DOT * count + part[count:] for part, count in zip(parts, hidden, strict=True))


def _is_card(digits: str) -> bool:
    """Return True for an issuer's prefix and length with a valid check digit (Luhn)."""
    issuers = _ISSUERS.get(len(digits))
    if issuers is None or not issuers.match(digits):
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[::-2]))) % 10 == 0


def _mask_passwords(text: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        secret = found["secret"].rstrip(".,;:)")
        # "password: hunter" at the end of a line is one; in "the password is wrong" the value must
        # have letters and digits, or ordinary sentences would be masked.
        is_all = found["sign"] in ":=" and _LINE_ENDS.match(text, found.end())
        return (
            _replace_secret(found, secret)
            if secret and (is_all or _has_letters_and_digits(secret))
            else found[0]
        )

    return _IN_ADDRESS.sub(_mask_secret, _NAMED_PASSWORD.sub(replaced, text))


def _mask_tokens(text: str) -> str:
    # Recognized by their form alone, so they are masked without a label like "token:".
    for rule in (_PRIVATE_KEY, _TOKEN):
        text = rule.sub(_mask_secret, text)
    return _NAMED_TOKEN.sub(
        lambda found: _mask_secret(found) if _has_letters_and_digits(found["secret"]) else found[0],
        text,
    )


def _has_letters_and_digits(word: str) -> bool:
    """Return True for a mixture of letters and digits, which ordinary words are not."""
    return bool(re.search("[A-Za-z]", word) and re.search("[0-9]", word))


def _mask_secret(found: re.Match[str]) -> str:
    return _replace_secret(found, found["secret"])


def _replace_secret(found: re.Match[str], secret: str) -> str:
    start = found.start("secret") - found.start()
    return found[0][:start] + MASK + found[0][start + len(secret) :]


_MASKERS: dict[SecretKind, Callable[[str], str]] = {
    SecretKind.CARD: _mask_cards,
    SecretKind.PASSWORD: _mask_passwords,
    SecretKind.TOKEN: _mask_tokens,
}
