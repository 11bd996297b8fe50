"""An exported log can be parsed and equals the original log."""

import asyncio
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from chatserver.cli import main
from chatserver.composition.archive import build_transcripts
from chatserver.core.conversation.commands import Accept, AddNote, Close, Erase
from chatserver.core.conversation.events import KINDS
from chatserver.settings_file import load_settings
from chatserver.store.open import open_store
from chatserver.transcript import json
from chatserver.transcript.authenticity.parse import parse_transcript
from tests.commands.stored_conversation import conversation_in
from tests.playbook import ANN, BOB, OPENING, Play
from tests.transcript.strategies import edition, plays

SCHEMA: dict[str, Any] = orjson.loads(
    files("chatserver.transcript").joinpath("transcript.schema.json").read_bytes()
)
VALID = Draft202012Validator(SCHEMA)


@pytest.fixture(autouse=True)
def _quiet_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep commands that run in this process from reconfiguring its log."""
    monkeypatch.setattr("chatserver.logs.configure", lambda level: None)


@given(play=plays())
def test_the_internal_edition_is_the_log_again(play: Play) -> None:
    export = parse_transcript(json.render(edition(play, internal=True)))
    assert list(export.events) == play.events
    assert export.state == play.state


@given(play=plays(), internal=st.booleans())
def test_every_transcript_is_as_the_schema_says(play: Play, internal: bool) -> None:
    VALID.validate(orjson.loads(json.render(edition(play, internal=internal))))


@given(play=plays())
@settings(max_examples=25)
def test_an_erased_transcript_is_valid_against_the_schema(play: Play) -> None:
    VALID.validate(orjson.loads(json.render(edition(play.given((None, Erase())), internal=True))))


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_knows_every_kind_and_all_of_its_fields(kind: str) -> None:
    described = [
        each
        for each in SCHEMA["$defs"]["event"]["oneOf"]
        if each["properties"]["kind"].get("const") == kind
    ]
    assert len(described) == 1
    known = {field.name for field in fields(KINDS[kind])}
    assert set(described[0]["properties"]) == known | {"kind"}


def test_an_edition_without_its_notes_is_not_complete() -> None:
    play = Play().given((ANN, OPENING), (BOB, Accept()), (BOB, AddNote(text="x")), (ANN, Close()))
    with pytest.raises(ValueError, match="entry 4 is missing"):
        parse_transcript(json.render(edition(play, internal=False)))


@given(content=st.binary(max_size=200))
def test_content_of_another_kind_is_not_parsed_as_a_transcript(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_transcript(content)


def test_a_log_that_was_taken_out_is_put_back_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: str | Path, data: str) -> tuple[int, str, str]:
        code = main([*map(str, arguments), "--data", str(tmp_path / data)])
        return code, *capsys.readouterr()

    def exported(data: str) -> dict[str, Any]:
        asyncio.run(write_json(tmp_path / data, conversation, tmp_path / f"{data}.json"))
        found: dict[str, Any] = orjson.loads((tmp_path / f"{data}.json").read_bytes())
        return found

    conversation, reference = asyncio.run(conversation_in(tmp_path / "old"))
    first = exported("old")
    code, out, err = told("import", tmp_path / "old.json", data="new")
    assert (code, out) == (0, f"{reference} imported: 3 entries\n")
    assert "signed by another site" in err
    code, out, _ = told("import", tmp_path / "old.json", data="new")
    assert (code, out) == (0, f"{reference} is here already: 3 entries\n")
    second = exported("new")
    assert first["events"] == second["events"]
    assert first["proof"]["leaves"] == second["proof"]["leaves"]
    assert first["proof"]["salts"] == second["proof"]["salts"]
    assert told("check", data="new")[0] == 0
    forged = tmp_path / "forged.json"
    forged.write_text((tmp_path / "old.json").read_text().replace("blinks", "blonks"))
    code, _, err = told("import", forged, data="third")
    assert (code, "changed" in err) == (1, True)


async def write_json(data: Path, conversation: str, file: Path) -> None:
    """Write the internal edition, like `transcript --internal --format json`."""
    options = load_settings(None, data=data)
    async with open_store(data) as store:
        document = await build_transcripts(store, options).fetch(conversation, None, internal=True)
    await asyncio.to_thread(file.write_bytes, json.render(document))
