#!/usr/bin/env bash
# Exim 4.96 (Debian 12, 2026-12-01): a letter that waits is handed to another server on the same host.
#
# Seen: two routers with one `smtp` transport relay example.org to 127.0.0.1::A and example.net to
# 127.0.0.1::B. While A answers 421, a letter to help@example.org waits. Then a letter to
# anna@example.net is delivered to B, and over the same connection Exim delivers the one that waited for
# A: the log says `=> help@example.org R=desk ... H=127.0.0.1 [127.0.0.1]*`, and A never sees it.
# The hints of waiting letters are kept by transport and host, without the port. With a transport of its
# own for each server (here `other_smtp`) the letter goes to A.
# Needs root on Debian 12 (apt-get, dpkg-deb) and python3; nothing is installed but the user Debian-exim,
# everything runs on the loopback address.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
apt-get --quiet --quiet download exim4-daemon-light=4.96-15+deb12u11 libgnutls-dane0 2>/dev/null
for package in ./*.deb; do dpkg-deb -x "$package" .; done
id Debian-exim >/dev/null 2>&1 || useradd --system Debian-exim
cat >trial.py <<'PYTHON'
import pathlib
import socketserver
import subprocess
import sys
import threading
import time

folder, transport = pathlib.Path(sys.argv[1]), sys.argv[2]
got = {"A": [], "B": []}
is_busy = True


def server(name):
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            def say(line):
                self.wfile.write(line + b"\r\n")

            if name == "A" and is_busy:
                return say(b"421 4.3.2 come back later")
            say(b"220 ready")
            is_data = False
            for line in self.rfile:
                verb = line[:4].upper()
                if is_data:
                    is_data = line != b".\r\n"
                    if not is_data:
                        say(b"250 taken by " + name.encode())
                    continue
                if verb == b"RCPT":
                    got[name].append(line.decode().strip())
                is_data = verb == b"DATA"
                say(b"354 go on" if is_data else b"221 bye" if verb == b"QUIT" else b"250 ok")
                if verb == b"QUIT":
                    return

    listener = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    return listener.server_address[1]


port_a, port_b = server("A"), server("B")
own = folder / transport
(own / "spool").mkdir(parents=True)
settings = own / "exim.conf"
settings.write_text(f"""
primary_hostname = mx.example.org
spool_directory = {own}/spool
exim_path = {folder}/usr/sbin/exim4
log_file_path = {own}/%slog
disable_ipv6
keep_environment =
never_users =
begin routers
desk:
  driver = manualroute
  domains = example.org
  transport = remote_smtp
  route_list = * 127.0.0.1::{port_a}
  self = send
customers:
  driver = manualroute
  domains = example.net
  transport = {transport}
  route_list = * 127.0.0.1::{port_b}
  self = send
begin transports
remote_smtp:
  driver = smtp
other_smtp:
  driver = smtp
begin retry
* * F,1h,1s
""")
subprocess.run(["chown", "-R", "Debian-exim", own], check=True)
subprocess.run(["chown", "root", settings], check=True)
exim = [folder / "usr/sbin/exim4", "-C", settings]


def post(to):
    letter = f"From: eve@example.com\nTo: {to}\nSubject: x\n\nx\n".encode()
    subprocess.run([*exim, "-odf", "-f", "eve@example.com", to], input=letter, check=True)


def waits():
    return subprocess.run([*exim, "-bpc"], capture_output=True, check=True).stdout.strip() != b"0"


post("help@example.org")
assert waits() and not got["A"]
post("anna@example.net")
# The letter that waited is delivered by a process of its own, to which the connection is handed.
deadline = time.monotonic() + 30
while waits() and len(got["B"]) < 2 and transport == "remote_smtp":
    assert time.monotonic() < deadline, "no longer so: the letter still waits for A"
    time.sleep(0.1)
is_busy = False
while waits():
    assert time.monotonic() < deadline, "the queue is not empty"
    subprocess.run([*exim, "-qff"], check=True)
    time.sleep(0.2)
for name, lines in got.items():
    print(f"customers by {transport}: server {name} got {lines}")
to_b = any("help@example.org" in line for line in got["B"])
to_a = any("help@example.org" in line for line in got["A"])
is_expected = (to_b, to_a) == ((True, False) if transport == "remote_smtp" else (False, True))
sys.exit(0 if is_expected else "no longer so")
PYTHON
export LD_LIBRARY_PATH=$folder/usr/lib/x86_64-linux-gnu
python3 trial.py "$folder" remote_smtp
python3 trial.py "$folder" other_smtp
