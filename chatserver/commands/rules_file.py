"""Pairing rules in a JSON file, validated like those of the administration page."""

from pathlib import Path

from pydantic import ValidationError

from chatserver.commands.command import Failed
from chatserver.commands.complaints import json_complaint
from chatserver.core.pairing.rules import PairingRules
from chatserver.web.admin_schemas import ChosenPairing


def read_rules(file: Path) -> PairingRules:
    """Read pairing rules; raises Failed with the place of what is wrong, OSError."""
    try:
        # The same schema as in the administration, so that its page can show what was set here.
        return ChosenPairing.model_validate_json(file.read_bytes()).rules
    except ValidationError as error:
        raise Failed(json_complaint(str(file), error)) from None
