"""`docs`: lists and prints the documents, which are installed with the program."""

import argparse
from pathlib import Path

from chatserver.commands.command import Commands, Failed
from chatserver.settings import Settings


def declare(commands: Commands) -> None:
    """Declare the command."""
    docs = commands.add("docs", _docs, "print a document, or list all of them")
    docs.add_argument("name", nargs="?", help="the name of a document, such as operating")


def docs_folder() -> Path:
    """Return the folder of the documents: inside the package when installed, else beside it."""
    package = Path(__file__).parents[1]
    installed = package / "docs"
    return installed if installed.is_dir() else package.parent / "docs"


def _docs(options: argparse.Namespace, _: Settings) -> int:
    documents = {file.stem: file for file in sorted(docs_folder().glob("*.md"))}
    if options.name is None:
        for name, file in documents.items():
            print(f"{name:14}{_title(file)}")
        return 0
    name = options.name.removesuffix(".md")
    if name not in documents:
        raise Failed(f"there is no document {options.name}; there are {', '.join(documents)}")
    print(documents[name].read_text(encoding="utf-8"), end="")
    return 0


def _title(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return next(lines).removeprefix("# ").strip()
