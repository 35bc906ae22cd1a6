"""The things that names stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from sphinxext.nova.program.bindings import bindings_of, bindings_of_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinxext.nova.program.bindings import Binding
    from sphinxext.nova.program.program import Program
    from sphinxext.nova.syntax.facts import Class, FileFacts, Function
    from sphinxext.nova.syntax.forms import Block, Expr


class Module:
    """A file of Python in the checkout, or a folder with such files; read when somebody asks for its facts.

    Made by :class:`~.program.Program`, one for each file; compared by identity.
    """

    __slots__ = ("is_package", "name", "path", "program")

    def __init__(self, program: Program, name: str, path: str, *, is_package: bool) -> None:
        self.program = program
        self.name = name
        """Its dotted name; of a file that cannot be imported (a script), its path."""
        self.path = path
        """The file, relative to the checkout's root; of a package without ``__init__.py``, the folder."""
        self.is_package = is_package

    def __repr__(self) -> str:
        return f"<Module {self.name}>"

    @property
    def module(self) -> Module:
        """Itself, as every scope has a module."""
        return self

    @property
    def facts(self) -> FileFacts:
        """What the file says; nothing where it cannot be read (which is then among the program's problems)."""
        return self.program.facts(self.path)

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
        return self.program.remember(("bindings", self), lambda: bindings_of(self.body, self.facts))

    @property
    def parent(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class ClassDef:
    """A class in the checkout: ``module.facts.classes[index]``."""

    module: Module
    index: int
    _fact: Class | None = field(default=None, init=False, repr=False, compare=False)
    _name: str = field(default="", init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<ClassDef {self.name}>"

    @property
    def fact(self) -> Class:
        """What the file says about it."""
        if self._fact is None:
            object.__setattr__(self, "_fact", self.module.facts.class_(self.index))
        return self._fact  # type: ignore[return-value]  # just set

    @property
    def name(self) -> str:
        """Its dotted name with that of the module."""
        if not self._name:
            object.__setattr__(self, "_name", f"{self.module.name}.{self.fact.qualname}")
        return self._name

    @property
    def outer(self) -> Scope:
        """The scope in which its bases are looked up: the function it stands in, else the module."""
        return self.module if self.fact.outer is None else FunctionDef(self.module, self.fact.outer)

    @property
    def body(self) -> Block:
        """The statements of the class."""
        return self.module.facts.body(self.fact)

    @property
    def bindings(self) -> Mapping[str, tuple[Binding, ...]]:
        """What the names in its own body are bound to: methods and class attributes."""
        return self.module.program.remember(("bindings", self), lambda: bindings_of(self.body, self.module.facts))


@dataclass(frozen=True, slots=True)
class FunctionDef:
    """A function or method in the checkout: ``module.facts.functions[index]``."""

    module: Module
    index: int
    _fact: Function | None = field(default=None, init=False, repr=False, compare=False)
    _name: str = field(default="", init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<FunctionDef {self.name}>"

    @property
    def fact(self) -> Function:
        """What the file says about it."""
        if self._fact is None:
            object.__setattr__(self, "_fact", self.module.facts.function(self.index))
        return self._fact  # type: ignore[return-value]  # just set

    @property
    def name(self) -> str:
        """Its dotted name with that of the module."""
        if not self._name:
            object.__setattr__(self, "_name", f"{self.module.name}.{self.fact.qualname}")
        return self._name

    @property
    def outer(self) -> Scope:
        """The next scope in which names are looked up, which is never a class."""
        return self.module if self.fact.outer is None else FunctionDef(self.module, self.fact.outer)

    @property
    def owner(self) -> ClassDef | None:
        """The class whose method it is."""
        return None if self.fact.class_ is None else ClassDef(self.module, self.fact.class_)

    @property
    def body(self) -> Block:
        """The statements of the function."""
        return self.module.facts.body(self.fact)

    @property
    def bindings(self) -> Mapping[str, tuple[Binding, ...]]:
        """What its local names are bound to."""
        return self.module.program.remember(
            ("bindings", self), lambda: bindings_of_function(self.fact, self.module.facts)
        )


@dataclass(frozen=True, slots=True)
class External:
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
