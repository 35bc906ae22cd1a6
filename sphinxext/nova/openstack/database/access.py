"""Whether a database function reads or writes, and the signs that say so.

The signs, strongest first: the transaction that a decorator or a ``with`` opens (13.0.0 and newer), what the body does
to the session, and the verb in its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from sphinxext.nova.program import FunctionDef, resolve
from sphinxext.nova.syntax.walking import expressions, inside, statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sphinxext.nova.program import Definition, Module
    from sphinxext.nova.syntax.forms import Block, Expr, Stmt

Access: TypeAlias = Literal["read", "write"]

_READERS: Final = frozenset({"reader", "async_", "async"})
_WRITERS: Final = frozenset({"writer"})

_READS: Final = frozenset({
    "count", "exists", "get", "in", "is", "list", "lookup", "search", "statistics",
})  # fmt: skip
_WRITES: Final = frozenset({
    "add", "allocate", "archive", "associate", "attached", "begin", "clear", "commit", "create", "deallocate",
    "delete", "destroy", "detached", "disassociate", "end", "ensure", "expire", "finish", "migrate", "purge",
    "register", "remove", "reserve", "restore", "rollback", "rotate", "set", "start", "unregister", "update",
})  # fmt: skip
"""Words of a function's name; the first that is a verb decides."""

_CHANGES: Final = frozenset({
    "add_all", "bulk_insert_mappings", "bulk_save_objects", "delete", "merge", "save", "soft_delete",
    "update_on_match", "update_returning_pk",
})  # fmt: skip
"""Methods of a session, a query or a row that change the database, whatever they are called on."""
_QUERIES: Final = frozenset({
    "all", "execute", "fetchall", "fetchone", "filter", "filter_by", "first", "model_query", "one", "query", "scalar",
    "select",
})  # fmt: skip
_CONDITIONS: Final = frozenset({"filter", "filter_by"})
"""Those of them that only narrow a query: on one that a function was given, they read nothing."""
_STATEMENT_CLASSES: Final = ("DeleteFrom", "InsertFrom")
"""How Nova's own SQL expressions are called."""
_USING: Final = b"using"
"""The method of ``enginefacade`` by which a ``with`` opens a transaction."""
_STATEMENTS: Final = ("delete", "insert", "update")
"""How SQL begins that changes rows. 2010.1 to 2011.3 have some."""


def by_transaction(function: FunctionDef) -> Access | None:
    """Recognise ``@main_context_manager.reader`` and ``@pick_context_manager_writer``. 13.0.0 and newer.

    The readers and writers are those of ``enginefacade`` in oslo.db; what may follow (``.allow_async``,
    ``.independent``) says on which connection. Nova's own decorators open one in their body, and so does a function
    without a decorator: ``with context_manager.writer.using(context)``.
    """
    for decorator in function.fact.decorators:
        match decorator.expression:
            case str(name) | ("call", str(name), _, _, _, _):
                found = _of_name(name) or _of_decorator(resolve(name, function.outer))
                if found is not None:
                    return found
    return _opened_by(function)


def by_name(name: str) -> Access | None:
    """Tell what the verb in a function's name says, in any release."""
    for word in name.strip("_").split("_"):
        if word in _READS:
            return "read"
        if word in _WRITES:
            return "write"
    return None


def _of_name(name: str) -> Access | None:
    parts = name.split(".")[1:]
    if _WRITERS.intersection(parts):
        return "write"
    return "read" if _READERS.intersection(parts) else None


def _of_decorator(definition: Definition | None) -> Access | None:
    if not isinstance(definition, FunctionDef):
        return None
    return definition.module.program.remember(("opened", definition), lambda: _opened_in(definition))


def _opened_in(function: FunctionDef) -> Access | None:
    found = [_opened_by(part) for part in with_nested(function)]
    return "write" if "write" in found else "read" if "read" in found else None


def _opened_by(function: FunctionDef) -> Access | None:
    """Return which transactions a function opens itself; most bodies are not even decoded for that."""
    return _opened(function.body) if function.module.facts.mentions(function.fact, _USING) else None


def _opened(block: Block) -> Access | None:
    """Return which transactions the statements open by ``with``, also when the manager has a local name."""
    names: dict[str, Access | None] = {}
    found: Access | None = None
    for statement in statements(block):
        match statement:
            case ("assign", _, (str(target),), value):
                names[target] = names.get(target) or _of_manager(value)
            case ("with", _, items, _, _):
                for manager, _ in items:
                    match manager:
                        case ("call", str(name), _, _, _, _) if name.endswith(".using"):
                            opened = _of_name(name) or names.get(name.partition(".")[0])
                        case ("call", ("attr", value, "using"), _, _, _, _):
                            opened = _of_manager(value)
                        case _:
                            continue
                    if opened == "write":
                        return opened
                    found = found or opened
    return found


def _of_manager(value: Expr) -> Access | None:
    """Return what ``get_context_manager(context).writer.independent`` or ``context_manager.reader`` is."""
    names: list[str] = []
    while True:
        match value:
            case ("attr", inner, name):
                names.append(name)
                value = inner
            case str():
                return _of_name(".".join((value, *names)))
            case _:
                return _of_name(".".join(("", *names)))


