"""The type of audio and video files by brand and tracks.

Libraries that look at the first bytes take an iPhone's photo (HEIC) and a voice message (M4A) for
`video/mp4`, and a microphone's WebM for a video: the container is the same, its tracks are not.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

BRANDS: Mapping[bytes, str] = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic-sequence",
    b"mif1": "image/heif",
    b"msf1": "image/heif-sequence",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
"""Major brands of ISO base media files (ISO/IEC 14496-12 §4.3) that name a type by themselves."""

OGG_AUDIO = (b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex   ")
"""The beginning of the first packet of an audio stream in an Ogg file (RFC 5334 §4)."""

_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT, _TRACKS, _TRACK_ENTRY, _TRACK_TYPE = 0x18538067, 0x1654AE6B, 0xAE, 0x83
_VIDEO_TRACK = 1
_MAX_ELEMENTS = 1_000
"""Boxes or elements of one file that are looked at, so that a strange file takes no time."""


def media_type(file: Path) -> str | None:
    """Return the type of an ISO base media, WebM, Ogg, MP3 or WAVE file, None for any other."""
    with file.open("rb") as content:
        head = content.read(16)
        if head[4:8] == b"ftyp":
            return BRANDS.get(head[8:12]) or _by_handlers(content)
        if head.startswith(_EBML):
            return _by_track_entries(content)
        if head.startswith(b"OggS"):
            return _by_streams(content)
    if head.startswith(b"ID3"):
        # Tags before an MP3; the sound behind them may be far away.
        return "audio/mpeg"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav"
    return None


def _by_handlers(content: BinaryIO) -> str:
    """Return video/mp4 where a track is handled as video (§8.4.3), else audio/mp4."""
    content.seek(0, 2)
    handlers = list(_handlers(content, 0, content.tell(), iter(range(_MAX_ELEMENTS))))
    return "audio/mp4" if b"soun" in handlers and b"vide" not in handlers else "video/mp4"


def _handlers(content: BinaryIO, start: int, end: int, budget: Iterator[int]) -> Iterator[bytes]:
    while start + 8 <= end and next(budget, None) is not None:
        content.seek(start)
        head = content.read(16)
        size, kind, body = int.from_bytes(head[:4], "big"), head[4:8], start + 8
        if size == 1:
            # The size did not fit into 32 bits and follows in 64.
            size, body = int.from_bytes(head[8:16], "big"), start + 16
        # A size of 0 reaches to the end of the file.
        until = min(end, start + size) if size else end
        if kind in (b"moov", b"trak", b"mdia"):
            yield from _handlers(content, body, until, budget)
        elif kind == b"hdlr":
            content.seek(body + 8)
            yield content.read(4)
        if until < body:
            return
        start = until


def _by_track_entries(content: BinaryIO) -> str:
    """Return audio/webm or video/webm, or the same of Matroska, by the tracks (RFC 9559 §5.1.4)."""
    content.seek(0)
    head = content.read(64)
    container = "webm" if b"webm" in head else "x-matroska"
    content.seek(0, 2)
    types = list(_track_types(content, 0, content.tell(), iter(range(_MAX_ELEMENTS))))
    return f"audio/{container}" if types and _VIDEO_TRACK not in types else f"video/{container}"


def _track_types(content: BinaryIO, start: int, end: int, budget: Iterator[int]) -> Iterator[int]:
    while start < end and next(budget, None) is not None:
        content.seek(start)
        head = content.read(12)
        name, after = _number(head, 0, keep_marker=True)
        size, after = _number(head, after, keep_marker=False)
        if after > len(head) or not name:
            return
        body = start + after
        # A recorder does not know the size of what it is still writing: all bits are set.
        unknown = size == (1 << (7 * (after - _width(head[0])))) - 1
        until = end if unknown else min(end, body + size)
        if name in (_SEGMENT, _TRACKS, _TRACK_ENTRY):
            yield from _track_types(content, body, until, budget)
        elif name == _TRACK_TYPE:
            content.seek(body)
            yield int.from_bytes(content.read(min(size, 8)), "big")
        start = until


def _number(head: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """Return a variable-size integer (RFC 8794 §4) at an offset, and the offset behind it."""
    if at >= len(head):
        return 0, len(head) + 1
    width = _width(head[at])
    value = int.from_bytes(head[at : at + width], "big")
    return (value if keep_marker else value & ((1 << (7 * width)) - 1)), at + width


def _width(first: int) -> int:
    return 9 - first.bit_length()


def _by_streams(content: BinaryIO) -> str:
    """Return audio/ogg where all streams are audio, else application/ogg (RFC 5334 §4)."""
    content.seek(0)
    head = content.read(4_096)
    streams = []
    start = 0
    # All streams begin with a page of their own (flag 2) before any goes on (RFC 3533 §4).
    while head[start : start + 4] == b"OggS" and head[start + 5 : start + 6] == b"\x02":
        segments = head[start + 26] if start + 26 < len(head) else 0
        body = start + 27 + segments
        streams.append(head[body : body + 8])
        start = body + sum(head[start + 27 : body])
    is_audio = streams and all(each.startswith(OGG_AUDIO) for each in streams)
    return "audio/ogg" if is_audio else "application/ogg"
