#!/usr/bin/env bash
# IMAPClient 4.1.0 (2026-12-01): a dead server looks like a quiet one, and `shutdown` waits for it.
#
# Seen, with a server that closes its connection during IDLE: `idle_check(timeout=30)` returns [] at
# once, every time it is called, as it returns [] after 30 s in which nothing happened. A loop around
# it spins at full speed until `idle_done` is called.
# Seen, with a server that is silent: `IMAPClient.shutdown()` in another thread, which is how one would
# end a command that takes too long, returns only when that command ends (here by its timeout of 3 s):
# `imaplib` closes the buffered file first, and the thread that reads holds its lock.
# `client.socket().shutdown(socket.SHUT_RDWR)` ends the command at once.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imapclient==4.1.0
"$folder/venv/bin/python" - <<'PYTHON'
import socket
import threading
import time

from imapclient import IMAPClient


def serve(listener, after_idle):
    """Answer what a client asks before IDLE, and then do as `after_idle` says."""
    connection, _ = listener.accept()
    lines = connection.makefile("rb")
    connection.sendall(b"* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n")
    for line in lines:
        tag, command = line.split()[:2]
        if command == b"IDLE":
            connection.sendall(b"+ idling\r\n")
            if after_idle == "close":
                connection.shutdown(socket.SHUT_RDWR)
                return
        elif command == b"NOOP":
            continue
        elif command == b"CAPABILITY":
            connection.sendall(b"* CAPABILITY IMAP4rev1 IDLE\r\n" + tag + b" OK done\r\n")
        else:
            connection.sendall(tag + b" OK done\r\n")


def connected(after_idle):
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listener, after_idle), daemon=True).start()
    client = IMAPClient("127.0.0.1", listener.getsockname()[1], ssl=False, timeout=3)
    client.login("a", "b")
    return client


def ending(end):
    """Return how long `end` takes while another thread waits for the answer to NOOP."""
    client = connected("stay")

    def ask():
        try:
            client.noop()
        except Exception:
            pass

    reader = threading.Thread(target=ask)
    reader.start()
    time.sleep(0.5)
    began = time.monotonic()
    end(client)
    took = time.monotonic() - began
    reader.join()
    return took


dead = connected("close")
dead.idle()
began = time.monotonic()
told = [dead.idle_check(timeout=30) for _ in range(100)]
idle_s = time.monotonic() - began
shutdown_s = ending(IMAPClient.shutdown)
socket_s = ending(lambda client: client.socket().shutdown(socket.SHUT_RDWR))
print(f"100 x idle_check(timeout=30) of a dead server: {idle_s:.2f} s, all []: {not any(told)}")
print(f"shutdown() during a command: {shutdown_s:.2f} s; of its socket: {socket_s:.2f} s")
assert not any(told) and idle_s < 5, "no longer so: a dead server is told"
assert shutdown_s > 1 > socket_s, "no longer so: shutdown does not wait"
PYTHON
