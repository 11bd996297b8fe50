"""The contract of `MailStore`."""

import asyncio
from dataclasses import replace

import pytest

from chatserver.core.errors import RateLimited
from chatserver.core.mail import MAX_CODE_GUESSES, MAX_TRIES, Letter, LetterKind, LetterOutcome
from chatserver.services.mail.requests import MailStore
from chatserver.store.open import Store
from tests.playbook import NOON

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LETTER = Letter(
    "l1",
    "ann",
    "ann@example.org",
    kind=LetterKind.TRANSCRIPT,
    at=NOON,
    conversation="c1",
    format="pdf",
    locale="de",
    timezone="Europe/Berlin",
)
ADDRESS = "ann@example.org"


@pytest.fixture
def mail(store: Store) -> MailStore:
    return store.mail


async def test_the_right_code_confirms_its_address_also_when_told_again(mail: MailStore) -> None:
    await mail.save_code("ann", ADDRESS, b"code", NOON + 10)
    assert await mail.confirmed_address("ann") is None
    for _ in range(2):
        assert await mail.confirm_address("ann", b"code", NOON) == ADDRESS
    assert await mail.confirmed_address("ann") == ADDRESS


async def test_a_code_is_of_one_customer_and_expires(mail: MailStore) -> None:
    await mail.save_code("ann", ADDRESS, b"code", NOON + 10)
    assert await mail.confirm_address("eve", b"code", NOON) is None
    assert await mail.confirm_address("ann", b"code", NOON + 10) is None
    assert await mail.confirmed_address("ann") is None


async def test_after_too_many_wrong_guesses_the_right_code_is_refused(mail: MailStore) -> None:
    await mail.save_code("ann", ADDRESS, b"code", NOON + 10)
    for _ in range(MAX_CODE_GUESSES):
        assert await mail.confirm_address("ann", b"wrong", NOON) is None
    assert await mail.confirm_address("ann", b"code", NOON) is None


async def test_guesses_at_once_are_all_counted(mail: MailStore) -> None:
    await mail.save_code("ann", ADDRESS, b"code", NOON + 10)
    wrong = [mail.confirm_address("ann", b"wrong", NOON) for _ in range(MAX_CODE_GUESSES)]
    await asyncio.gather(*wrong)
    assert await mail.confirm_address("ann", b"code", NOON) is None


async def test_a_new_code_takes_the_place_of_the_one_before_with_new_guesses(
    mail: MailStore,
) -> None:
    await mail.save_code("ann", ADDRESS, b"code", NOON + 10)
    for _ in range(MAX_CODE_GUESSES):
        await mail.confirm_address("ann", b"wrong", NOON)
    await mail.save_code("ann", "new@example.org", b"new", NOON + 10)
    assert await mail.confirm_address("ann", b"code", NOON) is None
    assert await mail.confirm_address("ann", b"new", NOON) == "new@example.org"


async def test_a_letter_is_claimed_as_it_was_queued_counting_its_tries(mail: MailStore) -> None:
    await mail.enqueue(LETTER, 0)
    assert await mail.claim_due(NOON) == replace(LETTER, tries=1)


async def test_letters_are_claimed_when_they_are_due_the_longest_waiting_first(
    mail: MailStore,
) -> None:
    await mail.enqueue(replace(LETTER, id="later", at=NOON + 1), 0)
    await mail.enqueue(replace(LETTER, id="first"), 0)
    assert await mail.next_letter_due_at() == NOON
    assert await mail.claim_due(NOON - 1) is None
    claimed = [await mail.claim_due(NOON + 1) for _ in range(3)]
    assert [letter.id if letter else None for letter in claimed] == ["first", "later", None]


async def test_of_many_who_claim_at_once_one_gets_the_letter(mail: MailStore) -> None:
    await mail.enqueue(LETTER, 0)
    claimed = await asyncio.gather(*(mail.claim_due(NOON) for _ in range(10)))
    assert [letter.id for letter in claimed if letter] == ["l1"]


