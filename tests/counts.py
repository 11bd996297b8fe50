"""Counts of how the source reads; `python -m tests.counts [--list] [PATH ...]` prints them.

Without a path the package, its tests, the pages and the documents are counted, each for itself.
With `--list` every place that counts against an aim is named as `file:line`.
"""

import argparse
import ast
import io
import re
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "chatserver"
AREAS = {
    "chatserver": (PACKAGE,),
    "tests": (ROOT / "tests",),
    "static": (ROOT / "static",),
    "docs": (ROOT / "docs", *sorted(ROOT.glob("*.md"))),
}
QUESTION_WORDS = frozenset(
    [
        "what",
        "who",
        "whose",
        "whom",
        "whether",
        "how",
        "where",
        "those",
        "somebody",
        "everybody",
        "nobody",
    ]
)
"""Words that a docstring does not begin with: it says what something is or does."""

PRONOUNS = frozenset(
    ["who", "whose", "whom", "somebody", "nobody", "everybody", "whoever", "whatever", "anybody"]
)
AIMS = {
    "question_openings": 2.0,
    "pronouns": 2.0,
    "homonyms": 0.0,
    "constants": 0.0,
    "renamed": 0.0,
    "long_calls": 0.0,
    "comments": 2.0,
}
"""The most that a measure may be; of `comments` the least."""

MOST_POSITIONAL = 5
WORD = re.compile(r"[^\W\d_]+")
DIRECTIVE = re.compile(r"#\s*(?:!|noqa\b|type:|pragma\b|ruff:|mypy:)")
JAVASCRIPT_COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
NOT_CODE = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
    }
)


class Place(NamedTuple):
    """A line of a file, and the text that stands there."""

    file: Path
    line: int
    text: str

    def __str__(self) -> str:
        shown = self.file.relative_to(ROOT) if self.file.is_relative_to(ROOT) else self.file
        return f"{shown}:{self.line}: {' '.join(self.text.split())[:100]}"


@dataclass(slots=True)
class Counts:
    """Sums over a set of files, with the places that count against an aim."""

    docstrings: int = 0
    words: int = 0
    code_lines: int = 0
    comment_lines: int = 0
    question_openings: list[Place] = field(default_factory=list)
    pronouns: list[Place] = field(default_factory=list)
    long_calls: list[Place] = field(default_factory=list)
    renamed: list[Place] = field(default_factory=list)
    classes: defaultdict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    constants: defaultdict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))

    def measures(self) -> "dict[str, Measure]":
        """The figures by name; a measure without anything to measure is left out."""
        found = {}
        if self.docstrings:
            share = 100 * len(self.question_openings) / self.docstrings
            found["question_openings"] = Measure(
                share, "% of docstrings begin with a question word", self.question_openings
            )
        if self.words:
            share = 1_000 * len(self.pronouns) / self.words
            found["pronouns"] = Measure(share, "pronouns in 1,000 words of prose", self.pronouns)
        if self.code_lines:
            share = 100 * self.comment_lines / self.code_lines
            classes, constants = _homonyms(self.classes), _homonyms(self.constants)
            found |= {
                "comments": Measure(share, "comment lines to 100 lines of code", []),
                "homonyms": Measure(
                    len({place.text for place in classes}), "class names in two modules", classes
                ),
                "constants": Measure(
                    len({place.text for place in constants}),
                    "public constants and type aliases in two modules",
                    constants,
                ),
                "renamed": Measure(
                    len(self.renamed), "classes imported under another name", self.renamed
                ),
                "long_calls": Measure(
                    len(self.long_calls),
                    f"calls with more than {MOST_POSITIONAL} positional arguments",
                    self.long_calls,
                ),
            }
        return found


class Measure(NamedTuple):
    """A figure, the words that explain it, and the places it counts."""

    value: float
    words: str
    places: Sequence[Place]


def _homonyms(named: Mapping[str, Sequence[Place]]) -> list[Place]:
    """Return every definition of a name that stands in more than one module."""
    return [
        place
        for found in named.values()
        if len({each.file for each in found}) > 1
        for place in found
    ]


