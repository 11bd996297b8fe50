"""The rules for texts that people write."""

import pytest

from chatserver.core.conversation.masking import Masking
from chatserver.core.conversation.text_rules import TextRules
from chatserver.core.errors import Refused


def test_a_limit_of_zero_characters_is_no_limit() -> None:
    TextRules(limit=0, masking=Masking()).check("x" * 10_000)
    with pytest.raises(Refused, match="too_long: comment"):
        TextRules(limit=2, masking=Masking()).check("xxx", "comment")
