"""What a file is, by its content; pictures are made anew, so that nothing hides in them.

Whoever sends a file also chooses its name and says its type: neither is believed. Making a picture
anew removes what it carries beside the picture (where it was taken, a second file behind it).
"""

import zipfile
from pathlib import Path

import puremagic
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from chatserver.workers.inspected_file import InspectedFile

PICTURES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
PIXELS = 50_000_000
"""Of one picture, all its frames together: what unpacks to more is refused."""

PREVIEW = 640
"""Pixels of the longer side of a preview, which is WebP."""

UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"
PDF = "application/pdf"
ZIP = "application/zip"
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
OFFICE = {
    "word": f"{_OPEN_XML}.wordprocessingml.document",
    "xl": f"{_OPEN_XML}.spreadsheetml.sheet",
    "ppt": f"{_OPEN_XML}.presentationml.presentation",
}
"""Documents of ECMA-376 by the folder that makes them what they are."""
_HEAD = 65_536


def inspect(file: Path, preview: Path) -> InspectedFile:
    """Find out what `file` is; a picture is replaced by one made anew and gets a `preview`.

    Raises ValueError for a picture that is broken or too large, and for a broken ZIP.
    """
    try:
        with Image.open(file, formats=tuple(PICTURES)) as picture:
            return _picture(picture, file, preview)
    except UnidentifiedImageError:
        return InspectedFile(_type(file))
    except Exception as error:
        # Readers of pictures let through whatever they stumble over.
        raise ValueError("a broken picture") from error


def _picture(picture: Image.Image, file: Path, preview: Path) -> InspectedFile:
    kind = picture.format or ""
    frames = getattr(picture, "n_frames", 1)
    if picture.width * picture.height * frames > PIXELS:
        raise ValueError("a picture with too many pixels")
    fresh = file.with_name(f"{file.name}.fresh")
    if frames > 1:
        width, height = _film(picture, kind, fresh, preview)
    else:
        upright = ImageOps.exif_transpose(picture)
        width, height = upright.size
        _save(upright, kind, fresh)
        _save_preview(upright, preview)
    fresh.replace(file)
    return InspectedFile(PICTURES[kind], width, height)


def _film(picture: Image.Image, kind: str, fresh: Path, preview: Path) -> tuple[int, int]:
    frames = [frame.convert("RGBA") for frame in ImageSequence.Iterator(picture)]
    pause = picture.info.get("duration", 100)
    first, *others = frames
    first.save(fresh, kind, save_all=True, append_images=others, duration=pause, loop=0)
    _save_preview(first, preview)
    return first.size


def _save(picture: Image.Image, kind: str, target: Path) -> None:
    """The pixels and the colour profile, and nothing else that the file carried."""
    profile = picture.info.get("icc_profile")
    plain = picture.convert("RGB") if kind == "JPEG" else picture
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    if plain.mode == "P":
        bare = plain.convert("RGBA")
    options = {"quality": 90} if kind in ("JPEG", "WEBP") else {}
    bare.save(target, kind, icc_profile=profile, **options)


def _save_preview(picture: Image.Image, target: Path) -> None:
    small = picture.convert("RGBA")
    small.thumbnail((PREVIEW, PREVIEW))
    small.save(target, "WEBP", quality=80)


def _type(file: Path) -> str:
    with file.open("rb") as content:
        head = content.read(_HEAD)
    if head.startswith(b"%PDF-"):
        return PDF
    if _is_text(file):
        return PLAIN
    if (folders := _archived(file)) is not None:
        return next((kind for part, kind in OFFICE.items() if part in folders), ZIP)
    try:
        return puremagic.from_string(head, mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError):
        return UNKNOWN


def _archived(file: Path) -> set[str] | None:
    """The folders that make a document of a ZIP, if any; None for what is no ZIP.

    Raises ValueError for a broken one.
    """
    try:
        if not zipfile.is_zipfile(file):
            return None
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise ValueError("a broken ZIP") from error
    is_document = "[Content_Types].xml" in names
    return {name.partition("/")[0] for name in names} if is_document else set()


def _is_text(file: Path) -> bool:
    try:
        with file.open(encoding="utf-8") as content:
            while piece := content.read(_HEAD):
                if "\0" in piece:
                    return False
    except UnicodeDecodeError:
        return False
    return True
