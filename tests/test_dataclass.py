"""Dataclasses that write their methods late: each case is a class of the standard library's and its twin."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_type_hints

import pytest

from sphinxext.nova import dataclass as late

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def twins(declare: Callable[[Any], type]) -> tuple[Any, Any]:
    """Return a class as the standard library makes it and as we do; ``declare`` is given the module of either."""
    return declare(dataclasses), declare(late)


def frozen(made_by: Any) -> type:
    @made_by.dataclass(frozen=True, slots=True)
    class Point:
        x: int
        y: list[int] = made_by.field(hash=False)
        name: str = "p"
        line: int | None = made_by.field(default=None, compare=False)
        seen: dict[str, int] = made_by.field(default_factory=dict, compare=False, repr=False)
        scale: float = made_by.field(default=1.0, kw_only=True)

        def moved(self, by: int) -> int:
            """Return where it is after a move."""
            return self.x + by

    return Point


def mutable(made_by: Any) -> type:
    @made_by.dataclass(slots=True)
    class Count:
        of: str
        number: int = 0

    return Count


def by_identity(made_by: Any) -> type:
    @made_by.dataclass(frozen=True, slots=True, eq=False)
    class One:
        name: str

    return One


def generic(made_by: Any) -> type:
    @made_by.dataclass(frozen=True, slots=True)
    class Box(Generic[T]):
        held: T

    return Box


def inheriting(made_by: Any) -> type:
    @made_by.dataclass(frozen=True, slots=True)
    class Named(frozen(made_by)):  # type: ignore[misc]
        z: int = 3
        owner: str = made_by.field(kw_only=True)

    return Named


def following(made_by: Any) -> type:
    @made_by.dataclass(frozen=True, slots=True)
    class Sized:
        items: tuple[int, ...]
        _size: int = made_by.field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "_size", len(self.items))

        def __repr__(self) -> str:
            return f"<{self._size}>"

    return Sized


MADE = [
    (frozen, (1, [2]), {"scale": 2.0}),
    (frozen, (1, [2], "q", 7), {"seen": {"a": 1}}),
    (mutable, ("x",), {}),
    (by_identity, ("x",), {}),
    (generic, ("x",), {}),
    (inheriting, (1, [2]), {"owner": "me"}),
    (following, ((1, 2),), {}),
]


@pytest.mark.parametrize(("declare", "arguments", "by_name"), MADE)
class TestTwins:
    """What the standard library's class does, ours does."""

    def test_what_it_holds(self, declare: Any, arguments: Any, by_name: Any) -> None:
        """The objects have the same fields and show the same."""
        theirs, ours = (kind(*arguments, **by_name) for kind in twins(declare))
        assert repr(ours) == repr(theirs)
        assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
        assert late.names(ours) == tuple(field.name for field in dataclasses.fields(theirs))
        assert not hasattr(ours, "__dict__")

    def test_comparing(self, declare: Any, arguments: Any, by_name: Any) -> None:
        """They are equal to the same things, and hashed or not alike."""
        answers = []
        for kind in twins(declare):
            one, same = kind(*arguments, **by_name), kind(*arguments, **by_name)
            hashed = None if kind.__hash__ is None else hash(one) == hash(same)
            answers.append((one == one, one == same, one != same, one == 1, hashed))
        assert answers[0] == answers[1]

    def test_what_others_see(self, declare: Any, arguments: Any, by_name: Any) -> None:
        """Signature, annotations, fields, slots and patterns are the same, whatever is asked for first."""
        theirs, ours = twins(declare)
        assert get_type_hints(ours.__init__) == get_type_hints(theirs.__init__)
        theirs, ours = twins(declare)
        assert str(inspect.signature(ours)) == str(inspect.signature(theirs))
        assert dataclasses.is_dataclass(twins(declare)[1])
        assert [str(field) for field in dataclasses.fields(ours)] == [
            str(field) for field in dataclasses.fields(theirs)
        ]
        assert str(ours.__dataclass_params__) == str(theirs.__dataclass_params__)
        for name in ("__slots__", "__match_args__", "__name__", "__qualname__", "__module__"):
            assert getattr(ours, name) == getattr(theirs, name)

    def test_other_values(self, declare: Any, arguments: Any, by_name: Any) -> None:
        """An object can be made from another one, by either module, and copied."""
        _, ours = twins(declare)
        made = ours(*arguments, **by_name)
        name = late.names(made)[0]
        for other in (late.replace(made, **{name: (9,)}), dataclasses.replace(made, **{name: (9,)})):
            assert getattr(other, name) == (9,)
            assert type(other) is ours
        assert repr(copy.copy(made)) == repr(copy.deepcopy(made)) == repr(made)


@pytest.mark.parametrize("declare", [frozen, by_identity, inheriting])
def test_frozen(declare: Any) -> None:
    """What is frozen cannot be set, with the standard library's error."""
    arguments = (1, [2]) if declare is not by_identity else (1,)
    made = declare(late)(*arguments, **({"owner": "me"} if declare is inheriting else {}))
    name = late.names(made)[0]
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(made, name, 2)
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot delete field '{name}'"):
        delattr(made, name)
    assert getattr(made, name) == 1


def test_matching() -> None:
    """Patterns can go by position."""
    for kind in twins(frozen):
        match kind(1, [2], "q"):
            case kind(x, [y], name):
                assert (x, y, name) == (1, 2, "q")
            case _:
                pytest.fail("does not match")


def test_written_when_asked_for() -> None:
    """Nothing is compiled for a class of which nobody makes an object, and each method once."""
    kind: Any = frozen(late)
    methods = ("__init__", "__eq__", "__hash__", "__repr__")
    assert not any(inspect.isfunction(kind.__dict__[name]) for name in methods)
    made = kind(1, [2])
    assert made == kind(1, [2])
    written = {name: kind.__dict__[name] for name in methods if inspect.isfunction(kind.__dict__[name])}
    assert list(written) == ["__init__", "__eq__"]
    assert made == kind(1, [2])
    assert all(kind.__dict__[name] is method for name, method in written.items())


def test_wrong_arguments() -> None:
    """A missing or unknown argument is named as ever."""
    for kind in twins(frozen):
        with pytest.raises(TypeError, match="missing 2 required positional arguments: 'x' and 'y'"):
            kind()
        with pytest.raises(TypeError, match="unexpected keyword argument 'w'"):
            kind(1, [2], w=3)


def test_pickle() -> None:
    """Rows of answers, which Sphinx pickles, come back equal, and frozen."""
    from sphinxext.nova.model import Problem
    from sphinxext.nova.problems import Kind

    made = Problem(Kind.SYNTAX, "is wrong", "a.py", 3)
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    with pytest.raises(dataclasses.FrozenInstanceError):
        again.line = 4


def test_names_of_something_else() -> None:
    """What is no object of such a class has no fields."""
    assert late.names(1) == late.names(frozen(dataclasses)(1, [2])) == ()


def test_a_command_imports_no_more_than_it_needs() -> None:
    """Neither what makes the standard library's dataclasses, nor what finds the user's folder, which is given."""
    code = "import sys, sphinxext.nova.openstack.rpc_flow, sphinxext.nova.openstack.kept, sphinxext.nova.__main__\n"
    code += "print({'dataclasses', 'platformdirs'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
