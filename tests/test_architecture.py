"""The floors: a module imports only from floors below its own, and nothing is global."""

import ast
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "chatserver"
FLOORS = {
    "core": 0,
    **dict.fromkeys(["protocol", "transcript", "auth", "workers"], 1),
    **dict.fromkeys(["settings", "metrics", "logs", "absent", "tasks"], 1),
    **dict.fromkeys(["store", "bus", "mail", "scan"], 2),
    "services": 3,
    **dict.fromkeys(["gateway", "web"], 4),
    **dict.fromkeys(["app", "takeaway", "keeping", "cli", "commands", "replay"], 5),
    **dict.fromkeys(["__main__", "__init__"], 5),
}
MAY_IMPORT = {0: {0}, 1: {0, 1}, 2: {0, 1, 2}, 3: {0, 1, 3}, 4: {0, 1, 3, 4}, 5: set(range(6))}
APART = {frozenset({"gateway", "web"}), frozenset({"store", "bus"}), frozenset({"store", "mail"})}
LATE = {
    "chatserver.auth.identity": {"jwt"},
    "chatserver.takeaway": {"chatserver.mail.smtp"},
    "chatserver.workers.pool": {"concurrent.futures", "multiprocessing"},
}
"""What a server loads when it is needed, because many never need it (tests/test_at_rest.py)."""

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def imports(file: Path) -> Iterator[str]:
    """The modules of ours that a file imports."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("chatserver"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chatserver"):
            inner = PACKAGE.parent.joinpath(*(node.module or "").split("."))
            for alias in node.names:
                is_module = (inner / f"{alias.name}.py").exists()
                yield f"{node.module}.{alias.name}" if is_module else str(node.module)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_imports_only_from_floors_below(file: Path) -> None:
    own = room(name_of(file))
    for module in imports(file):
        other = room(module)
        assert FLOORS[other] in MAY_IMPORT[FLOORS[own]], f"{own} climbs to {module}"
        assert frozenset({own, other}) not in APART, f"{own} and {other} know each other"


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {name_of(file): set(imports(file)) - {name_of(file)} for file in MODULES}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize(
    "file", [m for m in MODULES if m.stem not in {"cli", "command"}], ids=name_of
)
def test_imports_stand_at_the_top(file: Path) -> None:
    """Only the command line loads what its commands need when they are asked for."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
            late = LATE.get(name_of(file), set())
            assert _named(inner) <= late, f"line {node.lineno}"


def _named(nodes: list[ast.Import | ast.ImportFrom]) -> set[str]:
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("file", sorted((PACKAGE / "core").rglob("*.py")), ids=name_of)
def test_the_rules_touch_nothing_but_the_standard_library(file: Path) -> None:
    forbidden = {"asyncio", "time", "random", "secrets", "os", "socket", "sqlite3", "threading"}
    for node in ast.walk(tree(file)):
        assert not isinstance(node, ast.Await | ast.AsyncFunctionDef)
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [str(node.module)]
        assert not forbidden & {name.split(".")[0] for name in names}
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"now", "today", "utcnow"} or isinstance(node.value, ast.Name)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_nothing_at_module_level_can_change(file: Path) -> None:
    """Dictionaries there are tables: written in capitals (or `_names`) and never assigned into."""
    module = tree(file)
    for node in module.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.AnnAssign):
            target = node.target
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(target, ast.Name) and isinstance(value, ast.List | ast.Set | ast.ListComp):
            assert target.id == "__all__", f"{target.id} can change"
    tables = {
        node.targets[0].id
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for inner in ast.walk(module):
        assert not isinstance(inner, ast.Global)
        if isinstance(inner, ast.Subscript) and isinstance(inner.ctx, ast.Store | ast.Del):
            assert not (isinstance(inner.value, ast.Name) and inner.value.id in tables)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_every_task_has_an_owner(file: Path) -> None:
    """`create_task` of a group, or of the one client that awaits its task itself."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute) and node.attr in {"create_task", "ensure_future"}:
            owner = ast.unparse(node.value)
            own_client = file.name == "live_client.py" and owner == "asyncio"
            assert owner in {"tasks", "group", "self.tasks"} or own_client, ast.unparse(node)


def test_only_the_services_append_to_the_log() -> None:
    for file in MODULES:
        if room(name_of(file)) in {"store", "services"}:
            continue
        for node in ast.walk(tree(file)):
            named = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            assert not named.endswith("log.append")


def test_every_package_and_the_pages_are_installed() -> None:
    settings = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    found = {name_of(file) for file in MODULES if file.name == "__init__.py"}
    assert set(settings["tool"]["setuptools"]["packages"]) == found | {"chatserver.static"}


def test_names_say_something() -> None:
    assert not [file for file in MODULES if file.stem in SAYS_NOTHING]
