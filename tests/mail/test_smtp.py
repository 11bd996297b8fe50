"""Sending letters to a real SMTP server: headers, TLS, logins and refusals."""

from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.core.mail import (
    Delayed,
    MailAttachment,
    OutgoingMail,
    Undeliverable,
)
from chatserver.mail.smtp import Smtp
from chatserver.settings import Settings
from tests.mail.office import PASSWORD, USER, authenticator, certificate, office, text

MAIL = OutgoingMail("0123abcd", "ann@example.com", "Ihr Chat K7F3-9QMX", "Grüße 🙂\n", "de")

ACKNOWLEDGEMENT = replace(MAIL, reply_to="help+K7F3@example.org", in_reply_to="<1@example.com>")


def smtp(port: int, **options: object) -> Smtp:
    made = Smtp("localhost", port, "none", "Help Désk <help@example.org>", "desk@example.org")
    return replace(made, **options)  # type: ignore[arg-type]  # fields of Smtp


async def test_a_letter_names_its_sender_and_is_marked_as_automatic() -> None:
    async with office() as there:
        await smtp(there.port).send(MAIL)
        letter = await there.arrived()
    assert there.receivers == [["ann@example.com"]]
    assert letter["From"] == "Help Désk <help@example.org>"
    assert letter["To"] == "ann@example.com"
    assert letter["Reply-To"] == "desk@example.org"
    assert letter["Subject"] == MAIL.subject
    assert letter["Message-ID"] == "<0123abcd@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"
    body = letter.get_body(("plain",))
    assert body is not None
    assert body["Content-Language"] == "de"
    assert letter["Date"].datetime.tzinfo is not None
    assert text(letter) == MAIL.text


async def test_an_attachment_arrives_as_it_was_sent() -> None:
    attachment = MailAttachment("K7F3-9QMX.pdf", "application/pdf", b"%PDF-\0\xff")
    async with office() as there:
        await smtp(there.port).send(replace(MAIL, attachments=(attachment,)))
        letter = await there.arrived()
    assert text(letter) == MAIL.text
    (attached,) = letter.iter_attachments()
    assert attached.get_filename() == "K7F3-9QMX.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == attachment.content


async def test_an_automatic_reply_has_the_null_sender_so_that_nothing_answers_it() -> None:
    async with office() as there:
        await smtp(there.port).send(ACKNOWLEDGEMENT)
        letter = await there.arrived()
    assert there.senders == ["<>"]
    assert letter["Auto-Submitted"] == "auto-replied"


async def test_a_reply_is_sent_from_the_desk_where_the_null_sender_is_refused() -> None:
    async with office() as there:
        there.answers.append("550 5.7.60 not your address")
        await smtp(there.port).send(ACKNOWLEDGEMENT)
    assert there.senders == ["help@example.org"]


async def test_a_reply_that_is_delayed_is_not_sent_from_another_sender() -> None:
    async with office() as there:
        there.answers.append("450 try later")
        with pytest.raises(Delayed):
            await smtp(there.port).send(ACKNOWLEDGEMENT)
    assert there.senders == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("450 mailbox busy", Delayed),
        ("451 try later", Delayed),
        ("452 no room", Delayed),
        ("550 no such user", Undeliverable),
        ("554 spam", Undeliverable),
        # Our login is wrong, not the letter: the operator can fix it.
        ("530 sign in first", Delayed),
    ],
)
async def test_a_refusal_delays_a_letter_or_ends_it(answer: str, error: type[Exception]) -> None:
    async with office() as there:
        there.answers.append(answer)
        with pytest.raises(error):
            await smtp(there.port).send(MAIL)
    assert there.letters == []


async def test_an_unreachable_server_delays_the_letter() -> None:
    # The port was free a moment ago, so nothing listens there now.
    async with office() as there:
        port = there.port
    with pytest.raises(Delayed):
        await smtp(port).send(MAIL)


async def test_where_tls_is_refused_nothing_is_sent_in_the_clear() -> None:
    async with office() as there:
        # An attacker on the way can suppress STARTTLS; the client must not fall back to plain text.
        for security in ("starttls", "tls"):
            with pytest.raises(Delayed):
                await smtp(there.port, security=security).send(MAIL)
    assert there.letters == []


async def test_an_unknown_certificate_is_refused(tmp_path: Path) -> None:
    public, context = certificate(tmp_path)
    async with office(tls_context=context, require_starttls=True) as there:
        mailer = smtp(there.port, security="starttls")
        with pytest.raises(Delayed):
            await mailer.send(MAIL)
        await replace(mailer, ca_file=str(public)).send(MAIL)
        assert (await there.arrived())["Subject"] == MAIL.subject


async def test_a_login_is_sent_over_tls_and_a_wrong_one_only_delays(tmp_path: Path) -> None:
    public, context = certificate(tmp_path)
    options = {"tls_context": context, "auth_required": True, "authenticator": authenticator}
    async with office(**options) as there:
        mailer = smtp(there.port, security="starttls", ca_file=str(public), user=USER)
        with pytest.raises(Delayed):
            await replace(mailer, password="wrong").send(MAIL)
        await replace(mailer, password=PASSWORD).send(MAIL)
        await there.arrived()


@pytest.mark.parametrize("field", ["subject", "to", "id", "language"])
def test_nothing_in_a_letter_can_add_a_header(field: str) -> None:
    fields = {field: "ann@example.com\r\nBcc: eve@example.com"}
    evil = replace(MAIL, **fields)  # type: ignore[arg-type]  # all of these fields are texts
    with pytest.raises(ValueError, match=r"."):
        bytes(smtp(25).compose(evil))


def test_without_settings_of_mail_there_is_no_client() -> None:
    assert Smtp.from_settings(Settings()) is None
