"""Types of files by their content, and re-encoded pictures."""

import io
import random
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from chatserver.workers.file_inspection import inspect
from chatserver.workers.inspected_file import InspectedFile


def inspected(folder: Path, content: bytes) -> tuple[InspectedFile, Path, Path]:
    """Inspect a file with this content; return the result and the paths of file and preview."""
    file, preview = folder / "file", folder / "preview"
    file.write_bytes(content)
    return inspect(file, preview), file, preview


def type_of(folder: Path, content: bytes) -> str:
    return inspected(folder, content)[0].type


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    made = io.BytesIO()
    picture.save(made, kind, **options)
    return made.getvalue()


def frames(count: int) -> list[Image.Image]:
    return [Image.new("RGB", (8, 8), (40 * number, 0, 0)) for number in range(count)]


def test_a_jpeg_with_two_pictures_is_a_jpeg_of_the_first(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (40, 30), "red"), Image.new("RGB", (40, 30), "blue")
    found, file, preview = inspected(
        tmp_path, saved(first, "MPO", save_all=True, append_images=[second])
    )
    assert found == InspectedFile("image/jpeg", 40, 30)
    with Image.open(file) as kept, Image.open(preview) as small:
        assert (kept.format, getattr(kept, "n_frames", 1)) == ("JPEG", 1)
        assert small.convert("RGB").getpixel((20, 15))[0] > 200  # type: ignore[index]


# Equal neighbours and long ends: an encoder that merges frames or shifts pauses is found out.
PAUSES = [2_000, 50, 50, 50, 3_000]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_each_frame_keeps_its_own_duration(tmp_path: Path, kind: str) -> None:
    first, *others = frames(5)
    animation = saved(first, kind, save_all=True, append_images=others, duration=PAUSES, loop=3)
    _, file, _ = inspected(tmp_path, animation)
    assert durations(file) == PAUSES
    with Image.open(file) as kept:
        assert kept.info["loop"] == 3


def test_a_gif_that_is_played_once_is_played_once(tmp_path: Path) -> None:
    first, *others = frames(3)
    _, file, _ = inspected(tmp_path, saved(first, "GIF", save_all=True, append_images=others))
    with Image.open(file) as kept:
        assert "loop" not in kept.info


def durations(file: Path) -> list[int]:
    """Return the duration (ms) of each frame of an animation."""
    with Image.open(file) as kept:
        found = []
        for number in range(getattr(kept, "n_frames", 1)):
            kept.seek(number)
            kept.load()
            found.append(round(kept.info["duration"]))
        return found


def test_the_preview_of_sixteen_bits_of_grey_is_grey(tmp_path: Path) -> None:
    ramp = Image.frombytes("I;16", (256, 1), struct.pack("<256H", *range(0, 65_536, 256)))
    _, file, preview = inspected(tmp_path, saved(ramp.resize((256, 64)), "PNG"))
    with Image.open(preview) as small:
        row = small.convert("L").tobytes()[32 * 256 :]
    assert [round(row[x] / 16) for x in (10, 128, 245)] == [1, 8, 15]
    with Image.open(file) as kept:
        assert kept.mode == "I;16"


