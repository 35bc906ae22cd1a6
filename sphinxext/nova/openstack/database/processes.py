"""Which processes may not touch the database themselves, and so ask nova-conductor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.openstack.commands import starts
from sphinxext.nova.openstack.options import value
from sphinxext.nova.program import UNKNOWN, FunctionDef
from sphinxext.nova.syntax.walking import blocks, inside, own_expressions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinxext.nova.program import Module, Options, Program, Scope
    from sphinxext.nova.syntax.forms import Block, Expr, Stmt
_SIGNS: Final = (b"block_db_access", b"DISABLE_DB_ACCESS", b"db_allowed", b"indirection_api")
"""What a file holds that says something: most commands say nothing, and are not read further."""


class Access(NamedTuple):
    """How a process gets at the database.

    ``objects`` says that the remotable methods of its objects are calls to nova-conductor, ``blocked`` that it may
    call no database function itself; ``line`` is where the command says the first of these, ``None`` where it says
    neither.
    """

    objects: bool = False
    blocked: bool = False
    line: int | None = None

    @property
    def way(self) -> str:
        """``conductor`` or ``direct``."""
        return "conductor" if self.objects or self.blocked else "direct"


def database_access(program: Program, options: Options) -> Mapping[str, Access]:
    """Return how the process of each command gets at the database, by the command's name."""
    return program.remember("database access", lambda: _by_command(program, options))


def _by_command(program: Program, options: Options) -> Mapping[str, Access]:
    files = {name: start.path for name, start in starts(program).items() if start.path}
    checked = {}
    for path, data in program.read_many(sorted(set(files.values()))):
        program.note("file", path)
        module = program.module_at(path) if any(sign in data for sign in _SIGNS) else None
        if module is not None:
            checked[path] = _access(module, options)
    return {name: checked.get(path, Access()) for name, path in files.items()}


def _access(module: Module, options: Options) -> Access:
    """Return what the functions of a command's module, or the script, say.

    What stands under a condition counts unless it is false by the options' defaults: ``if not
    CONF.conductor.use_local``, 2013.1 to 14.0.0.
    """
    objects: list[int] = []
    blocked: list[int] = []
    scopes: list[Scope] = [module, *(FunctionDef(module, fact.index) for fact in module.facts.functions)]
    for scope in scopes:
        for statement, conditions in _with_conditions(scope.body):
            redirects = _redirects(statement)
            blocks_ = _switches_off(statement) or _blocks(statement) or _is_denied(statement, scope, options)
            # Only now: to find out what an option is, every file may have to be looked through.
            if (redirects or blocks_) and not any(_is_false(one, scope, options) for one in conditions):
                objects += [statement[1]] * redirects
                blocked += [statement[1]] * blocks_
    return Access(bool(objects), bool(blocked), min((*objects, *blocked), default=None))


def _with_conditions(block: Block) -> Iterator[tuple[Stmt, tuple[Expr, ...]]]:
    """Give the statements of a body, each with the conditions of the branches that it stands in."""
    pending: list[tuple[Block, tuple[Expr, ...]]] = [(block, ())]
    while pending:
        inner, conditions = pending.pop()
        for statement in inner:
            yield statement, conditions
            match statement:
                case ("if", _, branches, orelse):
                    pending += [(body, (*conditions, condition)) for _, condition, _, body in branches]
                    pending.append((orelse, conditions))
                case _:
                    pending += [(nested, conditions) for nested in blocks(statement)]


def _is_false(condition: Expr, scope: Scope, options: Options) -> bool:
    result = value(condition, scope, options)
    # A script that is run is the main module.
    return result is not UNKNOWN and not result and "__name__" not in inside(condition)


def _redirects(statement: Stmt) -> bool:
    """Recognise ``objects_base.NovaObject.indirection_api = conductor_rpcapi.ConductorAPI()``. 2013.2 and newer."""
    match statement:
        case ("assign", _, targets, value_) if value_ is not None:
            return any(isinstance(target, str) and target.endswith(".indirection_api") for target in targets)
    return False


def _switches_off(statement: Stmt) -> bool:
    """Recognise ``nova.db.main.api.DISABLE_DB_ACCESS = True``. 24.0.0 and newer."""
    match statement:
        case ("assign", _, targets, True):
            return any(isinstance(target, str) and target.endswith(".DISABLE_DB_ACCESS") for target in targets)
    return False


def _blocks(statement: Stmt) -> bool:
    """Recognise ``block_db_access()``. 2013.1 to 23.0.0: of the command itself, from 14.0.0 on of ``cmd/common.py``."""
    match statement:
        case ("expr", _, ("call", str(name), _, _, _, _)):
            return name.rpartition(".")[2] == "block_db_access"
    return False


def _is_denied(statement: Stmt, scope: Scope, options: Options) -> bool:
    """Recognise ``Service.create(db_allowed=False)``. 2013.1 to 14.0.0; an option says it from 2014.1 on."""
    for expression in own_expressions(statement):
        for part in inside(expression):
            match part:
                case ("call", _, _, keywords, _, _) if "db_allowed" in dict(keywords):
                    return value(dict(keywords)["db_allowed"], scope, options) is False
    return False
