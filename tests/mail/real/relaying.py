"""Real mail servers relay letters to the desk, and tell the sender of each refusal."""

from email.message import EmailMessage
from pathlib import Path

from tests.mail.office import Office, office, text
from tests.mail.real.daemon import free_port
from tests.mail.real.desk import ANN, DESK, Desk, desk, letter
from tests.mail.real.transfer_agents import Routes, TransferAgent

LIMIT_BYTES = 200_000
LONG_ID = f"<{'a' * 98}@example.net>"
"""A Message-ID of 112 characters; Microsoft 365 gives ones of 82."""

WORDS = "Please press the small reset key for ten seconds."


async def relay(agent: TransferAgent, folder: Path, programs: Path) -> str:
    """Go through a case, all refusals and a bounce with one mail server; return what was seen."""
    listen = free_port()
    async with (
        office() as customers,
        agent(_made(folder / "agent"), Routes(listen, customers.port, programs)) as port,
        desk(folder / "data", port, listen, mail_limit=LIMIT_BYTES) as there,
    ):
        case = await _answered_in_the_thread(there, customers)
        await _copies_are_one(there, customers)
        large = await _refused(there, customers, letter("x\n" * LIMIT_BYTES), DESK)
        # Servers that read the limit in the answer to EHLO say so in their own words.
        assert any(each in large for each in ("552", "5.3.4", "too large")), large[:2_000]
        unknown = await _refused(there, customers, letter("Hello"), "nobody@example.org")
        assert "550" in unknown, unknown[:1_000]
        await there.marked()
        status = await _bounced(there, customers, case)
    return f"threads, copies once, 552 and 550 told to the sender, bounce {status}"


async def _answered_in_the_thread(there: Desk, customers: Office) -> str:
    await there.post(letter("It blinks red.", **{"Message-ID": LONG_ID}))
    case = str((await there.heard())["conversation"])
    await there.answer(case, WORDS)
    answer = await customers.arrived(1)
    assert answer["In-Reply-To"] == answer["References"] == LONG_ID
    assert answer["Auto-Submitted"] is None
    assert text(answer).startswith(WORDS)
    return case


async def _copies_are_one(there: Desk, customers: Office) -> None:
    """A letter to two addresses of the desk, and one that is delivered twice, are one each."""
    people = customers.letters[0]["Reply-To"]
    copies = letter("Now it is green.")
    await there.post(copies, DESK, people)
    await there.post(copies, DESK)
    assert (await there.heard())["text"] == "Now it is green."
    await there.marked()


async def _refused(there: Desk, customers: Office, message: EmailMessage, to: str) -> str:
    """Return the report that the sender gets."""
    count = len(customers.letters)
    await there.post(message, to)
    report = await customers.arrived(count + 1)
    assert customers.receivers[count] == [ANN]
    return report.as_string()


async def _bounced(there: Desk, customers: Office, case: str) -> str:
    customers.answers.append("550 5.1.1 No such person here")
    await there.answer(case, "Are you still there?")
    bounced = await there.heard("bounced")
    assert bounced["conversation"] == case
    # The letter that came back is the one that carried the last words.
    assert bounced["through"] > 2
    return str(bounced["status"])


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
