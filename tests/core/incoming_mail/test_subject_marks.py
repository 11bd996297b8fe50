"""Marks of replies and forwards before a subject."""

import pytest

from chatserver.core.incoming_mail.subject_marks import (
    is_forward_subject,
    is_reply_subject,
    thread_topic,
)


@pytest.mark.parametrize("subject", ["Re: Lamp", "AW:Lamp", "RE[2]: Lamp", "Ynt: Lamba", "回复:灯"])
def test_replies_are_known_by_their_marks(subject: str) -> None:
    assert is_reply_subject(subject)
    assert not is_forward_subject(subject)


@pytest.mark.parametrize("subject", ["Fwd: Lamp", "Re: WG: Lampe", "I: Lampada", "İLT: Lamba"])
def test_forwards_are_known_by_their_marks(subject: str) -> None:
    assert is_forward_subject(subject)


@pytest.mark.parametrize("subject", ["", "Regarding: lamp", "Lamp re: yours", "Item 5: lamp"])
def test_other_subjects_have_no_mark(subject: str) -> None:
    assert not is_reply_subject(subject)
    assert not is_forward_subject(subject)
    assert thread_topic(subject) == subject


@pytest.mark.parametrize(
    ("subject", "topic"),
    [
        ("RE: AW:Lamp", "Lamp"),
        ("WG: Odp: Lämp: red", "Lämp: red"),
        ("Re[2] : Lamp", "Lamp"),
        ("İLT: Lamba", "Lamba"),
        ("Re:", ""),
        ("Re:" * 5_000 + "Lamp", "Lamp"),
    ],
)
def test_the_topic_is_the_subject_without_the_marks_before_it(subject: str, topic: str) -> None:
    assert thread_topic(subject) == topic
