"""Detection of file types by content, and re-encoding of pictures.

The name and type that a client sends are not believed. Re-encoding removes everything a picture
carries beside its pixels: the place where it was taken, or a second file behind it.
"""

import io
import re
import zipfile
from pathlib import Path

import puremagic
from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

from chatserver.workers.inspected_file import InspectedFile
from chatserver.workers.media_type import media_type

PICTURE_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    # A JPEG with a second picture behind the first (CIPA DC-007), as many phones make them.
    "MPO": "image/jpeg",
}
READABLE_PICTURE_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
"""The formats that are read; Pillow's reader of JPEG finds MPO by itself."""

MAX_PIXELS = 50_000_000
"""The limit of a picture's pixels in all frames, against decompression bombs (200 MB in RGBA)."""

FRAME_MS = 100
"""The duration of an animation's frame in ms if the file does not tell it."""

PREVIEW_PIXELS = 640
"""The longer side of a preview (WebP) in pixels."""

UNKNOWN_TYPE = "application/octet-stream"
PLAIN_TEXT_TYPE = "text/plain"
PDF_TYPE = "application/pdf"
ZIP_TYPE = "application/zip"
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
OFFICE_TYPES = {
    "word": f"{_OPEN_XML}.wordprocessingml.document",
    "xl": f"{_OPEN_XML}.spreadsheetml.sheet",
    "ppt": f"{_OPEN_XML}.presentationml.presentation",
}
"""The types of Office Open XML documents (ECMA-376) by the folder that identifies them."""
_CHUNK_BYTES = 65_536
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""Control characters that no text has; tab, line ends, form feed and escape may be in one."""

_PDF_HEADER = re.compile(rb"%PDF-[0-9]\.[0-9]")
_PDF_WITHIN = 1_024
"""Bytes within which a PDF's header may stand: some programs write a line of their own before it,
and Acrobat and browsers accept that."""


def inspect(file: Path, preview: Path) -> InspectedFile:
    """Return the type of `file`; a picture is re-encoded in place, with a preview at `preview`.

    Raises ValueError for a picture that is broken or too large, and for a broken ZIP.
    """
    try:
        with Image.open(file, formats=READABLE_PICTURE_FORMATS) as picture:
            return _reencode(picture, file, preview)
    except UnidentifiedImageError:
        return InspectedFile(_detect_type(file))
    except Exception as error:
        # For malformed files Pillow's decoders raise anything from IndexError to struct.error.
        raise ValueError("a broken picture") from error


def _reencode(picture: Image.Image, file: Path, preview: Path) -> InspectedFile:
    """Replace a picture by its pixels alone, turned upright."""
    found = picture.format or ""
    # Of an MPO the first picture is kept: the others are its depth, or the other eye's view.
    kind = "JPEG" if found == "MPO" else found
    frames = 1 if found == "MPO" else getattr(picture, "n_frames", 1)
    if picture.width * picture.height * frames > MAX_PIXELS:
        raise ValueError("a picture with too many pixels")
    fresh = file.with_name(f"{file.name}.fresh")
    if frames > 1:
        width, height = _reencode_animation(picture, kind, fresh, preview)
    else:
        upright = ImageOps.exif_transpose(picture)
        width, height = upright.size
        _save(upright, kind, fresh)
        _save_preview(upright, preview)
    fresh.replace(file)
    return InspectedFile(PICTURE_TYPES[found], width, height)


def _reencode_animation(
    picture: Image.Image, kind: str, fresh: Path, preview: Path
) -> tuple[int, int]:
    """Re-encode every frame with its duration (ms) and the number of loops; return the size."""
    frames, pauses = [], []
    for frame in ImageSequence.Iterator(picture):
        frames.append(frame.convert("RGBA"))
        # Pillow knows the duration of a WebP's frame only once the frame is decoded.
        pauses.append(round(frame.info.get("duration", FRAME_MS)))
    first, *others = frames
    # A GIF that does not name its rounds is played once; 0 is for ever.
    loop = picture.info.get("loop")
    rounds = {} if loop is None else {"loop": loop}
    first.save(fresh, kind, save_all=True, append_images=others, duration=pauses, **rounds)
    _save_preview(first, preview)
    return first.size


def _save(picture: Image.Image, kind: str, target: Path) -> None:
    """Write the pixels and a colour profile that fits them, and nothing else of the file."""
    profile = picture.info.get("icc_profile")
    plain = picture
    if picture.mode == "CMYK":
        plain, profile = _in_rgb(picture, profile), None
    elif kind == "JPEG" and picture.mode != "L":
        plain = picture.convert("RGB")
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    if plain.mode == "P":
        bare = plain.convert("RGBA")
    options = {"quality": 90} if kind in ("JPEG", "WEBP") else {}
    bare.save(target, kind, icc_profile=profile, **options)


def _in_rgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert the inks of print (CMYK) to sRGB, by the file's profile where it has one."""
    if profile is None:
        return picture.convert("RGB")
    inks = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    try:
        made = ImageCms.profileToProfile(
            picture, inks, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        # The profile is not one for CMYK.
        made = None
    return made or picture.convert("RGB")


def _save_preview(picture: Image.Image, target: Path) -> None:
    if picture.mode == "CMYK":
        shown = _in_rgb(picture, picture.info.get("icc_profile"))
    elif picture.mode.startswith("I"):
        # 16 bits of grey: Pillow cuts at 255 instead of dividing, and all turns white.
        shown = picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    else:
        shown = picture
    small = shown.convert("RGBA")
    small.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
    small.save(target, "WEBP", quality=80)


def _detect_type(file: Path) -> str:
    with file.open("rb") as content:
        head = content.read(_CHUNK_BYTES)
    if head.startswith(b"%PDF-") or (_PDF_HEADER.search(head[:_PDF_WITHIN]) and b" obj" in head):
        return PDF_TYPE
    if _is_text(file):
        return PLAIN_TEXT_TYPE
    if (folders := _zip_folders(file)) is not None:
        return next((kind for part, kind in OFFICE_TYPES.items() if part in folders), ZIP_TYPE)
    if (media := media_type(file)) is not None:
        return media
    try:
        return puremagic.from_string(head, mime=True) or UNKNOWN_TYPE
    except (puremagic.PureError, ValueError):
        return UNKNOWN_TYPE


def _zip_folders(file: Path) -> set[str] | None:
    """Return the folders of an Office document, an empty set for another ZIP, None for no ZIP.

    Raises ValueError for a broken ZIP.
    """
    try:
        if not zipfile.is_zipfile(file):
            return None
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise ValueError("a broken ZIP") from error
    # Every package of ECMA-376 has this part; without it, a folder "word" says nothing.
    is_document = "[Content_Types].xml" in names
    return {name.partition("/")[0] for name in names} if is_document else set()


def _is_text(file: Path) -> bool:
    """Return True for text in UTF-8, UTF-16, or an older encoding of one byte a character.

    The encodings of older programs (cp850, cp1252 …) have no mark; text in them has letters and
    line ends, and none of the other control characters.
    """
    with file.open("rb") as content:
        piece = content.read(_CHUNK_BYTES)
        if piece.startswith(_UTF_16):
            # Cut at an even length: half a character is no fault of the file.
            return _is_utf_16(piece[: len(piece) & ~1])
        while piece:
            if _CONTROLS.search(piece):
                return False
            piece = content.read(_CHUNK_BYTES)
    return True


def _is_utf_16(piece: bytes) -> bool:
    try:
        text = piece.decode("utf-16")
    except UnicodeDecodeError:
        return False
    return "\0" not in text
