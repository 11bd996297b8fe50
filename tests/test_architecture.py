"""The floors: a module imports only from floors below its own, and nothing is global."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from itertools import combinations
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "chatserver"
FLOORS = {
    "core": 0,
    **dict.fromkeys(["protocol", "transcript", "auth", "workers"], 1),
    **dict.fromkeys(["settings", "settings_file", "metrics", "logs", "tasks"], 1),
    "i18n": 1,
    **dict.fromkeys(["store", "bus", "mail", "scan"], 2),
    "services": 3,
    **dict.fromkeys(["gateway", "web"], 4),
    **dict.fromkeys(["app", "composition", "cli", "commands", "replay"], 5),
    **dict.fromkeys(["__main__", "__init__"], 5),
}
MAY_IMPORT = {0: {0}, 1: {0, 1}, 2: {0, 1, 2}, 3: {0, 1, 3}, 4: {0, 1, 3, 4}, 5: set(range(6))}
APART = {
    frozenset({"gateway", "web"}),
    *(frozenset(pair) for pair in combinations(["store", "bus", "mail", "scan"], 2)),
}
"""Packages of one floor that never import each other."""

STORE_FOLDERS = [
    *("engine", "search", "tables", "folder", "maintenance", "postgres"),
    *("open", "inspection"),
]
"""The folders of `store/` in the order in which they may import: each from those before it."""

LATE = {
    "chatserver.auth.identity": {"jwt"},
    "chatserver.composition.mail": {"chatserver.mail.smtp_server", "chatserver.mail.smtp"},
    "chatserver.composition.mailbox": {
        "chatserver.mail.access_token",
        "chatserver.mail.imap",
        "chatserver.services.mail.mailbox_reader",
    },
    "chatserver.commands.move": {"chatserver.store.postgres.moving"},
    "chatserver.store.inspection": {
        "chatserver.store.postgres.check",
        "chatserver.store.postgres.opening",
        "chatserver.store.postgres.status",
    },
    "chatserver.store.open": {"chatserver.store.postgres.opening"},
    "chatserver.web.pages": {"segno"},
    "chatserver.workers.pool": {"concurrent.futures", "multiprocessing"},
}
"""Libraries that a module imports only on first use, because many servers never need them."""

IMPURE = {"asyncio", "time", "random", "secrets", "os", "socket", "sqlite3", "threading"}
"""Modules with a clock, randomness or I/O, which the core does not import."""

OWNERS = {"tasks", "group", "self.tasks"}
OWN_OWNERS = {"live_client.py": {"asyncio"}}
FORWARDING = {"asyncio.to_thread", "pool.submit", "rename", "self.workers.run"}
"""Functions that forward their arguments unchanged to a thread, a process or C."""

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """Return every node of a module; cached, because many rules read each tree."""
    return tuple(ast.walk(tree(file)))


@cache
def imports(file: Path) -> frozenset[str]:
    """Return the package's own modules that a file imports."""
    return frozenset(_imports(file))


