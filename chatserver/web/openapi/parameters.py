"""Descriptions of path parts, query parameters and headers that no model validates."""

from collections.abc import Mapping
from types import MappingProxyType

from chatserver.transcript.formats import DOWNLOADS

Schema = dict[str, object]

TEXT: Schema = {"type": "string"}

PATH_PARTS: Mapping[str, tuple[str, Schema]] = MappingProxyType(
    {
        "conversation": ("A conversation's id or reference.", TEXT),
        "file": ("A file's id.", TEXT),
        "format": ("The format of the file.", {"enum": [*DOWNLOADS]}),
        "head": ("The head of a hash chain, SHA-256 in hex.", TEXT),
        "name": ("A path in the tree of static files.", TEXT),
        "reference": ("A reference that can be read out, like `K7F3-9QMX`.", TEXT),
        "technician": ("A technician's id.", TEXT),
        "version": ("The hash of the tree of static files.", TEXT),
    }
)
"""Parts of the path."""

QUERY: Mapping[str, tuple[str, Schema]] = MappingProxyType(
    {
        "before": ("A seq; only events before it are returned.", {"type": "integer", "minimum": 0}),
        "conversation": ("The conversation to send the file to.", TEXT),
        "country": ("ISO 3166-1, two letters.", TEXT),
        "edition": ("`internal` is the technicians' edition, with notes.", TEXT),
        "key": ("The key of a link that needs no sign-in.", TEXT),
        "language": ("BCP 47; by default the customer's, the browser's, or English.", TEXT),
        "pdf": ("Adds a PDF of each conversation; the value is ignored.", TEXT),
        "preview": ("The thumbnail of a picture; the value is ignored.", TEXT),
        "region": ("The `id` of a region: ISO 3166-2 without the country, or a local code.", TEXT),
        "topic": ("A topic's id.", TEXT),
        "timezone": ("An IANA time zone name; default UTC.", TEXT),
        "until": ("The end of the link with this `key`, in ms since 1970 UTC.", TEXT),
    }
)
"""Query parameters; all are optional."""

HEADERS: Mapping[str, tuple[str, Schema, bool]] = MappingProxyType(
    {
        "X-File-Name": ("The file's name, percent-encoded; may be empty.", TEXT, True),
        "X-Sequence": ("The number of the first frame, from 1.", {"type": "integer"}, False),
        "X-Session": ("The key from the first event of the stream.", TEXT, True),
    }
)
"""Headers, and True for those that are required."""
