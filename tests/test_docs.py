"""A document that lies breaks the build."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from chatserver.core.conversation.events import KINDS
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


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_explained(name: str) -> None:
    assert f"`CHATSERVER_{name.upper()}`" in OPERATING
    assert Settings.model_fields[name].description


def test_no_setting_is_explained_that_does_not_exist() -> None:
    explained = set(re.findall(r"`CHATSERVER_([A-Z_]+)`", README + OPERATING))
    assert explained <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    "rule", [each.name for kind in (PairingRules, TopicRules) for each in fields(kind)]
)
def test_every_rule_of_pairing_is_explained(rule: str) -> None:
    assert re.search(rf"^\| `{rule}` \|", PAIRING, re.MULTILINE)


@pytest.mark.parametrize("verdict", [*Eligibility, *DecidingFactor])
def test_every_reason_of_a_decision_is_explained(verdict: str) -> None:
    assert f"`{verdict}`" in PAIRING


@pytest.mark.parametrize("word", sorted([*FRAMES, *KINDS, *Code, *map(str, map(int, CloseCode))]))
def test_every_word_of_the_wire_is_in_the_protocol(word: str) -> None:
    assert f"`{word}`" in PROTOCOL


def test_the_readme_can_be_read_at_one_sitting() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize(
    "document", [*sorted(ROOT.glob("docs/*.md")), ROOT / "README.md"], ids=lambda file: file.name
)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (document.parent / target).exists(), target


def test_the_threat_model_can_be_read_at_one_sitting() -> None:
    assert len(SECURITY.splitlines()) <= 200


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[^`]+)`", SECURITY))))
def test_every_test_named_in_the_threat_model_exists(named: str) -> None:
    path, _, test = named.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not test or re.search(rf"^(async )?def {test}\(", text, re.MULTILINE)


@pytest.mark.parametrize("file", sorted(ROOT.glob("tests/attack/test_*.py")), ids=lambda f: f.stem)
def test_every_attack_that_is_tried_is_in_the_threat_model(file: Path) -> None:
    assert f"`tests/attack/{file.name}" in SECURITY


def test_files_named_in_the_readme_exist() -> None:
    for path in re.findall(r"`((?:chatserver|static|tests|docs|deploy)/[\w/.-]+\.\w+)`", README):
        assert (ROOT / path).exists(), path
