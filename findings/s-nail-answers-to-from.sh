#!/usr/bin/env bash
# s-nail 14.9.24 (Debian 12's mailx, 2026-12-01): "reply" does not answer to Reply-To.
#
# Seen: a letter From: help@example.org with Reply-To: help+case@example.org. `reply` of s-nail without
# a configuration addresses From, and only the variable `reply-to-honour` makes it ask or follow; mutt
# 2.2.12 and alpine 2.26 follow it. In-Reply-To and References are there all the same: a desk that knows
# its cases by the address alone loses every answer that is written with it.
# Needs Debian 12 (apt-get and dpkg-deb); nothing is installed, nothing is sent.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
apt-get --quiet --quiet download s-nail=14.9.24-2 2>/dev/null
dpkg-deb -x s-nail_*.deb .
cat >inbox <<'MBOX'
From desk Tue Dec  1 10:00:00 2026
From: Help <help@example.org>
To: anna@example.net
Reply-To: help+case@example.org
Subject: Lamp
Message-ID: <1@example.org>
Date: Tue, 01 Dec 2026 10:00:00 +0000

Please press the key.

MBOX
printf '#!/bin/sh\ncat >"%s/sent"\n' "$folder" >mta
chmod +x mta
answered() {
    cp inbox copy
    rm -f sent
    printf 'reply 1\nIt blinks.\n~.\nexit\n' |
        HOME=$folder usr/bin/s-nail -# -:/ -Smta="$folder/mta" -Ssendwait \
            -Sfrom=anna@example.net "$@" -f copy >/dev/null 2>&1 || true
    grep -i '^to:' sent
}
plain=$(answered)
honoured=$(answered -Sreply-to-honour=yes)
echo "by default: $plain; with reply-to-honour: $honoured"
grep -i '^in-reply-to:' sent
[ "$plain" = "To: help@example.org" ] || { echo "no longer so" >&2; exit 1; }
