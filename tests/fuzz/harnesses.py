"""Fuzz harnesses: one function for each parser of untrusted bytes.

A harness raises for a fault and for nothing else: input is either read or refused. Its seeds are
valid inputs, which a fuzzer mutates into nearly valid ones.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from aiohttp import web
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel, ValidationError
from yarl import URL

from chatserver.auth.addresses import client_address, client_scheme
from chatserver.auth.identity import verify_identity
from chatserver.auth.origins import normalize_origin
from chatserver.core.conversation.commands import Accept, AddNote, Close, Command, Rate, Send
from chatserver.core.conversation.masking import SecretKind, mask
from chatserver.core.errors import RateLimited, Refused
from chatserver.core.incoming_mail.letter import UnreadableLetter
from chatserver.core.incoming_mail.parse import parse_letter
from chatserver.core.incoming_mail.quotes import fold_quotes
from chatserver.core.incoming_mail.text_pieces import split_text
from chatserver.core.people import Customer, Technician
from chatserver.gateway.sse import lines
from chatserver.protocol import codec
from chatserver.protocol.error_messages import error_fields
from chatserver.protocol.frames import CUSTOMER_TYPES, TECHNICIAN_TYPES
from chatserver.protocol.reorder import FrameReorderer
from chatserver.services.site import PART_TYPES, as_json
from chatserver.transcript import html, json, markdown, text
from chatserver.transcript.authenticity import proof, verify_folder
from chatserver.transcript.authenticity.manifest import MANIFEST, SUMS, Manifest
from chatserver.transcript.authenticity.parse import parse_transcript
from chatserver.transcript.authenticity.verify_files import NotSealed, verify_path
from chatserver.transcript.document import Transcript
from chatserver.web.admin_schemas import ChosenSchedule, ChosenSite, ChosenTechnician
from chatserver.web.archive_login import LinkSecret, ReferenceClaim, SignOutForm
from chatserver.web.auth import PasswordForm, SignInForm
from chatserver.web.customer_archive import ArchiveListQuery, LabelForm
from chatserver.web.mail import AddressForm, SendTranscriptForm
from chatserver.web.verification import report_fields
from chatserver.workers.file_inspection import inspect
from tests.fuzz import seeds
from tests.playbook import ANN, BOB, OPENING, Play, with_name

BODIES: tuple[type[BaseModel], ...] = (
    SignInForm,
    PasswordForm,
    LinkSecret,
    ReferenceClaim,
    SignOutForm,
    AddressForm,
    SendTranscriptForm,
    LabelForm,
    ChosenSite,
    ChosenSchedule,
    ChosenTechnician,
)
PROXIES = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def frames(data: bytes) -> None:
    """Parse frames of a post or a WebSocket: each is a request, a signal or refused."""
    for line in lines(data):
        try:
            raw = codec.decode(line)
        except Refused as error:
            codec.encode(error_fields(error, None))
            continue
        answer = {"id": codec.request_id(raw)}
        for allowed in (CUSTOMER_TYPES, TECHNICIAN_TYPES):
            try:
                frame = codec.parse(raw, allowed)
                codec.encode(answer | frame.model_dump())
            except Refused as error:
                codec.encode(answer | error_fields(error, "de"))


def hello(data: bytes) -> None:
    """Parse hellos; their locale chooses the language of later refusals."""
    for line in lines(data):
        with suppress(Refused):
            said = codec.parse_hello(line)
            error_fields(RateLimited(1), said.locale)
            codec.encode(said.model_dump())


def posts(data: bytes) -> None:
    """Reorder posts that come in any order: every frame is delivered once."""
    turns = FrameReorderer()
    taken: list[str | bytes] = []
    for first, count in zip(data[::2], data[1::2], strict=False):
        numbers = range(first % 24 + 1, first % 24 + 1 + count % 5)
        with suppress(RateLimited):
            taken += turns.accept(numbers.start, [str(number) for number in numbers])
    assert taken == [str(number) for number in range(1, turns.next)]


def bodies(data: bytes) -> None:
    """Validate bodies against every form; stored settings of the site can be read back."""
    for model in BODIES:
        with suppress(ValidationError, Refused):
            given = model.model_validate_json(data)
            codec.encode(given.model_dump(mode="json"))
            if isinstance(given, ChosenSite):
                given.topic_list()
                for part, value in given.parts().items():
                    assert PART_TYPES[part].validate_json(as_json(value)) == value


def queries(data: bytes) -> None:
    """Validate the query string of an address."""
    with suppress(ValidationError):
        address = URL("/archive/conversations?" + data.decode("utf-8", "replace"), encoded=True)
        codec.encode(ArchiveListQuery.model_validate(dict(address.query)).model_dump())


def imports(data: bytes) -> None:
    """Parse a `transcript.json`; a parsed one can be rendered again."""
    with suppress(ValueError):
        export = parse_transcript(data)
        json.render(Transcript.edition(export.state, export.events, "epoch", internal=True))


def proofs(data: bytes) -> None:
    """Verify the proof of a `transcript.json`, and parse the manifest of a folder."""
    proof.verify_proof(data, frozenset())
    verify_folder.check_document("transcript.json", data, frozenset())
    with suppress(ValueError):
        assert Manifest.parse(data).statement == data


def uploads(data: bytes) -> None:
    """Verify an uploaded file: a ZIP, JSON, or anything else."""
    with TemporaryDirectory(prefix="fuzz-", dir=_shared_memory()) as folder:
        file = Path(folder) / "given"
        file.write_bytes(data)
        with suppress(NotSealed):
            verify_path(file, frozenset())


def manifests(data: bytes) -> None:
    """Check a folder with a valid seal by a foreign key, for any content of the manifest."""
    try:
        said = orjson.loads(data)
        statement = Manifest(
            said["conversation"],
            said["reference"],
            said["entries"],
            head=said["head"],
            at=said["sealed"],
            sums=dict(said["files"]),
        ).statement
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
    signature = b64encode(seeds.KEY.sign(statement)).decode()
    seal = orjson.dumps(said | {"key": seeds.KEY.public, "signature": signature})
    folder = Kept({MANIFEST: seal, SUMS: statement})
    report = verify_folder.check_folder("given", folder, frozenset())
    web.json_response(report_fields(report))


def attachments(data: bytes) -> None:
    """Inspect an attached file: pictures are decoded, other types recognised."""
    with TemporaryDirectory(prefix="fuzz-", dir=_shared_memory()) as folder:
        file = Path(folder) / "given"
        file.write_bytes(data)
        with suppress(ValueError):
            inspect(file, Path(folder) / "preview")


def masking(data: bytes) -> None:
    """Mask secrets in a text; masking the result again changes nothing."""
    words = data.decode("utf-8", "replace")
    masked = mask(words, frozenset(SecretKind))
    assert mask(masked, frozenset(SecretKind)) == masked


def renderings(data: bytes) -> None:
    """Render any texts in every quick format; the JSON parses to the log again."""
    name, subject, said, note, comment = _pieces(data.decode("utf-8", "replace"), 5)
    ann = with_name(ANN, name)
    steps: list[tuple[Customer | Technician, Command]] = [
        (ann, replace(OPENING, subject=subject, topic=name)),
        (BOB, Accept()),
        (ann, Send(text=said or "x")),
        (BOB, AddNote(text=note or "x")),
        (BOB, Close()),
        (ann, Rate(score=3, comment=comment or None)),
    ]
    play = Play().given(*steps)
    state = play.state
    assert state is not None
    for internal in (True, False):
        document = Transcript.edition(state, play.events, "epoch", internal=internal)
        for form in (text, markdown, html):
            form.render(document).decode()
        # The template has no script of its own, so a tag can only come from the texts.
        assert b"<script" not in html.render(document).lower()
    whole = Transcript.edition(state, play.events, "epoch", internal=True)
    assert list(parse_transcript(json.render(whole)).events) == play.events


def identities(data: bytes) -> None:
    """Verify an identity token of a host page."""
    with suppress(Refused):
        verify_identity(data.decode("utf-8", "replace"), seeds.SECRET, seeds.NOW)


def headers(data: bytes) -> None:
    """Parse headers about the client's address, scheme and origin."""
    words = data.decode("latin-1")
    client_address("127.0.0.1", words.split("\n"), PROXIES)
    client_scheme("http", words, words, PROXIES)
    normalize_origin(words)


