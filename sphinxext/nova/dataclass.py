"""Dataclasses with slots, of which each method is written when it is first asked for.

The decorator of the standard library writes and compiles six functions for a frozen class, and imports :mod:`inspect`
to do so: 0.8 ms a class, which was half of what it costs to import a question. Of the 77 classes that the command for
a flow imports it makes objects of 54, and compares those of four. So this one leaves in the place of each function a
descriptor that writes it. What comes out is the same: type checkers are told that it *is* the standard one, and
:func:`dataclasses.fields`, :mod:`copy`, :mod:`pickle`, :mod:`inspect` and ``match`` work as ever.

A class can be ``frozen``, and ``eq=False``; it inherits from one other such class at most, which is as frozen, and has
no ``ClassVar`` and ``InitVar``. :func:`names` and :func:`replace` are for objects of such classes only.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from dataclasses import dataclass, field, replace
    from typing import NoReturn

__all__ = ["dataclass", "field", "names", "replace"]

_DECLARED, _NAMES = "__declared__", "__declared_names__"
"""Where a class has its :class:`_Declaration`, and the names of its fields."""


def names(value: object) -> tuple[str, ...]:
    """Return the names of the fields of an object; none of what is no object of such a class."""
    return getattr(type(value), _NAMES, ())


class _Factory:
    """Stands for a default that is made anew for each object, and where there is no default."""

    def __repr__(self) -> str:
        return "<factory>"


_NOTHING: Final = _Factory()


class _Field:
    """What a class says of one of its fields; the arguments are those of :func:`dataclasses.field`."""

    __slots__ = ("compare", "default", "default_factory", "hash", "init", "kw_only", "repr")

    def __init__(
        self,
        *,
        default: object = _NOTHING,
        default_factory: object = _NOTHING,
        init: bool = True,
        compare: bool = True,
        hash: bool | None = None,  # noqa: A002
        repr: bool = True,  # noqa: A002
        kw_only: bool = False,
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.compare = compare
        self.hash = hash
        self.repr = repr
        self.kw_only = kw_only

    def standard(self) -> Any:  # noqa: ANN401 - it is declared as what the field holds
        """Return the same as the standard library has it."""
        from dataclasses import field as standard  # noqa: PLC0415

        said = {name: getattr(self, name) for name in self.__slots__}
        return standard(**{name: value for name, value in said.items() if value is not _NOTHING})


class _Written:
    """An attribute of a class that is written when it is first asked for, of the class or of one of its objects."""

    __slots__ = ("_declared", "_name", "_write")

    def __init__(self, declared: _Declaration, name: str, write: Callable[[], object]) -> None:
        self._declared = declared
        self._name = name
        self._write = write

    def __get__(self, instance: object, owner: type) -> Any:  # noqa: ANN401 - a method, mostly
        setattr(self._declared.made, self._name, self._write())
        return getattr(owner if instance is None else instance, self._name)


class _Declaration:
    """One class as it was declared, and the writing of its methods."""

    __slots__ = ("annotations", "eq", "fields", "frozen", "made")

    made: type

    def __init__(self, declared: type, *, frozen: bool, eq: bool) -> None:
        self.frozen = frozen
        self.eq = eq
        base: _Declaration | None = getattr(declared, _DECLARED, None)
        own: dict[str, object] = declared.__annotations__
        self.annotations: dict[str, object] = {**base.annotations, **own} if base else own
        self.fields: dict[str, _Field] = dict(base.fields) if base else {}
        for name in own:
            default = declared.__dict__.get(name, _NOTHING)
            self.fields[name] = default if isinstance(default, _Field) else _Field(default=default)
        self.made = self._made(declared, tuple(own))

    def _made(self, declared: type, slots: tuple[str, ...]) -> type:
        """Return the class with slots, which have to be there when a class is made."""
        members = {
            name: value
            for name, value in declared.__dict__.items()
            if name not in slots and name not in {"__dict__", "__weakref__"}
        }
        written: dict[str, Callable[[], object]] = {
            "__init__": self._init,
            "__repr__": self._repr,
            "__dataclass_fields__": lambda: self._standard().__dataclass_fields__,
            "__dataclass_params__": lambda: self._standard().__dataclass_params__,
        }
        if self.eq:
            written["__eq__"] = self._eq
            if self.frozen:
                written["__hash__"] = self._hash
        if self.frozen:
            members = _OF_FROZEN | members
        members = {name: _Written(self, name, write) for name, write in written.items()} | members
        members["__slots__"] = slots
        members["__match_args__"] = tuple(name for name, said in self.fields.items() if said.init and not said.kw_only)
        members |= {_DECLARED: self, _NAMES: tuple(self.fields)}
        made = type(declared)(declared.__name__, declared.__bases__, members)
        made.__qualname__ = declared.__qualname__
        return made

    def _init(self) -> object:
        held: dict[str, object] = {"_nothing": _NOTHING}
        parameters: dict[bool, list[str]] = {False: [], True: []}
        lines = []
        for name, said in self.fields.items():
            if not said.init:
                continue
            value = name
            default = ""
            if said.default_factory is not _NOTHING:
                held[f"_make_{name}"] = said.default_factory
                default = "=_nothing"
                value = f"_make_{name}() if {name} is _nothing else {name}"
            elif said.default is not _NOTHING:
                held[f"_default_{name}"] = said.default
                default = f"=_default_{name}"
            parameters[said.kw_only].append(name + default)
            if self.frozen:
                held[f"_set_{name}"] = getattr(self.made, name).__set__
                lines.append(f"_set_{name}(self, {value})")
            else:
                lines.append(f"self.{name} = {value}")
        if hasattr(self.made, "__post_init__"):
            lines.append("self.__post_init__()")
        by_name = ["*", *parameters[True]] if parameters[True] else []
        init = self._function("__init__", [*parameters[False], *by_name], lines or ["pass"], held)
        init.__annotations__ = {name: self.annotations[name] for name, said in self.fields.items() if said.init}
        init.__annotations__["return"] = None
        return init

    def _eq(self) -> object:
        compared = [name for name, said in self.fields.items() if said.compare]
        own, others = (_tuple(f"{which}.{name}" for name in compared) for which in ("self", "other"))
        lines = ["if other.__class__ is self.__class__:", f" return {own} == {others}", "return NotImplemented"]
        return self._function("__eq__", ["other"], lines, {})

    def _hash(self) -> object:
        hashed = (name for name, said in self.fields.items() if (said.compare if said.hash is None else said.hash))
        return self._function("__hash__", [], [f"return hash({_tuple(f'self.{name}' for name in hashed)})"], {})

    def _repr(self) -> object:
        from reprlib import recursive_repr  # noqa: PLC0415

        shown = ", ".join(f"{name}={{self.{name}!r}}" for name, said in self.fields.items() if said.repr)
        line = f'return f"{{self.__class__.__qualname__}}({shown})"'
        return recursive_repr()(self._function("__repr__", [], [line], {}))

    def _function(self, name: str, parameters: list[str], lines: list[str], held: dict[str, object]) -> Any:  # noqa: ANN401
        """Return a function; its globals are those of the class, so that its annotations can be understood."""
        body = "".join(f"  {line}\n" for line in lines)
        text = f"def write({', '.join(held)}):\n def {name}({', '.join(['self', *parameters])}):\n{body} return {name}"
        found: dict[str, Any] = {}
        exec(text, sys.modules[self.made.__module__].__dict__, found)  # noqa: S102 - of names of this package only
        function = found["write"](**held)
        function.__qualname__ = f"{self.made.__qualname__}.{name}"
        return function

    def _standard(self) -> Any:  # noqa: ANN401 - of whose private attributes some are wanted
        """Return a class with the same fields that the standard library has made."""
        from dataclasses import make_dataclass  # noqa: PLC0415

        fields = [(name, self.annotations[name], said.standard()) for name, said in self.fields.items()]
        return make_dataclass(self.made.__name__, fields, frozen=self.frozen, eq=self.eq, slots=True)


def _tuple(items: Iterable[str]) -> str:
    return f"({''.join(f'{item}, ' for item in items)})"


def _set(_self: object, name: str, _value: object) -> NoReturn:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415

    message = f"cannot assign to field {name!r}"
    raise FrozenInstanceError(message)


def _delete(_self: object, name: str) -> NoReturn:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415

    message = f"cannot delete field {name!r}"
    raise FrozenInstanceError(message)


def _state(self: object) -> list[object]:
    return [getattr(self, name) for name in names(self)]


def _set_state(self: object, state: list[object]) -> None:
    for name, value in zip(names(self), state, strict=True):
        object.__setattr__(self, name, value)


_OF_FROZEN: Final = {
    "__setattr__": _set,
    "__delattr__": _delete,
    # Without these two, what unpickles and copies objects would set their attributes.
    "__getstate__": _state,
    "__setstate__": _set_state,
}

if not TYPE_CHECKING:
    field = _Field

    def dataclass(*, frozen: bool = False, slots: bool, eq: bool = True) -> Callable[[type], type]:
        """Return a decorator of classes; ``slots`` has to be true, so that both readers and checkers know."""
        if not slots:
            raise TypeError("a dataclass of this kind has slots")
        return lambda declared: _Declaration(declared, frozen=frozen, eq=eq).made

    def replace(value: Any, /, **changes: object) -> Any:  # noqa: ANN401
        """Return an object with other values of some fields."""
        declared: _Declaration = getattr(type(value), _DECLARED)
        return type(value)(
            **{name: getattr(value, name) for name, said in declared.fields.items() if said.init} | changes
        )
