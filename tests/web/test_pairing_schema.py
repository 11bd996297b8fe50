"""The pairing rules are declared once: schema, form and document follow the declaration."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from pydantic import ValidationError

from chatserver.core.pairing.rules import PairingRules, RuleBounds, TopicRules, rule_bounds
from chatserver.i18n.languages import languages, static_folder
from chatserver.web.admin_schemas import ChosenPairing, ChosenRules

ROOT = Path(__file__).parents[2]
SCHEMAS = ((PairingRules, ChosenPairing), (TopicRules, ChosenRules))
NUMBERS = [
    (schema, name, bounds)
    for rules, schema in SCHEMAS
    for name, bounds in rule_bounds(rules).items()
]


def is_accepted(schema: type[ChosenPairing] | type[ChosenRules], name: str, value: object) -> bool:
    try:
        schema.model_validate({name: value})
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(("schema", "name", "bounds"), NUMBERS)
def test_a_rule_is_accepted_within_its_bounds_only(
    schema: type[ChosenPairing] | type[ChosenRules], name: str, bounds: RuleBounds
) -> None:
    assert is_accepted(schema, name, bounds.least)
    assert is_accepted(schema, name, bounds.most)
    assert not is_accepted(schema, name, bounds.least - 1)
    assert not is_accepted(schema, name, bounds.most + 1)
    assert is_accepted(schema, name, None) is bounds.optional
    assert is_accepted(schema, name, bounds.least + 0.5) is not bounds.whole


def test_what_no_page_has_chosen_are_the_default_rules() -> None:
    assert ChosenPairing().rules == PairingRules()
    chosen = ChosenPairing.model_validate({"topics": {"dsl": {}}})
    assert chosen.rules.topics == {"dsl": TopicRules()}


def test_every_number_of_the_rules_has_bounds() -> None:
    for rules in (PairingRules, TopicRules):
        numbers = {
            rule.name for rule in fields(rules) if re.search(r"\b(int|float)\b", str(rule.type))
        }
        assert numbers == set(rule_bounds(rules))


def test_the_document_lists_the_rules_with_their_defaults() -> None:
    text = (ROOT / "docs" / "pairing.md").read_text(encoding="utf-8")
    for title, rules, schema in (
        ("rule", PairingRules, ChosenPairing),
        ("rule of a topic", TopicRules, ChosenRules),
    ):
        _, _, table = text.partition(f"| {title} | default | what |\n")
        rows = re.findall(r"^\| `(\w+)` \| (?:`(.*?)`|(\S+)) \|", table.split("\n\n")[0], re.M)
        defaults = schema().model_dump(mode="json")
        assert [name for name, *_ in rows] == [rule.name for rule in fields(rules)]
        for name, quoted, plain in rows:
            default = defaults[name]
            assert (quoted or plain) == (
                default if isinstance(default, str) else json.dumps(default)
            )


def test_no_other_source_lists_the_rules() -> None:
    """A page or a schema that named the rules would have to be changed for a new one."""
    names = rule_bounds(PairingRules).keys()
    sources = [*(ROOT / "chatserver" / "web").rglob("*.py"), *(ROOT / "static").rglob("*.js")]
    for file in sources:
        source = file.read_text(encoding="utf-8")
        named = [name for name in names if re.search(rf"""["'`]{name}["'`]|\b{name}:""", source)]
        assert len(named) <= 1, f"{file}: {named}"


@pytest.mark.parametrize("language", languages())
def test_every_rule_has_a_sentence_with_its_field_in_it(language: str) -> None:
    file = static_folder() / "i18n" / f"{language}.json"
    words = json.loads(file.read_text(encoding="utf-8"))["administration"]
    for prefix, rules in (("", PairingRules), ("topic.", TopicRules)):
        for name in rule_bounds(rules):
            assert re.fullmatch(r".+\{value\}.+", words[prefix + name]), name
    for group in {each.group for each in rule_bounds(PairingRules).values()}:
        assert words[f"rules.{group}"]
