"""Valid inputs for each harness, from which a fuzzer starts."""

import io
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import jwt
import orjson
from nacl.signing import SigningKey
from PIL import Image

from chatserver.core.conversation.commands import Accept, AddNote, Close, Rate, Send
from chatserver.transcript import json
from chatserver.transcript.authenticity import chain
from chatserver.transcript.authenticity.manifest import Manifest, seal_files
from chatserver.transcript.authenticity.proof import make_proof
from chatserver.transcript.authenticity.seal import SiteKey
from chatserver.transcript.document import Transcript
from tests.playbook import ANN, BOB, NOON, OPENING, Play
from tests.transcript.strategies import EVIL

SECRET = "a secret of the site, long enough for HS256"
NOW = NOON


def _many(*frames: object) -> tuple[bytes, ...]:
    return tuple(orjson.dumps(frame) for frame in frames)


FRAMES = _many(
    {"type": "open", "id": "1", "topic": "dsl", "subject": "s", "text": "It blinks"},
    {"type": "send", "id": "2", "conversation": "c1", "text": "x", "unmasked": True},
    {"type": "history", "id": "3", "conversation": "c1", "after": 0, "limit": 200},
    {"type": "rate", "id": "4", "conversation": "c1", "score": 5, "comment": None},
    {"type": "mail", "id": "5", "conversation": "c1", "format": "pdf", "timezone": "UTC"},
    {"type": "status", "id": "6", "status": "away", "capacity": 3},
    {"type": "transfer", "id": "7", "conversation": "c1", "technician": "bob", "note": "x"},
    {"type": "list", "id": "8", "status": "closed", "whose": "all", "before": "1 c1"},
    {"type": "read", "conversation": "c1", "seq": 7},
    {"type": "draft", "conversation": "c1", "text": ""},
)
HELLOS = _many(
    {"type": "hello", "role": "customer", "name": "Ann", "locale": "de-AT", "page": "https://x/"},
    {"type": "hello", "role": "technician", "token": "x", "epoch": "e", "resume": {"c1": 3}},
    {"type": "hello", "role": "customer", "identity": "a.b.c", "attributes": {"plan": "gold"}},
)
POSTS = (bytes([0, 3, 3, 2]), bytes([4, 1, 0, 4, 0, 4]))
HOURS = {
    "timezone": "Europe/Vienna",
    "week": [[["08:00", "17:00"]]] * 5 + [[], []],
    "country": "AT",
    "region": None,
    "closed": ["2026-12-24"],
}
BODIES = _many(
    {"login": "bob", "password": "p", "link": None},
    {"key": "x", "reference": "K7F3-9QMX", "email": "a@b.example", "everywhere": True},
    {"id": "1", "code": "123456", "format": "md", "timezone": "UTC"},
    {"title": "t", "tags": ["a"], "archived": False},
    HOURS,
    {
        "widget": {"accent": "#00ff00", "position": "left"},
        "schedule": HOURS,
        "targets": {"amber": 1_000, "red": 2_000},
        "replies": [{"id": "1", "shortcut": "hi", "text": "Hello"}],
        "topics": [{"id": "dsl", "name": "DSL"}],
        "pairing": {"topics": {"dsl": {"mode": "offer", "required": ["a"]}}, "pause": 0},
        "topic_hours": {"dsl": HOURS},
        "seen": {"widget": "x"},
    },
    {"login": "bob", "role": "admin", "capacity": 3, "topics": ["dsl"], "level": 2, "new": True},
)
QUERIES = (b"text=x&state=all&topic=dsl&tag=t&since=1&until=2&before=1%20c1&limit=30",)
WORDS = (
    *(text.encode() for text in EVIL),
    b"My card is 4111 1111 1111 1111, the password: hunter22",
    b"Bearer abcdefghijklmnop1 https://ann:secret1@host.example/ -----BEGIN PRIVATE KEY-----",
)
HEADERS = (b"203.0.113.7, 10.0.0.1\n2001:db8::1", b"https://help.example:443/", b"::ffff:1.2.3.4")


def _transcript() -> Transcript:
    play = Play().given(
        (ANN, OPENING),
        (BOB, Accept()),
        (ANN, Send(text="x")),
        (BOB, AddNote(text="n")),
        (BOB, Close()),
        (ANN, Rate(score=5, comment="good")),
    )
    state = play.state
    assert state is not None
    return Transcript.edition(state, play.events, "epoch", internal=True)


KEY = SiteKey(SigningKey(bytes(32)))
"""A foreign key: a valid signature by it must prove nothing."""


def _proven(transcript: Transcript) -> bytes:
    """Return a `transcript.json` with its proof."""
    salts = {event.seq: f"{event.seq:032x}" for event in transcript.events}
    leaves = chain.leaves(transcript.events, (chain.ChainRecord(*salt) for salt in salts.items()))
    made = make_proof(json.document(transcript), leaves, salts, NOON, KEY)
    return json.render(replace(transcript, proof=made))


def _folder(transcript: Transcript) -> dict[str, bytes]:
    """Return the files of a sealed folder."""
    content = _proven(transcript)
    sums = {"transcript.json": sha256(content).hexdigest()}
    manifest = Manifest("c1", "K7F3-9QMX", 6, head="0" * 64, at=NOON, sums=sums)
    return {"transcript.json": content, **seal_files(manifest, KEY)}


def _zip(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"K7F3-9QMX/{name}", content)
    return target.getvalue()


def _picture(form: str, mode: str = "RGB") -> bytes:
    target = io.BytesIO()
    Image.new(mode, (3, 2), 1).save(target, form)
    return target.getvalue()


_WHOLE = _transcript()
_FOLDER = _folder(_WHOLE)
TRANSCRIPTS = (json.render(_WHOLE), _proven(_WHOLE))
PROOFS = (_proven(_WHOLE), _FOLDER["SHA256SUMS"])
UPLOADS = (_proven(_WHOLE), _zip(_FOLDER))
MANIFESTS = (_FOLDER["manifest.json"],)
PICTURES = (
    *(_picture(form) for form in ("PNG", "JPEG", "GIF", "WEBP")),
    _picture("PNG", "P"),
    _picture("PNG", "I;16"),
    _zip({"[Content_Types].xml": b"", "word/x": b""}),
    b"%PDF-1.7",
)
TOKENS = (
    jwt.encode({"sub": "7", "exp": NOW // 1_000 + 60, "name": "Ann"}, SECRET).encode(),
    jwt.encode({"sub": "7", "exp": 1}, SECRET).encode(),
)

LETTERS = [
    file.read_bytes()
    for file in sorted(
        (Path(__file__).parents[1] / "core" / "incoming_mail" / "corpus").glob("*.eml")
    )
]
"""Letters as real programs write them."""
