"""The things that names stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sphinxext.nova.program.bindings import bindings_of, bindings_of_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinxext.nova.program.bindings import Binding
    from sphinxext.nova.program.program import Program
    from sphinxext.nova.syntax import facts
    from sphinxext.nova.syntax.facts import FileFacts
    from sphinxext.nova.syntax.forms import Block, Expr


class Module:
    """A file of Python in the checkout, or a folder with such files; read when somebody asks for its facts.

    Made by :class:`~.program.Program`, one for each file; compared by identity.
    """

    __slots__ = ("_bindings", "_facts", "_noted", "classes", "functions", "is_package", "name", "path", "program")

    def __init__(self, program: Program, name: str, path: str, *, is_package: bool) -> None:
        self.program = program
        self.name = name
        """Its dotted name; of a file that cannot be imported (a script), its path."""
        self.path = path
        """The file, relative to the checkout's root; of a package without ``__init__.py``, the folder."""
        self.is_package = is_package
        self.classes: dict[int, ClassDef] = {}
        """The classes that somebody asked for, by their index."""
        self.functions: dict[int, FunctionDef] = {}
        """The functions that somebody asked for, by their index."""
        self._bindings: Mapping[str, tuple[Binding, ...]] | None = None
        self._facts: FileFacts | None = None
        self._noted: object = None

    def __repr__(self) -> str:
        return f"<Module {self.name}>"

    @property
    def module(self) -> Module:
        """Itself, as every scope has a module."""
        return self

    @property
    def is_noted(self) -> bool:
        """Whether it is noted already that the file is looked at: then what is known of it can be given at once."""
        return self._noted is self.program.noted

    @property
    def facts(self) -> FileFacts:
        """What the file says; nothing where it cannot be read (which is then among the program's problems)."""
        noted = self.program.noted
        if self._facts is None or self._noted is not noted:
            self._facts = self.program.facts(self.path)
            self._noted = noted
        return self._facts

    @property
    def outer(self) -> None:
        """A module stands in no other scope."""
        return

    @property
    def body(self) -> Block:
        """The statements of the module."""
        return self.facts.body()

    @property
    def bindings(self) -> Mapping[str, tuple[Binding, ...]]:
        """What its names are bound to."""
        facts = self.facts
        if self._bindings is None:
            self._bindings = bindings_of(facts.body(), facts)
        return self._bindings

    @property
    def parent(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]


class ClassDef:
    """A class in the checkout: ``module.facts.classes[index]``. There is one for each, compared by identity."""

    __slots__ = ("_bindings", "fact", "index", "module", "name", "outer")

    module: Module
    index: int
    fact: facts.Class
    """What the file says about it."""
    name: str
    """Its dotted name with that of the module."""
    outer: Scope
    """The scope in which its bases are looked up: the function it stands in, else the module."""
    _bindings: Mapping[str, tuple[Binding, ...]] | None

    def __new__(cls, module: Module, index: int) -> ClassDef:  # noqa: PYI034 - it has no subclasses
        """Return the one definition of this class."""
        made = module.classes.get(index)
        if made is None:
            made = super().__new__(cls)
            made.module = module
            made.index = index
            made.fact = fact = module.facts.class_(index)
            made.name = f"{module.name}.{fact.qualname}"
            made.outer = module if fact.outer is None else FunctionDef(module, fact.outer)
            made._bindings = None
            # Only now that it is whole: what is above may go too deep.
            module.classes[index] = made
        return made

    def __repr__(self) -> str:
        return f"<ClassDef {self.name}>"

    @property
    def body(self) -> Block:
        """The statements of the class."""
        return self.module.facts.body(self.fact)

    @property
    def bindings(self) -> Mapping[str, tuple[Binding, ...]]:
        """What the names in its own body are bound to: methods and class attributes."""
        if self._bindings is None or not self.module.is_noted:
            facts = self.module.facts
            if self._bindings is None:
                self._bindings = bindings_of(facts.body(self.fact), facts)
        return self._bindings


class FunctionDef:
    """A function or method in the checkout: ``module.facts.functions[index]``. There is one for each."""

    __slots__ = ("_bindings", "_body", "decorator_names", "fact", "index", "inside", "module", "name", "outer", "owner")

    module: Module
    index: int
    fact: facts.Function
    """What the file says about it."""
    name: str
    """Its dotted name with that of the module."""
    outer: Module | FunctionDef
    """The next scope in which names are looked up, which is never a class."""
    owner: ClassDef | None
    """The class whose method it is."""
    inside: ClassDef | None
    """The class in whose method it is written, or whose method it is."""
    decorator_names: frozenset[str]
    """The last name of each of its decorators."""
    _bindings: Mapping[str, tuple[Binding, ...]] | None
    _body: Block | None

    def __new__(cls, module: Module, index: int) -> FunctionDef:  # noqa: PYI034 - it has no subclasses
        """Return the one definition of this function."""
        made = module.functions.get(index)
        if made is None:
            made = super().__new__(cls)
            made.module = module
            made.index = index
            made.fact = fact = module.facts.function(index)
            made.name = f"{module.name}.{fact.qualname}"
            made.outer = module if fact.outer is None else FunctionDef(module, fact.outer)
            made.owner = None if fact.class_ is None else ClassDef(module, fact.class_)
            made.inside = made.owner or (made.outer.inside if isinstance(made.outer, FunctionDef) else None)
            made.decorator_names = frozenset(last_name(one.expression) for one in fact.decorators)
            made._bindings = None
            made._body = None
            module.functions[index] = made
        return made

    def __repr__(self) -> str:
        return f"<FunctionDef {self.name}>"

    @property
    def outermost(self) -> FunctionDef:
        """The function that this one is written in, and which is in no other; itself where it is in none."""
        found = self
        while isinstance(found.outer, FunctionDef):
            found = found.outer
        return found

    @property
    def body(self) -> Block:
        """The statements of the function, decoded once."""
        if self._body is None or not self.module.is_noted:
            facts = self.module.facts
            if self._body is None:
                self._body = facts.body(self.fact)
        return self._body

    @property
    def bindings(self) -> Mapping[str, tuple[Binding, ...]]:
        """What its local names are bound to."""
        facts = self.module.facts
        if self._bindings is None:
            self._bindings = bindings_of_function(self.fact, facts)
        return self._bindings


def last_name(expression: Expr) -> str:
    """Return the last part of a dotted name, or of that of what is called; an empty text for anything else."""
    match expression:
        case str():
            return expression.rpartition(".")[2]
        case ("attr", _, str(name)):
            return name
        case ("call", str(name), *_):
            return name.rpartition(".")[2]
    return ""


class External(NamedTuple):
    """Something outside the checkout, by the dotted name it is imported by: ``oslo_config.cfg.CONF``."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """A name whose value is an expression that is no mere alias: a constant, a call; names in it are of ``scope``."""

    scope: Scope
    name: str
    value: Expr
    line: int


Scope: TypeAlias = "Module | ClassDef | FunctionDef"
Definition: TypeAlias = "Module | ClassDef | FunctionDef | Assigned | External"
