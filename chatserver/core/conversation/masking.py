"""Hiding what nobody should have written into a chat: card numbers, passwords, tokens.

`static/lib/masking.js` has the same rules, so that a page can tell before it sends; both are held
to `tests/masking.json`. Masking what is masked changes nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DOT: Final = "•"
MASK: Final = DOT * 8
"""Says nothing about how long it was."""

_SPACE = r"[ \t]"
_LINE_ENDS = re.compile(r"[ \t]*(?:[\r\n]|$)")
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
"""How the numbers of the common issuers begin, by their length."""

_MAX_PARTS = 11
"""Groups of digits that can be one number, with what is between them: 6 of 3 are 18."""

_PASSWORD = r"\b(?:pass(?:word|wort|wd|phrase|code)|password|passwd|kennwort|pwd|pw|pin)(?:'s)?"
_VALUE = r"""["'`]?(?P<secret>[^ \t\r\n"'`]{3,})"""
_NAMED_PASSWORD = re.compile(
    rf"{_PASSWORD}{_SPACE}*(?P<sign>[:=]|{_SPACE}(?:is|was|ist|war|lautet){_SPACE}?:?)"
    rf"{_SPACE}*{_VALUE}",
    re.A | re.I,
)
_IN_ADDRESS = re.compile(r"://[^\s/:@]{1,200}:(?P<secret>[^\s/:@]{1,200})@", re.A)
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
    """What can be hidden."""

    CARD = "card"
    PASSWORD = "password"
    TOKEN = "token"


@dataclass(frozen=True, slots=True)
class Masking:
    """What an operator wants hidden; with `undo`, who writes may have a message left as it is."""

    kinds: frozenset[SecretKind] = frozenset()
    undo: bool = True

    def apply(self, text: str, *, unmasked: bool = False) -> str:
        """The text as it is stored; `unmasked` is the wish of who wrote it."""
        if unmasked and self.undo:
            return text
        return mask(text, self.kinds)


def mask(text: str, kinds: frozenset[SecretKind]) -> str:
    """The text with what looks like any of these kinds hidden, and nothing else changed."""
    for kind in SecretKind:
        if kind in kinds:
            text = _MASKERS[kind](text)
    return text


def _mask_cards(text: str) -> str:
    return _CARD.sub(lambda found: _mask_card_groups(found[0]), text)


def _mask_card_groups(run: str) -> str:
    """Of groups of digits, those hidden that are a card number together, but for its end.

    What may end one number may begin another, and then is hidden.
    """
    parts = re.split("([ -])", run)
    hidden = [0] * len(parts)
    for first in range(0, len(parts), 2):
        for last in range(min(len(parts), first + _MAX_PARTS), first, -2):
            digits = "".join(parts[first:last:2])
            if _is_card(digits):
                left = len(digits) - 4
                for place in range(first, last, 2):
                    size = len(parts[place])
                    hidden[place] = max(hidden[place], min(size, left))
                    left -= size
                break
    return "".join(DOT * count + part[count:] for part, count in zip(parts, hidden, strict=True))


def _is_card(digits: str) -> bool:
    issuers = _ISSUERS.get(len(digits))
    if issuers is None or not issuers.match(digits):
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[::-2]))) % 10 == 0


def _mask_passwords(text: str) -> str:
    def named(found: re.Match[str]) -> str:
        secret = found["secret"].rstrip(".,;:)")
        is_all = found["sign"] in ":=" and _LINE_ENDS.match(text, found.end())
        return (
            _replace_secret(found, secret)
            if secret and (is_all or _has_letters_and_digits(secret))
            else found[0]
        )

    return _IN_ADDRESS.sub(_mask_secret, _NAMED_PASSWORD.sub(named, text))


def _mask_tokens(text: str) -> str:
    for rule in (_PRIVATE_KEY, _TOKEN):
        text = rule.sub(_mask_secret, text)
    return _NAMED_TOKEN.sub(
        lambda found: _mask_secret(found) if _has_letters_and_digits(found["secret"]) else found[0],
        text,
    )


def _has_letters_and_digits(word: str) -> bool:
    """Whether it has letters and digits: no word of a sentence has."""
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
