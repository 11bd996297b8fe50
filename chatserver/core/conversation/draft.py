"""Texts that technicians have begun to write and not sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """A technician's unsent text in a conversation."""

    conversation: str
    text: str