def _pieces(words: str, count: int) -> list[str]:
    """Cut a text into `count` parts of equal length; the last one takes the remainder."""
    size = len(words) // count
    return [words[size * number : size * (number + 1)] for number in range(count - 1)] + [
        words[size * (count - 1) :]
    ]


def _shared_memory() -> str | None:
    """Return a folder in memory, or None without one: files on disk cost most of a run's time."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _changed(seed: bytes, place: int, written: bytes) -> bytes:
    at = place % (len(seed) + 1)
    return seed[:at] + written + seed[at + len(written) // 2 :]


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder in memory."""

    files: Mapping[str, bytes]
    irregular: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> list[str]:
        return [*self.files]

    def read(self, name: str) -> bytes:
        return self.files[name]

    def pieces(self, name: str) -> Iterator[bytes]:
        yield self.files[name]


@dataclass(frozen=True, slots=True)
class Harness:
    """A function to fuzz, and valid inputs to begin with."""

    run: Callable[[bytes], None]
    seeds: Sequence[bytes]

    @property
    def name(self) -> str:
        return self.run.__name__

    def inputs(self) -> SearchStrategy[bytes]:
        """Return a strategy for the suite: random bytes, and mutated seeds."""
        return st.binary(max_size=400) | st.builds(
            _changed, st.sampled_from(self.seeds), st.integers(0, 1 << 16), st.binary(max_size=8)
        )


def letters(data: bytes) -> None:
    """Read incoming e-mail: no word of its text is lost by folding quotes, or in pieces."""
    try:
        found = parse_letter(data, envelope_sender="anna@example.net", trusted_server="mx.example")
    except UnreadableLetter:
        return
    folded = fold_quotes(found.text, ["Please press the button.\nWhat does the lamp do?"], "help")
    whole = folded.words if folded.quoted is None else f"{folded.words}\n{folded.quoted}"
    assert whole == found.text
    pieces = split_text(found.text, 80)
    assert "".join("".join(pieces).split()) == "".join(found.text.split())
    codec.encode({"text": found.text, "subject": found.subject, "sender": found.sender})


HARNESSES = {
    each.name: each
    for each in (
        Harness(frames, seeds.FRAMES),
        Harness(hello, seeds.HELLOS),
        Harness(posts, seeds.POSTS),
        Harness(bodies, seeds.BODIES),
        Harness(queries, seeds.QUERIES),
        Harness(imports, seeds.TRANSCRIPTS),
        Harness(proofs, seeds.PROOFS),
        Harness(uploads, seeds.UPLOADS),
        Harness(manifests, seeds.MANIFESTS),
        Harness(attachments, seeds.PICTURES),
        Harness(masking, seeds.WORDS),
        Harness(renderings, seeds.WORDS),
        Harness(identities, seeds.TOKENS),
        Harness(headers, seeds.HEADERS),
        Harness(letters, seeds.LETTERS),
    )
}
