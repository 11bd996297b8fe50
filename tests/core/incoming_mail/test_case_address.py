"""The signed addresses and identifiers by which a reply proves its case."""

import pytest

from chatserver.core.incoming_mail.case_address import CaseAddresses, CaseProof, Purpose

ADDRESSES = CaseAddresses(secret=b"s" * 32, mailbox="help@example.org")
STRANGER = CaseAddresses(secret=b"t" * 32, mailbox="help@example.org")
REFERENCE = "K7F3-9QMX"


def test_an_address_proves_its_case_in_any_case_of_letters() -> None:
    people = ADDRESSES.people(REFERENCE)
    assert people == people.lower()
    assert ADDRESSES.prove(people.upper()) == CaseProof(Purpose.PEOPLE, REFERENCE)
    machines = ADDRESSES.machines(REFERENCE)
    assert ADDRESSES.prove(machines) == CaseProof(Purpose.MACHINES, REFERENCE)


def test_an_identifier_proves_its_case_and_the_words_that_it_carried() -> None:
    identifier = ADDRESSES.identifier(REFERENCE, 12)
    assert ADDRESSES.prove_identifier(identifier) == CaseProof(
        Purpose.IDENTIFIER, REFERENCE, seq=12
    )


def test_an_address_fits_into_64_octets_before_the_at() -> None:
    # RFC 5321 §4.5.3.1.1; the mailbox itself has up to 30 of them.
    assert len(ADDRESSES.machines(REFERENCE).partition("@")[0].removeprefix("help")) <= 34


@pytest.mark.parametrize(
    "address",
    [
        STRANGER.people(REFERENCE),
        ADDRESSES.people(REFERENCE).replace("+", "+b."),
        ADDRESSES.people(REFERENCE).replace("k7f3", "k7f4"),
        ADDRESSES.people(REFERENCE).replace("example.org", "example.com"),
        "help+k7f39qmx.@example.org",
        "help+é.é@example.org",
        "help@example.org",
        "",
    ],
)
def test_an_address_that_is_not_signed_by_the_site_proves_nothing(address: str) -> None:
    assert ADDRESSES.prove(address) is None


@pytest.mark.parametrize(
    "identifier",
    [
        STRANGER.identifier(REFERENCE, 1),
        ADDRESSES.identifier(REFERENCE, 1).replace(".1.", ".2."),
        ADDRESSES.identifier(REFERENCE, 1).replace(".1.", ".²."),
        "<a@example.org>",
    ],
)
def test_an_identifier_that_is_not_signed_by_the_site_proves_nothing(identifier: str) -> None:
    assert ADDRESSES.prove_identifier(identifier) is None
