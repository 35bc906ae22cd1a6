"""What in the code of a process says that it uses the database itself.

A process that is not kept from the database may use it, but only what its code does says that it does. What is looked
at is the command's own module, the classes and functions that it names (the class ``Service`` among them, and the
handler of a proxy's requests), its manager, and of a WSGI server the modules of ``api/``. There it is the call of a
database function, of a method of a versioned object's class, or a base class out of ``db/`` (``db.base.Base`` of the
managers up to 23.0.0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.openstack.database.access import by_name
from sphinxext.nova.openstack.database.layers import layers
from sphinxext.nova.program import ClassDef, FunctionDef, Module, methods, mro, resolve
from sphinxext.nova.syntax.walking import calls, expressions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sphinxext.nova.program import Program, Scope
    from sphinxext.nova.syntax.forms import Block

_OBJECTS: Final = "objects"
_MACHINERY: Final = ("base", "fields")
"""Modules of ``objects/`` whose classes are no objects of the database."""


class Evidence:
    """What says so, for the processes of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        package = program.checkout.package
        self._objects = f"{package}.{_OBJECTS}"
        self._database = f"{package}.db."
        self._api = f"{package}/api"
        self._layers = {module for layer in layers(program) for module in (layer.facade, layer.backend)}
        self._known: dict[ClassDef | FunctionDef, bool] = {}
        self._serves: bool | None = None

    def uses(self, blocks: Sequence[tuple[Scope, Block]], manager: ClassDef | None) -> bool:
        """Tell whether a manager, code that runs, the rest of its modules, or what is named there uses the database."""
        if not self._layers:
            return False
        if manager is not None and self._is_used_by(manager):
            return True
        if any(self._calls_it(block, scope) for scope, block in blocks):
            return True
        modules = dict.fromkeys(scope.module for scope, _ in blocks)
        functions = [FunctionDef(module, fact.index) for module in modules for fact in module.facts.functions]
        if any(map(self._is_used_by, functions)):
            return True
        code = [*blocks, *((function, function.body) for function in functions)]
        named: dict[FunctionDef, None] = {}
        for one in _named(code):
            if self._is_used_by(one):
                return True
            if isinstance(one, FunctionDef):
                named[one] = None
        # ``xvp_proxy.get_wsgi_server()`` makes the application that answers.
        further = [(one, one.body) for one in named]
        return any(isinstance(one, ClassDef) and self._is_used_by(one) for one in _named(further))

    def api_uses(self) -> bool:
        """Tell whether a module of ``api/`` uses the database; the first one that does is the last that is read."""
        if self._serves is None:
            self._serves = bool(self._layers) and any(map(self._is_used_in, self._program.source_files(self._api)))
        return self._serves

    def _is_used_in(self, path: str) -> bool:
        module = self._program.module_at(path)
        return module is not None and any(
            self._is_used_by(FunctionDef(module, fact.index)) for fact in module.facts.functions
        )

    def _is_used_by(self, definition: ClassDef | FunctionDef) -> bool:
        if definition not in self._known:
            self._known[definition] = self._found(definition)
        return self._known[definition]

    def _found(self, definition: ClassDef | FunctionDef) -> bool:
        if isinstance(definition, FunctionDef):
            return self._calls_it(definition.body, definition)
        if any(ancestor.name.startswith(self._database) for ancestor in mro(definition)):
            return True
        return any(self._calls_it(method.body, method) for method in methods(definition).values())

    def _calls_it(self, block: Block, scope: Scope) -> bool:
        return any(
            isinstance(call[1], str) and "." in call[1] and self._is_of_database(call[1], scope)
            for call in calls(block)
        )

    def _is_of_database(self, name: str, scope: Scope) -> bool:
        head, _, rest = name.partition(".")
        found = resolve(head, scope)
        if isinstance(found, Module) and f"{found.name}.".startswith(f"{self._objects}."):
            # ``objects.Service.get_by_id``: the class is put there when it is defined.
            last = found.name.removeprefix(self._objects).strip(".")
            return last not in _MACHINERY and rest[:1].isupper() and "._" not in rest
        if found is None or (isinstance(found, Module) and not found.name.startswith(self._database[:-1])):
            return False
        target = resolve(name, scope)
        # ``configure`` and the like say where the database is, and ask it nothing.
        return (
            isinstance(target, FunctionDef) and target.module in self._layers and by_name(target.fact.name) is not None
        )


def _named(code: Iterable[tuple[Scope, Block]]) -> Iterator[ClassDef | FunctionDef]:
    """Give the classes and functions that code names."""
    seen: set[tuple[Module, str]] = set()
    for scope, block in code:
        known = scope.module.bindings
        for name in expressions(block):
            # What is no name of the module is a local one.
            if not isinstance(name, str) or name.partition(".")[0] not in known or (scope.module, name) in seen:
                continue
            seen.add((scope.module, name))
            found = resolve(name, scope)
            if isinstance(found, FunctionDef) and found.owner is not None:
                # ``service.Service.create``
                yield found.owner
            elif isinstance(found, ClassDef | FunctionDef):
                yield found