@pytest.mark.parametrize(("mode", "saved_as"), [("CMYK", "RGB"), ("L", "L"), ("RGB", "RGB")])
def test_a_colour_profile_fits_the_pixels(tmp_path: Path, mode: str, saved_as: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = Image.new("RGB", (20, 20), "tomato").convert(mode)
    _, file, _ = inspected(tmp_path, saved(picture, "JPEG", icc_profile=profile))
    with Image.open(file) as kept:
        assert kept.mode == saved_as
        # A CMYK picture is converted to RGB, for which its profile would be wrong.
        assert ("icc_profile" in kept.info) == (mode != "CMYK")


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box of an ISO base media file."""
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def movie(brand: bytes, handlers: Sequence[bytes], *, at_the_end: bool = False) -> bytes:
    """Return an ISO base media file with a track for each handler, and its index first or last."""
    tracks = [
        box(b"trak", box(b"tkhd", bytes(84)), box(b"mdia", box(b"hdlr", bytes(8), each, bytes(12))))
        for each in handlers
    ]
    index, data = box(b"moov", box(b"mvhd", bytes(100)), *tracks), box(b"mdat", bytes(5_000))
    return box(b"ftyp", brand, bytes(4)) + (data + index if at_the_end else index + data)


@pytest.mark.parametrize(
    ("brand", "handlers", "expected"),
    [
        (b"heic", [b"pict"], "image/heic"),
        (b"mif1", [b"pict"], "image/heif"),
        (b"avif", [b"pict"], "image/avif"),
        (b"M4A ", [b"soun"], "audio/mp4"),
        (b"isom", [b"soun"], "audio/mp4"),
        (b"mp42", [b"soun", b"vide"], "video/mp4"),
        (b"3gp4", [b"soun"], "audio/mp4"),
        (b"qt  ", [b"vide"], "video/quicktime"),
        (b"isom", [], "video/mp4"),
    ],
)
def test_mp4_is_told_by_brand_and_tracks(
    tmp_path: Path, brand: bytes, handlers: list[bytes], expected: str
) -> None:
    assert type_of(tmp_path, movie(brand, handlers)) == expected
    # Cameras write the index behind the data, so it has to be found without reading all of it.
    assert type_of(tmp_path, movie(brand, handlers, at_the_end=True)) == expected


def element(name: int, *parts: bytes, unknown: bool = False) -> bytes:
    """Return an EBML element; `unknown` leaves its size open, as a recorder does."""
    content = b"".join(parts)
    size = b"\x01" + b"\xff" * 7 if unknown else (len(content) | 1 << 56).to_bytes(8, "big")
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + size + content


def matroska(doctype: bytes, track_types: Sequence[int]) -> bytes:
    tracks = [
        element(0xAE, element(0xD7, b"\1"), element(0x83, bytes([each]))) for each in track_types
    ]
    info = element(0x1549A966, element(0x2AD7B1, b"\x0f\x42\x40"))
    segment = element(0x18538067, info, element(0x1654AE6B, *tracks), unknown=True)
    return element(0x1A45DFA3, element(0x4282, doctype)) + segment


@pytest.mark.parametrize(
    ("doctype", "types", "expected"),
    [
        (b"webm", [2], "audio/webm"),
        (b"webm", [1, 2], "video/webm"),
        (b"webm", [], "video/webm"),
        (b"matroska", [2], "audio/x-matroska"),
        (b"matroska", [2, 1], "video/x-matroska"),
    ],
)
def test_webm_is_told_by_its_tracks(
    tmp_path: Path, doctype: bytes, types: list[int], expected: str
) -> None:
    assert type_of(tmp_path, matroska(doctype, types)) == expected


def page(packet: bytes, *, first: bool = True) -> bytes:
    """Return an Ogg page with one packet."""
    head = b"OggS\0" + (b"\2" if first else b"\0") + bytes(20)
    return head + bytes([1, len(packet)]) + packet


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        ([b"OpusHead" + bytes(11)], "audio/ogg"),
        ([b"\x01vorbis" + bytes(23)], "audio/ogg"),
        ([b"\x80theora" + bytes(35), b"\x01vorbis" + bytes(23)], "application/ogg"),
        ([], "application/ogg"),
    ],
)
def test_ogg_is_told_by_its_streams(tmp_path: Path, streams: list[bytes], expected: str) -> None:
    content = b"".join(map(page, streams)) + page(b"later" * 10, first=False)
    assert type_of(tmp_path, content) == expected


@pytest.mark.parametrize(
    "whole", [movie(b"isom", [b"soun", b"vide"]), matroska(b"webm", [1, 2]), page(b"OpusHead")]
)
def test_a_file_that_was_cut_or_garbled_is_still_some_type(tmp_path: Path, whole: bytes) -> None:
    # A fixed seed: the same cuts in each run, so that a failure can be repeated.
    chance = random.Random(4)
    for length in range(0, len(whole), max(1, len(whole) // 60)):
        assert "/" in type_of(tmp_path, whole[:length])
        garbled = bytearray(whole)
        garbled[chance.randrange(len(whole))] = chance.randrange(256)
        assert "/" in type_of(tmp_path, bytes(garbled))


@pytest.mark.parametrize(
    "content",
    [
        "Gerät kaputt\r\n".encode("cp850"),
        "Modell;Preis\r\nFritz!Box;199 €\r\n".encode("cp1252"),
        "модем".encode("cp1251"),
        "我的路由器".encode("gb18030"),
        "ping".encode("utf-16"),
        b"\x1b[31mred\x1b[0m\n",
    ],
)
def test_text_in_an_older_encoding_is_text(tmp_path: Path, content: bytes) -> None:
    assert type_of(tmp_path, content) == "text/plain"


@pytest.mark.parametrize(
    "content", [b"\0\1\2\3", b"\xff\xfe\x00\x00", b"MZ\x90\0\3", b"\x7fELF\2\1"]
)
def test_bytes_that_are_no_text_are_none(tmp_path: Path, content: bytes) -> None:
    assert type_of(tmp_path, content) != "text/plain"


@pytest.mark.parametrize(
    ("head", "expected"),
    [(b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"), (b"ID3\4\0\0\0\0\0\x0a", "audio/mpeg")],
)
def test_wave_and_tagged_mp3_are_audio(tmp_path: Path, head: bytes, expected: str) -> None:
    assert type_of(tmp_path, head + bytes(400)) == expected


def test_a_pdf_may_begin_late(tmp_path: Path) -> None:
    body = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF"
    assert type_of(tmp_path, b"\n" + body) == "application/pdf"
    assert type_of(tmp_path, b"printed by Acme 2.1\r\n" + body) == "application/pdf"


def test_a_text_about_pdf_is_text(tmp_path: Path) -> None:
    assert type_of(tmp_path, b"My program writes %PDF-1.4 and stops.") == "text/plain"
