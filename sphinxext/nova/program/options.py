"""Config options: where each is registered, with its default and its help, found from how code uses it."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from sphinxext.nova.program.bindings import Value
from sphinxext.nova.program.constants import evaluate
from sphinxext.nova.program.definitions import Assigned
from sphinxext.nova.program.names import candidates
from sphinxext.nova.program.registrations import DEFAULT, registrations
from sphinxext.nova.syntax.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sphinxext.nova.program.definitions import Module, Scope
    from sphinxext.nova.program.program import Program
    from sphinxext.nova.program.registrations import OptionCall
    from sphinxext.nova.syntax.forms import CallForm, Expr, Keyword

_OBJECTS: Final = frozenset({"CONF", "FLAGS"})
"""The names by which code refers to the configuration."""
_BEFORE: Final = rb"\s*+(?:#[^\n]{0,200}+\s++){0,5}+"
"""Few and short comments: looked for in all that follow, calls in a comment take the square of their number."""
_CALLS: Final = (rb"Opt\(%s" % _BEFORE, rb"DEFINE_[a-z_]{1,40}+\(%s" % _BEFORE)
"""Calls that make an option. Each pattern begins with a plain text: one for both would be ten times as slow."""
_NAME: Final = rb"""(?:name\s*=\s*)?[ub]?["']"""
_MADE: Final = (
    *(re.compile(rb"""%s%s([A-Za-z0-9_-]+)["']""" % (call, _NAME)) for call in _CALLS),
    re.compile(rb"""dest(?<=\bdest)\s*=\s*["']([A-Za-z0-9_]+)["']"""),
)
"""The names with which options are made."""
_COMPUTED: Final = tuple(re.compile(rb"%s(?!%s)" % (call, _NAME)) for call in _CALLS)
"""A call that makes an option whose name is no plain text; there are very few."""
_SCRIPTS: Final = "bin"
"""The folder of the programs up to 2013.1, some of which have options of their own."""
_MOST_ALIASES: Final = 5
_MOST_ITEMS: Final = 200
"""How many items are looked at of a list of older names; a release has 4 at most."""


@dataclass(frozen=True, slots=True)
class ConfigOption:
    """A config option as it is registered.

    ``type`` is the class of oslo.config that makes it (``IntOpt``), also for the flags of 2010.1 to 2011.3.
    ``default_text`` is the default as its author wrote it (``None`` where there is none, which means None);
    ``default`` its value, ``UNKNOWN`` where only running tells. ``deprecated`` are older names, as (group, name).
    ``minimum``, ``maximum`` and ``choices`` are ``None`` where nothing is said or only running tells.
    """

    group: str
    name: str
    type: str
    default_text: str | None
    default: object = field(hash=False)
    help: str | None
    deprecated: tuple[tuple[str, str], ...]
    minimum: int | float | None
    maximum: int | float | None
    choices: tuple[object, ...] | None = field(hash=False)
    secret: bool
    path: str
    line: int

    def __str__(self) -> str:
        return self.name if self.group == DEFAULT else f"[{self.group}] {self.name}"


class Options:
    """The config options of a program.

    Files are scanned for what makes options, and those that mention the option's name are read: first the folder
    ``conf`` of the package, where all options are since 14.0.0, and only then the rest of it and the programs.
    """

    def __init__(self, program: Program) -> None:
        self._program = program

    def find(self, group: str, name: str, *, near: Module | None = None) -> ConfigOption | None:
        """Return the option, ``None`` where nothing in this checkout registers it (a library's option, say).

        ``group`` is ``DEFAULT`` for options without one. Where several modules register an option of this name, one in
        the module ``near``, or in one that it names in ``import_opt``, is preferred.
        """
        return self._program.remember(("option", group, name, near), lambda: self._find(group, name, near))

    def find_use(self, expression: Expr, scope: Scope) -> ConfigOption | None:
        """Return the option that an expression in this scope is the value of, such as ``CONF.group.name``."""
        parts = use(expression, scope)
        if not parts:
            return None
        found = self.find(parts[0], parts[1], near=scope.module) if len(parts) > 1 else None
        # CONF.hosts.append: an option's value is asked for something.
        return found or self.find(DEFAULT, parts[0], near=scope.module)

    def in_module(self, module: Module) -> tuple[ConfigOption, ...]:
        """Return the options that a module registers; the group is ``""`` where it is not known."""
        return self._program.remember(("options", module), lambda: tuple(_options(module)))

    def names(self) -> frozenset[str]:
        """Return the names, without groups, of all options whose names stand in the source as plain texts."""
        package = self._program.checkout.package
        folders = (folder for folder in (package, _SCRIPTS) if self._program.checkout.is_folder(folder))
        return frozenset(name for folder in folders for name in self._makers(folder)[0])

    def _find(self, group: str, name: str, near: Module | None) -> ConfigOption | None:
        package = self._program.checkout.package
        found = self._registered(group, name, near)
        in_conf = found is not None and found.path.startswith(f"{package}/conf/")
        # Files are scanned that have nothing to do with it: what is found depends only on those that mention it.
        self._program.note("mentions", f"{package}/conf" if in_conf else package, (f"'{name}'",))
        return found

    def _registered(self, group: str, name: str, near: Module | None) -> ConfigOption | None:
        package = self._program.checkout.package
        for folder in (f"{package}/conf", package, _SCRIPTS):
            if not self._program.checkout.is_folder(folder):
                self._program.note("names", folder)
                continue
            made, computed = self._makers(folder)
            found = self._among(made.get(name, ()), group, name) or self._among(computed, group, name)
            if found:
                preferred = _preferred(near, group, name)
                best = min(found, key=lambda option: (option.group != group, preferred.get(option.path, 2)))
                return best if best.group else replace(best, group=group)
        return None

    def _among(self, paths: Sequence[str], group: str, name: str) -> list[ConfigOption]:
        """Return the options in these files that are, or may be, the one asked for."""
        self._program.load(paths)
        return [
            option
            for module in map(self._program.module_at, dict.fromkeys(paths))
            if module is not None
            for option in self.in_module(module)
            if option.name == name and option.group in {group, ""}
        ]

    def _files(self, folder: str) -> Iterator[tuple[str, bytes]]:
        # Scripts have no suffix, and are text of some kind.
        below = self._program.checkout.below
        return self._program.read_many(below(folder)) if folder == _SCRIPTS else self._program.scan(folder)

    def _makers(self, folder: str) -> tuple[Mapping[str, Sequence[str]], Sequence[str]]:
        return self._program.remember(("makers", folder), lambda: self._scan(folder))

    def _scan(self, folder: str) -> tuple[Mapping[str, Sequence[str]], Sequence[str]]:
        """Return the files that make an option, by its name; and those that make options with computed names."""
        # Any change below the folder may bring the option, or another one of its name.
        self._program.note("tree", folder)
        made: defaultdict[str, list[str]] = defaultdict(list)
        computed = []
        for path, data in self._files(folder):
            for name in (name for pattern in _MADE for name in pattern.findall(data)):
                made[name.decode().replace("-", "_")].append(path)
            if any(pattern.search(data) for pattern in _COMPUTED):
                computed.append(path)
        return made, computed


def use(expression: Expr, scope: Scope) -> tuple[str, ...]:
    """Return what follows ``CONF`` or ``FLAGS`` in an expression: ``("image_cache", "manager_interval")``.

    Empty where the expression is no use of the configuration. Names that stand for a part of it are followed.
    """
    parts = _chain(expression, scope)
    for _ in range(_MOST_ALIASES):
        for index, part in enumerate(parts):
            if part in _OBJECTS:
                return parts[index + 1 :]
        bound = _alias(parts[0], scope) if parts else ()
        if not bound:
            return ()
        parts = (*bound, *parts[1:])
    return ()


def _alias(name: str, scope: Scope) -> tuple[str, ...]:
    """Return the chain of names that a name is assigned, in this scope or an outer one."""
    where: Scope | None = scope
    while where is not None:
        match where.bindings.get(name):
            case None:
                where = where.outer
            case (Value(value, _),):
                return _chain(value, where)
            case _:
                return ()
    return ()


def _chain(expression: Expr, scope: Scope) -> tuple[str, ...]:
    """Return the names of a chain of attributes, subscripts and ``get``; empty where it is something else."""
    match expression:
        case str():
            return tuple(expression.split("."))
        case ("attr", value, name):
            return _longer(_chain(value, scope), name)
        case ("subscript", value, index):
            return _longer(_chain(value, scope), evaluate(index, scope))
        case ("call", "getattr", (value, name, *_), (), _, _):
            return _longer(_chain(value, scope), evaluate(name, scope))
        case ("call", str(function), (name, *_), (), _, _) if function.endswith(".get"):
            return _longer(tuple(function.split("."))[:-1], evaluate(name, scope))
    return ()


def _longer(chain: tuple[str, ...], name: object) -> tuple[str, ...]:
    return (*chain, name) if chain and isinstance(name, str) else ()


def _preferred(near: Module | None, group: str, name: str) -> dict[str, int]:
    """Return the files that a module gets an option from, by its own word: itself, and those of ``import_opt``."""
    if near is None:
        return {}
    found = {}
    imported = near.program.remember(("imports of options", near), _imported, near)
    for module, keywords in imported.get(name, ()):
        imported_group = evaluate(dict(keywords).get("group"), near)
        source = near.program.module(module)
        if source is not None and (imported_group or DEFAULT) == group:
            found[source.path] = 1
    return {**found, near.path: 0}


def _imported(module: Module) -> Mapping[str, Sequence[tuple[str, tuple[Keyword, ...]]]]:
    """Return what a module says with ``import_opt``, by the name of the option: the module and the keywords."""
    found: defaultdict[str, list[tuple[str, tuple[Keyword, ...]]]] = defaultdict(list)
    for statement in module.body:
        match statement:
            case ("expr", _, ("call", str(function), (("str", option), ("str", other), *_), keywords, _, _)):
                if function.endswith((".import_opt", ".DECLARE")):
                    found[option].append((other, keywords))
    return found


def _options(module: Module) -> Iterator[ConfigOption]:
    for registered in registrations(module):
        option = _option(registered)
        if option is not None:
            yield option


def _option(registered: OptionCall) -> ConfigOption | None:
    _, function, arguments, keywords, line, _ = registered.call
    given = dict(keywords)
    if isinstance(function, str) and "DEFINE_" in function:
        given = _flag(function, arguments) | given
    else:
        given = dict(zip(("name",), arguments, strict=False)) | given

    def value(keyword: str) -> object:
        return evaluate(given.get(keyword), registered.scope, registered.known)

    name = value("dest") or value("name")
    if not isinstance(name, str):
        return None
    group = registered.group or ""
    return ConfigOption(
        group=group,
        name=name.replace("-", "_"),
        type=registered.kind,
        default_text=render(given["default"]) if "default" in given else None,
        default=value("default"),
        help=_cleaned(value("help")),
        deprecated=tuple(_deprecated(given, registered, group, name)),
        minimum=_number(value("lower_bound" if "lower_bound" in given else "min")),
        maximum=_number(value("upper_bound" if "upper_bound" in given else "max")),
        choices=_choices(value("choices")),
        secret=value("secret") is True,
        path=registered.scope.module.path,
        line=line,
    )


def _flag(function: str, arguments: Sequence[Expr]) -> dict[str, Expr]:
    """Return the arguments of a function of gflags under the names that oslo.config has for them."""
    names = ("name", "default", "choices", "help") if function.endswith("DEFINE_enum") else ("name", "default", "help")
    return dict(zip(names, arguments, strict=False))


def _deprecated(given: Mapping[str, Expr], registered: OptionCall, group: str, name: str) -> Iterator[tuple[str, str]]:
    def text(call: Mapping[str, Expr], keyword: str) -> str | None:
        value = evaluate(call.get(keyword), registered.scope, registered.known)
        return value if isinstance(value, str) else None

    old_name, old_group = text(given, "deprecated_name"), text(given, "deprecated_group")
    if old_name or old_group:
        yield old_group or group, old_name or name
    for call in _calls(given.get("deprecated_opts"), registered.scope):
        _, _, arguments, keywords, _, _ = call
        older = dict(zip(("name", "group"), arguments, strict=False)) | dict(keywords)
        yield text(older, "group") or group, text(older, "name") or name


def _calls(expression: Expr, scope: Scope) -> Iterator[CallForm]:
    """Give the calls in a list, which may have a name; its items are looked at as far as :data:`_MOST_ITEMS`."""
    waiting = [(expression, scope)]
    for _ in range(_MOST_ITEMS):
        if not waiting:
            return
        form, where = waiting.pop()
        match form:
            case ("list" | "tuple", items):
                waiting += [(item, where) for item in reversed(items[:_MOST_ITEMS])]
            case ("call", *_):
                yield form
            case str():
                found = [one for one in candidates(form, where) if isinstance(one, Assigned)]
                waiting += [(one.value, one.scope) for one in reversed(found)]


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _choices(value: object) -> tuple[object, ...] | None:
    """Return the values alone: newer releases give each with its description."""
    if not isinstance(value, list | tuple):
        return None
    return tuple(choice[0] if isinstance(choice, list | tuple) and choice else choice for choice in value)


def _cleaned(value: object) -> str | None:
    """Return a help text without the indentation of its source."""
    return (inspect.cleandoc(value).strip() or None) if isinstance(value, str) else None
