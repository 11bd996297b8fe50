"""The documents agree with the source: settings, frames, routes, tests and links."""

import re
from dataclasses import fields
from pathlib import Path

from chatserver.core.conversation.events import KIND_OF, KINDS, SHOWN_FIELDS
from chatserver.core.errors import Code
from chatserver.core.explanation import DecidingFactor, Eligibility
from chatserver.core.pairing.rules import PairingRules, TopicRules
from chatserver.protocol.close import CloseCode
from chatserver.protocol.frames import FRAMES
from chatserver.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
PAIRING = (ROOT / "docs" / "pairing.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def test_every_setting_is_explained() -> None:
    names = sorted(Settings.model_fields)
    assert not [name for name in names if f"`CHATSERVER_{name.upper()}`" not in OPERATING]
    assert not [name for name in names if not Settings.model_fields[name].description]


def test_no_setting_is_explained_that_does_not_exist() -> None:
    explained = set(re.findall(r"`CHATSERVER_([A-Z_]+)`", README + OPERATING))
    assert explained <= {name.upper() for name in Settings.model_fields}


def test_every_rule_of_pairing_is_explained() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", PAIRING, re.MULTILINE))
    rules = {each.name for kind in (PairingRules, TopicRules) for each in fields(kind)}
    assert not rules - explained


def test_every_reason_of_a_decision_is_explained() -> None:
    reasons = [*Eligibility, *DecidingFactor]
    assert not [reason for reason in reasons if f"`{reason}`" not in PAIRING]


def test_every_word_of_the_wire_is_in_the_protocol() -> None:
    words = sorted([*FRAMES, *KINDS, *Code, *map(str, map(int, CloseCode))])
    assert not [word for word in words if f"`{word}`" not in PROTOCOL]


def test_every_field_of_an_event_that_customers_are_sent_is_in_the_protocol() -> None:
    table = PROTOCOL.partition("| kind | fields |")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) ?\|$", table, re.MULTILINE))
    missing = [
        f"{KIND_OF[fact]}: {name}"
        for fact, names in SHOWN_FIELDS.items()
        for name in sorted(names)
        if not re.search(rf"`{name}\??`", rows[KIND_OF[fact]])
    ]
    assert not missing


def test_the_readme_can_be_read_at_one_sitting() -> None:
    assert len(README.splitlines()) <= 150


def test_lines_of_prose_are_short_enough_to_read() -> None:
    long = [
        f"{page.name}:{number}"
        for page in (*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md")
        for number, line in enumerate(page.read_text().splitlines(), 1)
        if len(line) > 110 and not line.startswith(("|", "    "))
    ]
    assert long == []


def test_links_lead_somewhere() -> None:
    broken = [
        f"{document.name}: {target}"
        for document in (*sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("*.md")))
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert not broken


def test_the_threat_model_can_be_read_at_one_sitting() -> None:
    assert len(SECURITY.splitlines()) <= 200


def test_every_test_named_in_the_threat_model_exists() -> None:
    named = sorted(set(re.findall(r"`(tests/[^`]+)`", SECURITY)))
    assert named
    assert not [name for name in named if not _is_a_test(name)]


def _is_a_test(named: str) -> bool:
    """Return True if a file exists, or with `::` a test function in it."""
    path, _, test = named.partition("::")
    if not (ROOT / path).exists():
        return False
    text = (ROOT / path).read_text(encoding="utf-8")
    return not test or bool(re.search(rf"^(async )?def {test}\(", text, re.MULTILINE))


def test_every_attack_that_is_tried_is_in_the_threat_model() -> None:
    files = sorted(ROOT.glob("tests/attack/test_*.py"))
    assert files
    assert not [file.name for file in files if f"`tests/attack/{file.name}" not in SECURITY]


def test_modules_named_in_the_architecture_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "chatserver"
    missing = [
        named
        for named in re.findall(r"`([a-z_]+(?:/[\w.-]+)+/?)`", text)
        if not any(
            (folder / f"{named}{suffix}").exists()
            for folder in (ROOT, ROOT / "static", package, package / "store")
            for suffix in ("", ".py")
        )
    ]
    assert not missing


def test_files_named_in_the_readme_exist() -> None:
    for path in re.findall(r"`((?:chatserver|static|tests|docs|deploy)/[\w/.-]+\.\w+)`", README):
        assert (ROOT / path).exists(), path
