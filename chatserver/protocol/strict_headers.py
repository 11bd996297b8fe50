"""Security headers of every response: pages, errors, event streams and handshakes."""

from typing import Final

POLICY: Final = "Content-Security-Policy"
STRICT_POLICY: Final = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
"""The policy of responses other than pages: no loading, no scripts, no embedding."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The headers of every response, besides its content security policy."""

STRICT_HEADERS: Final = {**HEADERS, POLICY: STRICT_POLICY}
"""The headers of every response that is not a page."""
