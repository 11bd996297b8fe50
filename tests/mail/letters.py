"""Letters to the desk, and their way to the server."""

from email import policy
from email.message import EmailMessage

import aiosmtplib

DESK = "help@example.org"
ANN = "anna@example.net"


def letter(words: str, to: str = DESK, sender: str = ANN, **headers: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = f"Anna <{sender}>", to
    headers.setdefault("Subject", "Lamp")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(words)
    return message


async def post(port: int | None, message: EmailMessage, sender: str = ANN, to: str = "") -> None:
    """Relay a letter to the server as the site's mail server does."""
    assert port is not None
    # Not `aiosmtplib.send`, which refuses the null sender of a report.
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
    async with client:
        await client.sendmail(sender, [to or message["To"]], message.as_bytes())
