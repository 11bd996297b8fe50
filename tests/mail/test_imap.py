"""The IMAP client against a server that answers nothing, or not in full."""

import socket
import threading

import pytest

from chatserver.core.errors import Unavailable
from chatserver.mail.imap import ImapAccount, ImapConnection


def test_an_account_is_read_from_its_url() -> None:
    found = ImapAccount.from_url("imaps://help%40example.org@imap.example.org/Desk%20in", None)
    assert (found.user, found.folder, found.port) == ("help@example.org", "Desk in", 993)
    assert found.name == "help@example.org@imap.example.org/Desk in"


def test_abort_does_not_wait_for_a_silent_server() -> None:
    # The library's own way to close waits for the lock of the thread that reads.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        connection = ImapConnection(ImapAccount.from_url(f"imap://a@127.0.0.1:{port}", None))
        ended = threading.Event()

        def log_in() -> None:
            with pytest.raises(Unavailable):
                connection.open("secret", is_token=False)
            ended.set()

        thread = threading.Thread(target=log_in)
        thread.start()
        server, _ = listener.accept()
        server.sendall(b"* OK IMAP4rev1 ready\r\n")
        answered = server.recv(100).split()[0]
        server.sendall(b"* CAPABILITY IMAP4rev1\r\n" + answered + b" OK done\r\n")
        # The login, which is never answered.
        assert b"LOGIN" in server.recv(100)
        connection.abort()
        assert ended.wait(20)
        thread.join()
        connection.close()
        server.close()
