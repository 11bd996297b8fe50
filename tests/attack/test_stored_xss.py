"""Stored XSS: no text of a person can become markup or a script in our pages.

`test_headers.py` shows the policy the pages are served with (no inline script, no foreign one);
`tests/transcript/test_injection.py` shows that every format of a transcript is inert.
"""

import re
from pathlib import Path

import html5lib
import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(ROOT.glob("static/**/*.html"))
SCRIPTS = sorted([*ROOT.glob("static/**/*.js"), *ROOT.glob("chatserver/**/*.js")])

SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|srcdoc"
    r"|DOMParser|setHTML|parseHTMLUnsafe|\beval\s*\(|new Function|javascript:|set(?:Timeout|"
    r"Interval)\(\s*['\"`]|setAttribute\(\s*['\"`]on"
)
"""Calls and properties that parse a text as markup or as a program."""


def test_no_script_reads_a_text_as_markup_or_as_a_program() -> None:
    assert len(SCRIPTS) > 100
    for script in SCRIPTS:
        found = SINKS.search(script.read_text(encoding="utf-8"))
        assert found is None, f"{script.name}: {found and found[0]}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_has_a_script_or_a_style_of_its_own(page: Path) -> None:
    tree = html5lib.parse(page.read_text(encoding="utf-8"), namespaceHTMLElements=False)
    for element in tree.iter():
        names = [name for name in element.attrib if isinstance(name, str)]
        assert not [name for name in names if name.startswith("on") or name == "style"]
        assert element.tag not in ("style", "base", "object", "embed", "applet")
        if element.tag == "script":
            source = element.attrib["src"]
            # The demo shop embeds the widget as any page does.
            assert source.startswith("{{static}}/") or (page.name, source) == (
                "demo.html",
                "/widget.js",
            )
            assert not (element.text or "").strip()
