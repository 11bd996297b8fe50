"""A language is one file: all files say the same things, and everything is said in each."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatserver.core.conversation.events import (
    CloseReason,
    DeclineReason,
    RequeueReason,
)
from chatserver.core.errors import Code
from chatserver.core.mail import LetterKind
from chatserver.i18n.languages import FALLBACK, choose_language, languages, static_folder, texts_in

FOLDER = static_folder() / "i18n"
PLURALS = {"zero", "one", "two", "few", "many", "other"}
IN_ENGLISH = json.loads((FOLDER / f"{FALLBACK}.json").read_text(encoding="utf-8"))
everywhere = pytest.mark.parametrize("language", languages())


def read(language: str) -> dict[str, dict[str, object]]:
    content: dict[str, dict[str, object]] = json.loads(
        (FOLDER / f"{language}.json").read_text(encoding="utf-8")
    )
    return content


def said(message: object) -> Iterator[str]:
    """Every form of a message, and of each message of a section."""
    if isinstance(message, str):
        yield message
    elif isinstance(message, dict):
        for form in message.values():
            yield from said(form)


def gaps(message: object) -> set[str]:
    return {gap for form in said(message) for gap in re.findall(r"\{\w+\}", form)}


@everywhere
def test_every_language_says_the_same_things_in_the_same_order(language: str) -> None:
    sections = read(language)
    assert list(sections) == list(IN_ENGLISH)
    for section, messages in IN_ENGLISH.items():
        assert list(sections[section]) == list(messages), section


@everywhere
def test_every_text_has_the_gaps_of_the_english_one(language: str) -> None:
    sections = read(language)
    unlike = [
        f"{section}: {key}"
        for section, messages in IN_ENGLISH.items()
        for key, message in messages.items()
        if gaps(sections[section][key]) != gaps(message)
    ]
    assert not unlike


@everywhere
def test_no_text_is_empty_and_plurals_name_their_forms(language: str) -> None:
    for section, messages in read(language).items():
        for key, message in messages.items():
            assert all(form.strip() for form in said(message)), f"{section}: {key}"
            if isinstance(message, dict):
                assert "other" in message.keys() <= PLURALS, f"{section}: {key}"


@everywhere
def test_the_server_has_a_text_for_all_that_it_may_have_to_say(language: str) -> None:
    messages = texts_in(language).messages
    errors = {f"error.{code}" for code in Code}
    letters = {f"mail.{kind}.{part}" for kind in LetterKind for part in ("subject", "text")}
    reasons = {
        f"transcript.event.{kind}.{reason}"
        for kind, found in (
            ("closed", CloseReason),
            ("requeued", RequeueReason),
            ("declined", DeclineReason),
        )
        for reason in found
    }
    assert errors | letters | reasons <= messages.keys()


def test_the_first_wanted_language_that_has_a_file_is_chosen() -> None:
    assert choose_language(["tlh", None, "", "DE-at", "en"]) == "de"
    assert choose_language(["tlh", "x" * 5_000]) == FALLBACK
    assert choose_language([]) == FALLBACK


def test_a_value_with_braces_in_it_is_not_filled_in() -> None:
    said_of_braces = texts_in("en").say("transcript.file", name="{size}", type="{type}", size="7")
    assert said_of_braces == "{size} ({type}, 7 bytes)"


def test_no_other_file_lists_the_languages() -> None:
    """A file that names another language than the fallback would have to be changed for a new
    one; tests and documents may speak of German."""
    root = Path(__file__).parents[1]
    sources = [*(root / "chatserver").rglob("*.*"), *(root / "static").rglob("*.*")]
    others = "|".join(set(languages()) - {FALLBACK})
    named = re.compile(rf"""["'`](?:{others})["'`]""")
    naming = [
        str(file.relative_to(root))
        for file in sources
        if file.suffix in {".py", ".js", ".html", ".typ", ".jinja"}
        and named.search(file.read_text(encoding="utf-8"))
    ]
    assert not naming
