#!/usr/bin/env bash
# puremagic 1.30 (2026-11-30): the sound that phones and browsers record is named as something else.
#
# Seen: a voice message of an iPhone (M4A) is video/mp4, one of WhatsApp (Opus in Ogg) is
# application/ogg, and what a browser's microphone records (Opus in WebM) is video/webm; an iPhone's
# photo (HEIC) is video/mp4, too. All four files are valid and hold no video. Who decides by this type
# whether a file is played, shown or refused decides wrongly: the brand and the tracks have to be read.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    puremagic==1.30 imageio-ffmpeg==0.6.0 pillow==12.3.0 pillow-heif==1.1.1
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import pillow_heif
import puremagic
from PIL import Image

folder = Path(sys.argv[1])
tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1"]
for name, options in {
    "voice.m4a": ["-c:a", "aac"],
    "voice.ogg": ["-c:a", "libopus"],
    "voice.webm": ["-c:a", "libopus"],
}.items():
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *tone, *options, folder / name], check=True
    )
pillow_heif.register_heif_opener()
Image.new("RGB", (64, 64), "tomato").save(folder / "photo.heic")

seen = {
    name: puremagic.from_string((folder / name).read_bytes(), mime=True)
    for name in ("voice.m4a", "voice.ogg", "voice.webm", "photo.heic")
}
print(seen)
expected = {
    "voice.m4a": "video/mp4",
    "voice.ogg": "application/ogg",
    "voice.webm": "video/webm",
    "photo.heic": "video/mp4",
}
assert seen == expected, f"no longer so: {seen}"
PYTHON
