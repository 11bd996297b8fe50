"""Headers that protect every answer, whoever gives it: pages, refusals, streams, handshakes."""

from typing import Final

POLICY: Final = "Content-Security-Policy"
CLOSED_POLICY: Final = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
"""For what is no page: nothing is loaded, nothing runs, nobody shows it in a frame."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer, beside a policy of its own or CLOSED_POLICY."""

CLOSED: Final = {**HEADERS, POLICY: CLOSED_POLICY}
"""All that protects an answer which is no page."""