def with_nested(function: FunctionDef) -> Iterator[FunctionDef]:
    """Give a function and those that are defined inside it."""
    inside_it = {function.index}
    yield function
    for fact in function.module.facts.functions[function.index + 1 :]:
        if fact.line > function.fact.end_line:
            break
        if fact.outer in inside_it:
            inside_it.add(fact.index)
            yield FunctionDef(function.module, fact.index)


class Bodies:
    """What the bodies of a module's functions do to the database, and the bodies of those that they call there."""

    def __init__(self, module: Module) -> None:
        self._functions = {
            fact.name: FunctionDef(module, fact.index)
            for fact in module.facts.functions
            if fact.class_ is None and fact.outer is None
        }
        self._known: dict[FunctionDef, Access | None] = {}

    def access(self, function: FunctionDef) -> Access | None:
        """Return what a function does; ``None`` where nothing in it touches the database."""
        if function not in self._known:
            self._known[function] = None  # What calls itself adds nothing.
            found = [one for part in with_nested(function) for one in self._signs(part)]
            self._known[function] = "write" if "write" in found else "read" if found else None
        return self._known[function]

    def _signs(self, function: FunctionDef) -> Iterator[Access]:
        block = function.body
        rows = _rows(block, self._functions)
        given = {parameter.name for parameter in function.fact.parameters}
        if any(_sets(statement, rows) for statement in statements(block)):
            yield "write"
        for expression in expressions(block):
            match expression:
                case ("call", str(name), _, _, _, _) if (called := self.called(name, function)) is not None:
                    its = by_transaction(called) or self.access(called)
                    if its is not None:
                        yield its
                case ("call", callee, arguments, _, _, _):
                    receiver, method = _parts(callee)
                    if _changes(receiver, method, arguments, rows):
                        yield "write"
                    elif method in _QUERIES and not (method in _CONDITIONS and receiver in given):
                        yield "read"

    def called(self, name: str, function: FunctionDef) -> FunctionDef | None:
        """Return the function of this module that a call reaches: by its name, or through a facade of the same names.

        2010.1 imports the facade in some functions: ``db.instance_update(context, ...)``.
        """
        if name in self._functions:
            return self._functions[name]
        last = name.rpartition(".")[2]
        target = resolve(name, function) if last in self._functions else None
        # The facade is a module of the package in which the backend is a package.
        if isinstance(target, FunctionDef) and target.module.parent == function.module.parent.rpartition(".")[0]:
            return self._functions[last]
        return None


def _sets(statement: Stmt, rows: frozenset[str]) -> bool:
    """Tell whether a statement sets a column of a row, which a session writes when it ends: ``row.host = host``."""
    match statement:
        case ("assign", _, targets, _):
            for target in targets:
                match target:
                    case str() if "." in target and target.partition(".")[0] in rows:
                        return True
                    case ("subscript", str(row), _) if row in rows:
                        return True
    return False


def _changes(receiver: Expr, method: str, arguments: Sequence[Expr], rows: frozenset[str]) -> bool:
    """Tell whether a call changes the database: not every ``update`` and ``add`` does."""
    if method.startswith(_STATEMENT_CLASSES):
        return True
    if receiver is None:
        return False
    if method in _CHANGES:
        return True
    last = receiver.rpartition(".")[2] if isinstance(receiver, str) else ""
    match method:
        case "update":
            return not isinstance(receiver, str) or "table" in last or receiver in rows
        case "add":
            return last == "session"
        case "insert":
            return not arguments or "table" in last or not isinstance(receiver, str)
        case "execute":
            return any(_is_statement(part) for argument in arguments for part in inside(argument))
    return False


def _is_statement(expression: Expr) -> bool:
    match expression:
        case ("str", text):
            return text.lstrip().lower().startswith(_STATEMENTS)
    return False


def _rows(block: Block, functions: Mapping[str, FunctionDef]) -> frozenset[str]:
    """Return the local names of queries and rows: ``update`` on them is not that of a dictionary."""
    found: set[str] = set()
    for statement in statements(block):
        match statement:
            case ("assign", _, (str(target),), value) if _is_query(value, functions):
                found.add(target)
            case ("for", _, str(target), iterable, _, _, _) if _is_query(iterable, functions):
                found.add(target)
    return frozenset(found)


def _is_query(value: Expr, functions: Mapping[str, FunctionDef]) -> bool:
    """Tell whether a value is a query, a row, or a new row."""
    match value:
        case ("call", str(name), _, _, _, _) if name in functions:
            return "get" in name or "query" in name
        case ("call", str(name), _, _, _, _) if name.startswith("models."):
            return True
        case ("call", _, _, _, _, _):
            called = [part[1] for part in inside(value) if isinstance(part, tuple) and part[0] == "call"]
            return any(_parts(function)[1] in _QUERIES for function in called)
    return False


def _parts(function: Expr) -> tuple[Expr, str]:
    """Return what a method is called on, and its name; of a plain function, ``None`` and its name."""
    match function:
        case str():
            receiver, _, name = function.rpartition(".")
            return receiver or None, name
        case ("attr", value, str(name)):
            return value, name
    return None, ""
