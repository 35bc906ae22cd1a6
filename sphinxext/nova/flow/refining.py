"""What a condition that holds, or does not, says about the names in it: tests of truth and of ``None``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.flow.values import Const, Unknown

if TYPE_CHECKING:
    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.values import Atom, Atoms, Value
    from sphinxext.nova.syntax.forms import Expr


def refine(  # noqa: C901 - a flat table
    frame: Frame, condition: Expr, atoms: Atoms, *, truth: bool
) -> None:
    """Leave to the names in a condition what they may be when it has this outcome."""
    match condition:
        case str() if condition in frame.names:
            frame.names[condition] = _true(frame.names[condition], atoms, truth=truth)
        case ("not", inner):
            refine(frame, inner, atoms, truth=not truth)
        case ("and", items) if truth:
            for item in items:
                refine(frame, item, atoms, truth=True)
        case ("or", items) if not truth:
            for item in items:
                refine(frame, item, atoms, truth=False)
        case ("compare", str(name), (("is" | "==" | "is not" | "!=" as sign, None),)) if name in frame.names:
            is_none = truth is (sign in {"is", "=="})
            frame.names[name] = _none(frame.names[name], atoms, is_none=is_none)
        case ("compare", str(name), (("==" | "!=" as sign, ("str", str(text))),)) if name in frame.names:
            if truth is (sign == "=="):
                frame.names[name] = (atoms.const(text),)
        case ("walrus", str(name), _) if name in frame.names:
            frame.names[name] = _true(frame.names[name], atoms, truth=truth)


def _true(value: Value, atoms: Atoms, *, truth: bool) -> Value:
    def refined(atom: Atom) -> Value:
        if isinstance(atom, Unknown):
            return (atoms.true if truth else atoms.false) if atom.truth in {None, truth} else ()
        return (atom,) if atom.truth in {None, truth} else ()

    return atoms.limited(one for atom in value for one in refined(atom)) or value


def _none(value: Value, atoms: Atoms, *, is_none: bool) -> Value:
    def refined(atom: Atom) -> Value:
        match atom:
            case Const(value=None):
                return (atom,) if is_none else ()
            case Unknown(flavour="any" | "false"):
                return atoms.none if is_none else atoms.some if atom.flavour == "any" else (atom,)
            case Unknown() | Const():
                return () if is_none else (atom,)
        return (atom,)

    return atoms.limited(one for atom in value for one in refined(atom)) or value