def _imports(file: Path) -> Iterator[str]:
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("chatserver"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chatserver"):
            inner = PACKAGE.parent.joinpath(*(node.module or "").split("."))
            for alias in node.names:
                is_module = (inner / f"{alias.name}.py").exists()
                yield f"{node.module}.{alias.name}" if is_module else str(node.module)


def test_a_module_imports_only_from_floors_below() -> None:
    offenders = [
        f"{name_of(file)} imports {module}"
        for file in MODULES
        for module in sorted(imports(file))
        if FLOORS[room(module)] not in MAY_IMPORT[FLOORS[room(name_of(file))]]
        or frozenset({room(name_of(file)), room(module)}) in APART
    ]
    assert not offenders


def test_a_folder_of_the_store_imports_only_from_those_before_it() -> None:
    offenders = [
        f"{name_of(file)} imports {module}"
        for file in MODULES
        if file.parent.parent == PACKAGE / "store"
        for module in sorted(imports(file))
        if module.startswith("chatserver.store.")
        and STORE_FOLDERS.index(module.split(".")[2]) > STORE_FOLDERS.index(file.parent.name)
    ]
    assert not offenders


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {name_of(file): imports(file) - {name_of(file)} for file in MODULES}
    TopologicalSorter(graph).prepare()


def test_imports_stand_at_the_top() -> None:
    offenders = [
        f"{name_of(file)}:{node.lineno} imports {module}"
        for file in MODULES
        if file.stem not in {"command"}
        for node in nodes(file)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for module in sorted(_imported_within(node) - LATE.get(name_of(file), set()))
    ]
    assert not offenders


def _imported_within(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    return found


def test_the_rules_touch_nothing_but_the_standard_library() -> None:
    offenders = [
        f"{name_of(file)}:{getattr(node, 'lineno', 1)} {reason}"
        for file in MODULES
        if file.is_relative_to(PACKAGE / "core")
        for node in nodes(file)
        if (reason := _does_more_than_compute(node))
    ]
    assert not offenders


def _does_more_than_compute(node: ast.AST) -> str | None:
    match node:
        case ast.Await() | ast.AsyncFunctionDef():
            return "waits"
        case ast.Import():
            names = {alias.name.partition(".")[0] for alias in node.names}
        case ast.ImportFrom():
            names = {str(node.module).partition(".")[0]}
        case ast.Attribute(attr="now" | "today" | "utcnow", value=value):
            return None if isinstance(value, ast.Name) else "reads a clock"
        case _:
            return None
    return f"imports {', '.join(sorted(names & IMPURE))}" if names & IMPURE else None


def test_nothing_at_module_level_can_change() -> None:
    """Dictionaries there are tables: written in capitals (or `_names`) and never assigned into."""
    offenders = [f"{name_of(file)}: {name}" for file in MODULES for name in _changing(file)]
    assert not offenders


def _changing(file: Path) -> Iterator[str]:
    """The names at module level that can change, and the statements that change them."""
    tables = set()
    for statement in tree(file).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                tables.add(name)
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                pass
            case _:
                continue
        if isinstance(value, ast.List | ast.Set | ast.ListComp) and name != "__all__":
            yield name
    for node in nodes(file):
        match node:
            case ast.Global():
                yield ast.unparse(node)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                if name in tables:
                    yield ast.unparse(node)


def test_every_task_has_an_owner() -> None:
    """`create_task` of a group, or of the one client that awaits its task itself."""
    offenders = [
        f"{name_of(file)}:{node.lineno} {ast.unparse(node)}"
        for file in MODULES
        for node in nodes(file)
        if isinstance(node, ast.Attribute)
        and node.attr in {"create_task", "ensure_future"}
        and ast.unparse(node.value) not in OWNERS | OWN_OWNERS.get(file.name, set())
    ]
    assert not offenders


def test_no_call_has_more_than_four_positional_arguments() -> None:
    """Two swapped integers would pass every type check."""
    offenders = [
        f"{name_of(file)}:{node.lineno} {ast.unparse(node.func)}"
        for file in MODULES
        for node in nodes(file)
        if isinstance(node, ast.Call) and len(node.args) > 4
        if ast.unparse(node.func) not in FORWARDING
    ]
    assert not offenders


def test_only_the_store_in_postgresql_knows_its_driver() -> None:
    """Without a connection string psycopg need not be installed."""
    users = {
        name_of(file)
        for file in MODULES
        for node in nodes(file)
        if (isinstance(node, ast.Import) and node.names[0].name.startswith("psycopg"))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("psycopg"))
    }
    assert users
    assert {user.rpartition(".")[0] for user in users} == {"chatserver.store.postgres"}


def test_only_the_services_append_to_the_log() -> None:
    offenders = [
        f"{name_of(file)}:{node.lineno}"
        for file in MODULES
        if room(name_of(file)) not in {"store", "services"}
        for node in nodes(file)
        if isinstance(node, ast.Attribute)
        and node.attr == "append"
        and ast.unparse(node).endswith("log.append")
    ]
    assert not offenders


def test_every_package_the_documents_and_the_pages_are_installed() -> None:
    settings = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    found = {name_of(file) for file in MODULES if file.name == "__init__.py"}
    elsewhere = {"chatserver.docs", "chatserver.static"}
    assert set(settings["tool"]["setuptools"]["packages"]) == found | elsewhere


def test_names_say_something() -> None:
    assert not [name_of(file) for file in MODULES if file.stem in SAYS_NOTHING]
