"""Descriptions of browsers and systems never tell a version that a browser made up."""

import pytest

from chatserver.workers.user_agent import describe

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"

SEEN = [
    (
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
        ),
        "Safari 26 on iOS",
    ),
    (
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Mobile/15E148"
        ),
        "App on iOS",
    ),
    (
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) CriOS/156.0.0.0 Mobile/15E148 Safari/604.1"
        ),
        "Chrome 156 on iOS",
    ),
    (
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/604.1"
        ),
        "Firefox 145 on iOS",
    ),
    (
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.0 EdgiOS/143.0.0.0 Mobile/15E148 Safari/605.1.15"
        ),
        "Edge 143 on iOS",
    ),
    (
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/156.0.0.0 Mobile Safari/537.36"
        ),
        "Chrome 156 on Android",
    ),
    (
        ("Mozilla/5.0 (Android 14; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"),
        "Firefox 145 on Android 14",
    ),
    (
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36"
        ),
        "Samsung Internet 29 on Android",
    ),
    (
        (
            "Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP3A; wv) AppleWebKit/537.36 "
            "(KHTML, like Gecko) Version/4.0 Chrome/143.0.0.0 Mobile Safari/537.36"
        ),
        "Chrome WebView 143 on Android 15",
    ),
    (
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/156.0.0.0 Safari/537.36"
        ),
        "Chrome 156 on Windows",
    ),
    (
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0"
        ),
        "Edge 156 on Windows",
    ),
    (
        ("Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:115.0) Gecko/20100101 Firefox/115.0"),
        "Firefox 115 on Windows 7",
    ),
    (
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, "
            "like Gecko) Version/26.1 Safari/605.1.15"
        ),
        "Safari 26 on macOS",
    ),
    (
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0"),
        "Firefox 145 on macOS",
    ),
    (
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/156.0.0.0 Safari/537.36"
        ),
        "Chrome 156 on Chrome OS",
    ),
    (
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"),
        "Firefox 145 on Linux",
    ),
    (
        (
            "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
            "Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
        ),
        "Safari 26 on iOS",
    ),
    (
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Mobile/22G86 "
            "[FBAN/FBIOS;FBAV/530.0.0.40.73;FBDV/iPhone15,3;FBSN/iOS;FBSV/18.6]"
        ),
        "Facebook 530 on iOS",
    ),
    (
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/143.0.0.0 Mobile Safari/537.36 OPR/95.0.0.0"
        ),
        "Opera 95 on Android",
    ),
    (
        ("curl/8.5.0"),
        "curl 8",
    ),
]
"""User-Agent headers of browsers (most of November 2026), and how they are told."""


@pytest.mark.parametrize(("agent", "told"), SEEN, ids=[told for _, told in SEEN])
def test_browser_and_system_are_told_without_frozen_versions(agent: str, told: str) -> None:
    assert describe(agent) == told


@pytest.mark.parametrize("agent", ["", "x", "Mozilla/5.0", "(" * 5_000])
def test_nothing_is_told_of_the_unknown(agent: str) -> None:
    assert describe(agent) is None


@pytest.mark.parametrize(
    ("agent", "hinted", "told"),
    [
        ("Windows NT 10.0; Win64; x64", "Windows 15.0.0", "Chrome 156 on Windows 11"),
        ("Windows NT 10.0; Win64; x64", "Windows 10.0.0", "Chrome 156 on Windows 10"),
        ("Windows NT 10.0; Win64; x64", "Windows 0.3.0", "Chrome 156 on Windows"),
        ("Linux; Android 10; K", "Android 16.0.0", "Chrome 156 on Android 16"),
        ("Macintosh; Intel Mac OS X 10_15_7", "macOS 26.1.0", "Chrome 156 on macOS 26"),
        ("X11; CrOS x86_64 14541.0.0", "Chrome OS 16181.61.0", "Chrome 156 on Chrome OS"),
        ("X11; Linux x86_64", "Linux 6.12.0", "Chrome 156 on Linux"),
        ("Windows NT 10.0; Win64; x64", "Windows ", "Chrome 156 on Windows"),
        ("Windows NT 10.0; Win64; x64", "Windows \u0663", "Chrome 156 on Windows"),
    ],
)
def test_client_hints_tell_the_version_that_the_header_hides(
    agent: str, hinted: str, told: str
) -> None:
    assert describe(CHROME.format(agent), hinted) == told
