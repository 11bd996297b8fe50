#!/usr/bin/env bash
# aiosmtplib 5.1.3 and aiosmtpd 1.4.6 (2026-12-01): the empty sender of a report is special in both.
#
# Seen: a delivery report has the empty envelope sender (RFC 5321 §4.5.5), so that nobody answers it.
# `aiosmtplib.send` with the bytes of a letter and `sender=""` raises ValueError before it connects;
# `SMTP.sendmail("", …)` of the same library sends it. The server in turn tells its handler the sender
# "<>", which is no empty string: a program that asks whether there is a sender takes the report for a
# person's letter, and answers it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    aiosmtplib==5.1.3 aiosmtpd==1.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio

import aiosmtplib
from aiosmtpd.smtp import SMTP

LETTER = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Report\r\n\r\nFailed\r\n"


class Senders:
    def __init__(self):
        self.seen = []

    async def handle_DATA(self, server, session, envelope):
        self.seen.append(envelope.mail_from)
        return "250 OK"


async def main():
    handler = Senders()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        await aiosmtplib.send(
            LETTER, sender="", recipients=["b@example.org"], hostname="127.0.0.1", port=port
        )
        sent = "sent"
    except ValueError as error:
        sent = f"ValueError: {error}"
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as client:
        await client.sendmail("", ["b@example.org"], LETTER)
    server.close()
    print(sent, handler.seen)
    assert sent.startswith("ValueError"), f"no longer so: {sent}"
    assert handler.seen == ["<>"], f"no longer so: {handler.seen}"


asyncio.run(main())
PYTHON
