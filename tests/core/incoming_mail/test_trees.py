"""Letters of any structure: every file and every text is kept, in the text or as a file."""

from base64 import encodebytes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from quopri import encodestring

from hypothesis import given, settings
from hypothesis import strategies as st

from chatserver.core.incoming_mail.parse import parse_letter


@dataclass(frozen=True)
class Leaf:
    media_type: str
    is_file: bool
    encoding: str


@dataclass(frozen=True)
class Group:
    kind: str
    children: "tuple[Leaf | Group, ...]"


Node = Leaf | Group

ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "7bit": bytes,
    "base64": encodebytes,
    "quoted-printable": encodestring,
}
TEXTS = ("text/plain", "text/html")
LEAVES = st.one_of(
    st.builds(
        Leaf,
        st.sampled_from(TEXTS),
        st.booleans(),
        st.sampled_from(sorted(ENCODERS)),
    ),
    st.builds(
        Leaf,
        st.sampled_from(["image/png", "text/csv", "application/pdf"]),
        st.just(value=True),
        st.sampled_from(["base64", "quoted-printable"]),
    ),
)
KINDS = st.sampled_from(["mixed", "alternative", "related", "signed", "x-odd"])
TREES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda inner: st.builds(Group, KINDS, st.lists(inner, min_size=1, max_size=4).map(tuple)),
    max_leaves=12,
)


class TreeWriter:
    """Writes a tree as a letter; each leaf has a word of its own, `words` in their order."""

    def __init__(self) -> None:
        self.words: dict[int, str] = {}
        self._numbers = count(1)

    def lines(self, node: Node) -> Iterator[bytes]:
        number = next(self._numbers)
        if isinstance(node, Group):
            boundary = f"b{number}"
            yield f"Content-Type: multipart/{node.kind}; boundary={boundary}".encode()
            yield b""
            for child in node.children:
                yield f"--{boundary}".encode()
                yield from self.lines(child)
            yield f"--{boundary}--".encode()
            return
        word = self.words[id(node)] = f"word{number}word"
        content = f"<p>{word}</p>" if node.media_type == "text/html" else word
        name = f"; name=file{number}" if node.is_file else ""
        yield f"Content-Type: {node.media_type}{name}".encode()
        yield f"Content-Disposition: {'attachment' if node.is_file else 'inline'}".encode()
        yield f"Content-Transfer-Encoding: {node.encoding}".encode()
        yield b""
        yield ENCODERS[node.encoding](content.encode())


def leaves(node: Node) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
        return
    for child in node.children:
        yield from leaves(child)


def is_said(node: Node, kept: set[int]) -> bool:
    """Return True if the texts of a tree were kept; of alternatives one says what all do."""
    if isinstance(node, Leaf):
        return node.is_file or id(node) in kept
    spoken = [each for each in node.children if any(not leaf.is_file for leaf in leaves(each))]
    judge = any if node.kind == "alternative" and spoken else all
    return judge(is_said(each, kept) for each in spoken)


@given(TREES)
@settings(max_examples=60)
def test_every_file_and_every_text_of_a_letter_is_kept(tree: Node) -> None:
    writer = TreeWriter()
    # The same leaf may stand in a tree twice, and is told apart by its place.
    tree = _copied(tree)
    body = b"\r\n".join(writer.lines(tree))
    found = parse_letter(b"From: anna@example.net\r\n" + body)
    held = b"\n".join([found.text.encode(), *(part.content for part in found.parts)]).decode()
    kept = {leaf for leaf, word in writer.words.items() if word in held}
    assert {id(leaf) for leaf in leaves(tree) if leaf.is_file} <= kept
    assert is_said(tree, kept)


def _copied(node: Node) -> Node:
    if isinstance(node, Leaf):
        return Leaf(node.media_type, node.is_file, node.encoding)
    return Group(node.kind, tuple(map(_copied, node.children)))