def counted(paths: Sequence[Path]) -> Counts:
    """Counts all Python, JavaScript and Markdown files at or below these paths."""
    counts = Counts()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix == ".py":
                _python(counts, file)
            elif file.suffix == ".js":
                _javascript(counts, file)
            elif file.suffix == ".md":
                _prose(counts, Place(file, 1, file.read_text(encoding="utf-8")))
    return counts


def modules_at_the_top() -> list[str]:
    """The names of the modules that stand directly in the package."""
    return sorted(file.stem for file in PACKAGE.glob("*.py"))


def _python(counts: Counts, file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    docstrings = list(_docstrings(tree, file))
    counts.docstrings += len(docstrings)
    for place in docstrings:
        _prose(counts, place)
        first = WORD.search(place.text)
        if first and first[0].lower() in QUESTION_WORDS:
            counts.question_openings.append(place)
    inside = {
        line
        for place in docstrings
        for line in range(place.line, place.line + place.text.count("\n") + 1)
    }
    _lines(counts, file, source, inside)
    for name, line in _constants(tree):
        counts.constants[name].append(Place(file, line, name))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            counts.classes[node.name].append(Place(file, node.lineno, node.name))
        elif isinstance(node, ast.Call) and len(node.args) > MOST_POSITIONAL:
            counts.long_calls.append(Place(file, node.lineno, ast.unparse(node)))
        elif isinstance(node, ast.ImportFrom):
            counts.renamed += [
                Place(file, node.lineno, f"{each.name} as {each.asname}")
                for each in node.names
                if each.asname not in (None, each.name) and each.name[0].isupper()
            ]


def _constants(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Public names that a module assigns, with their lines: constants and type aliases.

    `routes` and a type variable `T` stand in many modules by convention.
    """
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        for target in targets:
            match target:
                case ast.Name(id=name) if name not in ("routes", "T") and name[0] != "_":
                    yield name, node.lineno


def _docstrings(tree: ast.Module, file: Path) -> Iterator[Place]:
    """Docstrings of modules, classes, functions and, below an assignment, of attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in node.body:
                match inner:
                    case ast.Expr(value=ast.Constant(value=str(text))):
                        yield Place(file, inner.lineno, text)


def _lines(counts: Counts, file: Path, source: str, inside: set[int]) -> None:
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        line = token.start[0]
        if token.type == tokenize.COMMENT and not DIRECTIVE.match(token.string):
            counts.comment_lines += 1
            _prose(counts, Place(file, line, token.string))
        elif token.type not in NOT_CODE:
            code.update(range(line, token.end[0] + 1))
    counts.code_lines += len(code - inside)


def _javascript(counts: Counts, file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    for found in JAVASCRIPT_COMMENT.finditer(source):
        _prose(counts, Place(file, source.count("\n", 0, found.start()) + 1, found[0]))


def _prose(counts: Counts, place: Place) -> None:
    for number, line in enumerate(place.text.splitlines()):
        words = WORD.findall(line)
        counts.words += len(words)
        counts.pronouns += [
            Place(place.file, place.line + number, line)
            for word in words
            if word.lower() in PRONOUNS
        ]


def _printed(name: str, counts: Counts, places: bool) -> None:
    print(f"{name}:")
    for kind, measure in counts.measures().items():
        bound = "at least" if kind == "comments" else "at most"
        print(f"  {measure.value:8.2f} {measure.words} (aim: {bound} {AIMS[kind]:g})")
        if places:
            print(*(f"             {each}" for each in measure.places), sep="\n")


def main() -> int:
    """Print the counts of the paths given, or of the whole repository."""
    parser = argparse.ArgumentParser(prog="python -m tests.counts", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders instead of all")
    parser.add_argument("--list", action="store_true", help="name every place that counts")
    chosen = parser.parse_args()
    if chosen.paths:
        _printed(" ".join(map(str, chosen.paths)), counted(chosen.paths), chosen.list)
        return 0
    for name, paths in AREAS.items():
        _printed(name, counted(paths), chosen.list)
    print(f"at the package's top: {' '.join(modules_at_the_top())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
