"""The parts of an address, and the headers, that no model checks: what they are for."""

from collections.abc import Mapping
from types import MappingProxyType

from chatserver.transcript.formats import FORMATS

Schema = dict[str, object]

TEXT: Schema = {"type": "string"}

PLACES: Mapping[str, tuple[str, Schema]] = MappingProxyType(
    {
        "conversation": ("A conversation's id or reference.", TEXT),
        "file": ("A file's id.", TEXT),
        "format": ("As what file.", {"enum": [*FORMATS, "zip"]}),
        "head": ("The head of a chain, SHA-256 in hex.", TEXT),
        "name": ("A path in the tree of static files.", TEXT),
        "reference": ("What a person can read out, as `K7F3-9QMX`.", TEXT),
        "technician": ("A technician's id.", TEXT),
        "version": ("The hash of the tree of static files.", TEXT),
    }
)
"""Parts of a path."""

QUERY: Mapping[str, tuple[str, Schema]] = MappingProxyType(
    {
        "before": ("A seq; the events before it.", {"type": "integer", "minimum": 0}),
        "conversation": ("Where the file is to be sent.", TEXT),
        "country": ("ISO 3166-1, two letters.", TEXT),
        "edition": ("`internal` is the technicians', with notes.", TEXT),
        "language": (
            "BCP 47; without one, the customer's, else the browser's, else English.",
            TEXT,
        ),
        "pdf": ("With a PDF of each; the value does not matter.", TEXT),
        "preview": ("The small picture of a picture; the value does not matter.", TEXT),
        "region": (
            "The `id` of a region: ISO 3166-2 without the country, and more in some.",
            TEXT,
        ),
        "timezone": ("An IANA name; UTC without.", TEXT),
    }
)
"""Behind the question mark; none of them has to be there."""

HEADERS: Mapping[str, tuple[str, Schema, bool]] = MappingProxyType(
    {
        "X-File-Name": ("The file's name, percent-encoded; may be empty.", TEXT, True),
        "X-Sequence": ("The number of the first frame, from 1.", {"type": "integer"}, False),
        "X-Session": ("The key that the stream told.", TEXT, True),
    }
)
"""Headers, and whether one has to be there."""