async def test_a_claimed_letter_is_due_again_after_a_pause_until_it_is_finished(
    mail: MailStore,
) -> None:
    await mail.enqueue(LETTER, 0)
    await mail.claim_due(NOON)
    due = await mail.next_letter_due_at()
    assert due is not None
    assert due > NOON
    assert await mail.claim_due(due - 1) is None
    assert await mail.claim_due(due) == replace(LETTER, tries=2)
    await mail.finish_letter("l1", LetterOutcome.SENT)
    assert await mail.next_letter_due_at() is None
    assert await mail.claim_due(due + HOUR_MS * 9) is None


async def test_a_letter_is_claimed_no_more_often_than_the_limit_of_tries(mail: MailStore) -> None:
    await mail.enqueue(LETTER, 0)
    tries = 0
    while (due := await mail.next_letter_due_at()) is not None:
        assert await mail.claim_due(due) is not None
        tries += 1
    assert tries == MAX_TRIES


async def test_a_letter_with_the_same_id_is_queued_once_even_beyond_the_limit(
    mail: MailStore,
) -> None:
    for _ in range(3):
        await mail.enqueue(LETTER, 1)
    await mail.claim_due(NOON)
    await mail.finish_letter("l1", LetterOutcome.SENT)
    await mail.enqueue(LETTER, 1)
    assert await mail.next_letter_due_at() is None


@pytest.mark.parametrize("other", [{"email": "other@example.org"}, {"customer": "eve"}])
async def test_letters_of_one_customer_and_to_one_address_are_limited_by_the_hour(
    mail: MailStore, other: dict[str, str]
) -> None:
    for number in range(2):
        await mail.enqueue(replace(LETTER, id=f"l{number}", at=NOON + number), 2)
    third = replace(LETTER, id="third", at=NOON + 2, **other)  # type: ignore[arg-type]
    with pytest.raises(RateLimited) as limited:
        await mail.enqueue(third, 2)
    assert limited.value.retry_after == HOUR_MS - 2
    await mail.enqueue(replace(third, at=NOON + HOUR_MS), 2)
    await mail.enqueue(replace(third, id="unlimited"), 0)


async def test_invitations_are_limited_by_address_only(mail: MailStore) -> None:
    invitation = replace(LETTER, kind=LetterKind.INVITATION)
    await mail.enqueue(invitation, 1)
    await mail.enqueue(replace(invitation, id="l2", email="other@example.org"), 1)
    with pytest.raises(RateLimited):
        await mail.enqueue(replace(invitation, id="l3", customer="eve"), 1)


async def test_a_letter_that_has_ended_only_counts(mail: MailStore) -> None:
    await mail.enqueue(LETTER, 1, LetterOutcome.COUNTED_ONLY)
    assert await mail.next_letter_due_at() is None
    with pytest.raises(RateLimited):
        await mail.enqueue(replace(LETTER, id="l2"), 1)


async def test_finishing_an_unknown_letter_changes_nothing(mail: MailStore) -> None:
    await mail.finish_letter("unknown", LetterOutcome.SENT)
    assert await mail.next_letter_due_at() is None


async def test_letters_of_a_clock_that_was_a_day_fast_are_sent_when_it_is_set_right(
    mail: MailStore,
) -> None:
    await mail.enqueue(LETTER, limit=9)
    yesterday = NOON - DAY_MS
    assert await mail.claim_due(yesterday) is not None
    assert await mail.claim_due(yesterday) is None


async def test_letters_of_a_clock_that_was_a_day_fast_do_not_count_for_the_hour(
    mail: MailStore,
) -> None:
    await mail.enqueue(LETTER, limit=1)
    await mail.enqueue(replace(LETTER, id="m2", at=NOON - DAY_MS), limit=1)
    with pytest.raises(RateLimited):
        await mail.enqueue(replace(LETTER, id="m3", at=NOON - DAY_MS + 1), limit=1)
