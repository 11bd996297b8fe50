"""Recorded support dialogues, one JSON object a line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

DAY_S = 86_400
LONGEST_GAP_S = 600
"""A pause in a recording that is longer says nothing about the conversation."""


class Turn(BaseModel):
    """One message; `at` is the wall clock of the recording, HH:MM."""

    at: str
    side: Literal["customer", "technician"] = Field(alias="from")
    name: str
    text: str

    @property
    def second(self) -> int:
        """The second of the day."""
        hours, minutes = self.at.split(":")
        return int(hours) * 3_600 + int(minutes) * 60


class Dialogue(BaseModel):
    """A whole conversation as it was recorded."""

    id: str
    turns: list[Turn]

    @property
    def customer(self) -> str:
        """The name of who asked."""
        return next((turn.name for turn in self.turns if turn.side == "customer"), "")


@dataclass(frozen=True, slots=True)
class Cue:
    """A turn and the seconds of silence before it."""

    turn: Turn
    pause_s: float


def read_dialogues(file: Path) -> list[Dialogue]:
    """All dialogues of a file; raises OSError and pydantic.ValidationError."""
    with file.open(encoding="utf-8") as lines:
        return [Dialogue.model_validate_json(line) for line in lines if line.strip()]


def cues(dialogue: Dialogue, speed: float) -> Iterator[Cue]:
    """The turns with their pauses, `speed` times faster; 0 leaves the pauses out."""
    previous: Turn | None = None
    for turn in dialogue.turns:
        gap = (turn.second - previous.second) % DAY_S if previous else 0
        yield Cue(turn, min(gap, LONGEST_GAP_S) / speed if speed else 0)
        previous = turn
