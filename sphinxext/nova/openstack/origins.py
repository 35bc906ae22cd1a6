"""Where the host of a message comes from: its ``server`` argument, traced back to where it was made.

The expression is followed through parameters (to what the caller gives), local names and attributes (to what is
assigned to them), functions of the same class or module (to what they return) and messages (to what their sender puts
into them). Where it ends says what the host is: that of an instance, the one that a scheduler chose, the one that the
process runs on, or the source or destination of a migration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.model import HostRole
from sphinxext.nova.openstack.assignments import FIELDS, dotted_name, methods_mentioning
from sphinxext.nova.program import ClassDef, FunctionDef, last_name, lookup, mro
from sphinxext.nova.syntax.facts import ParameterKind
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sphinxext.nova.flow import Call, Sent
    from sphinxext.nova.openstack.assignments import Assignments
    from sphinxext.nova.program import Scope
    from sphinxext.nova.syntax.forms import CallForm, Expr

_PARAMETERS: Final = {
    "dest": HostRole.DESTINATION,
    "dest_host": HostRole.DESTINATION,
    "destination": HostRole.DESTINATION,
    "source": HostRole.SOURCE,
    "source_host": HostRole.SOURCE,
    "src_host": HostRole.SOURCE,
}
"""Parameters of which it is not known what they are given: an entry's, and those of what a library calls back."""
_CHOOSING: Final = frozenset({"select_destinations", "select_hosts", "schedule", "_schedule"})
"""Functions that return hosts which the scheduler has chosen."""
_REQUESTS: Final = frozenset({"body", "host", "host_name", "kwargs", "req"})
"""Parameters of nova-api's functions that hold what a user asks for."""
_CONFIGURED: Final = frozenset({"CONF.host", "FLAGS.host"})
_INSTANCES: Final = ("instance", "inst", "instance_ref", "server")
"""What instances are called, at the end of a name."""
_CONTAINERS: Final = frozenset({"args", "self", "body", "filters", "kwargs", "req"})
"""What says nothing of what is in it."""
_HOST: Final = "host"
_ITEM: Final = "#"
"""Before the number of an item, in the path to a host."""
_CONSTRUCTOR: Final = "__init__"
_TAKING: Final = frozenset({"get", "pop", "pop_front"})
"""Methods that give something out of a container."""
_DEEPEST: Final = 60
_MOST: Final = 8
"""How many origins are told apart."""
_GIVEN: Final = frozenset({ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL, ParameterKind.KEYWORD_ONLY})


class Origin(NamedTuple):
    """What a host is. ``of`` is the lifeline whose own host it is, or what the host belongs to: ``network``."""

    role: HostRole
    of: str = ""


class Hosted(NamedTuple):
    """The host of a message: all that it may be, what is tried first first.

    ``is_given`` says that it came with the message that the sender works on.
    """

    origins: tuple[Origin, ...]
    is_given: bool = False

    @property
    def is_of_server(self) -> bool:
        """Whether it is the host of a server, and neither the source nor the destination of a move."""
        return {one.role for one in self.origins} == {HostRole.SERVER}

    def of_server(self, *, is_about_a_server: bool) -> Hosted:
        """Return the same of a message about a server: the host that a user asks for is where the server moves."""
        if not is_about_a_server or Origin(HostRole.ASKED) not in self.origins:
            return self
        return Hosted((*self.origins, Origin(HostRole.DESTINATION)), self.is_given)


@dataclass(slots=True)
class Trip:
    """The calls from an endpoint, or the entry, to a message, and the message that led to that endpoint.

    ``line`` is the lifeline of the process that sends, ``service`` what runs in it.
    """

    step: Sent
    calls: tuple[Call, ...]
    scopes: tuple[Scope, ...]
    """Where each of the calls is written, and the message."""
    line: str
    service: str | None
    before: Trip | None
    reached: frozenset[Origin] = frozenset()
    """The host to which the message went that the process works on."""

    def is_at(self, origins: Collection[Origin]) -> bool:
        """Return whether a host is the one at which the process is already, whichever of several that is."""
        return bool(origins) and self.reached.issuperset(origins)


class _Where(NamedTuple):
    """A function on a trip: ``place`` is its index among the scopes, -1 for one that has returned."""

    trip: Trip
    place: int
    scope: Scope


class Tracer:
    """Traces the host of one message.

    :param package: the package of the project: its scheduler has chosen the hosts that it does not get from elsewhere.
    """

    def __init__(self, assignments: Assignments, trip: Trip, package: str) -> None:
        self._assignments = assignments
        self._trip = trip
        self._scheduler = f"{package}-scheduler"
        self._api = f"{package}-api"
        self._seen: set[tuple[object, ...]] = set()
        self._is_given = False
        self._roles: dict[HostRole, None] = {}

    def hosted(self) -> Hosted:
        """Return what the host of the message may be; nothing where it goes to no host in particular."""
        server = self._trip.step.server
        if server is None:
            return Hosted(())
        scope, expression = server
        indexes = [index for index, one in enumerate(self._trip.scopes) if one == scope]
        where = _Where(self._trip, indexes[-1] if indexes else -1, scope)
        origins = dict.fromkeys(self._traced(expression, (), where, "", 0))
        for role in self._roles:
            origins[Origin(role)] = None
        return Hosted(tuple(origins)[:_MOST], self._is_given)

    # --- expressions

    def _traced(  # noqa: C901 - a flat table
        self, expression: Expr, path: tuple[str, ...], where: _Where, hint: str, depth: int
    ) -> list[Origin]:
        """Return the origins of an attribute of an expression.

        :param path: the attribute, item or field of it that is the host.
        :param hint: the last name that it had.
        """
        if depth > _DEEPEST:
            return []
        match expression:
            case str():
                return self._named(expression, path, where, hint, depth)
            case ("attr", owner, name):
                return self._traced(owner, (name, *path), where, hint, depth + 1)
            case ("subscript", owner, ("str", key)):
                return self._traced(owner, (key, *path), where, hint, depth + 1)
            case ("subscript", owner, ("number", int(number), _)):
                return self._traced(owner, (f"{_ITEM}{number}", *path), where, hint, depth + 1)
            case ("subscript", owner, _):
                return self._traced(owner, path, where, hint, depth + 1)
            case ("or", items):
                for item in items:
                    if found := self._traced(item, path, where, hint, depth + 1):
                        return found
                return []
            case ("and", (*_, last)) | ("await", last) | ("*", last) | ("walrus", _, last):
                return self._traced(last, path, where, hint, depth + 1)
            case ("choose", _, one, other):
                found = self._traced(one, path, where, hint, depth + 1)
                return [*found, *self._traced(other, path, where, hint, depth + 1)]
            case ("tuple" | "list" | "set", items):
                items, path = _chosen(items, path)
                return [one for item in items for one in self._traced(item, path, where, hint, depth + 1)]
            case ("dict", pairs):
                values = [value for key, value in pairs if path and key == ("str", path[0])]
                return [one for value in values for one in self._traced(value, path[1:], where, hint, depth + 1)]
            case ("comp", _, element, _):
                return self._traced(element, path, where, hint, depth + 1)
            case ("call", _, _, _, _, _):
                return self._called(expression, path, where, hint, depth)
        return []

    def _named(self, dotted: str, path: tuple[str, ...], where: _Where, hint: str, depth: int) -> list[Origin]:
        key = (id(where.trip), where.place, where.scope, dotted, path)
        if key in self._seen:
            return []
        self._seen.add(key)
        whole = ".".join((dotted, *(name for name in path if not name.startswith(_ITEM))))
        if whole in _CONFIGURED:
            return [Origin(HostRole.OWN, where.trip.line)]
        head, *attributes = dotted.split(".")
        rest = (*attributes, *path)
        if rest and rest[-1] in FIELDS:
            return [Origin(FIELDS[rest[-1]])]
        role = self._role(whole, where.scope)
        if role is not None:
            self._roles[role] = None
        hint = hint or _owner(head, rest)
        found = self._of_name(head, rest, where, hint, depth)
        return self._ends(head, rest, where, hint) if found is None else found

    def _role(self, dotted: str, scope: Scope) -> HostRole | None:
        """Return the role of a host by the field into which a function puts it, or another method of its class."""
        role = self._assignments.stored(scope).get(dotted) if not isinstance(scope, ClassDef) else None
        if role is None and dotted.startswith("self.") and isinstance(scope, FunctionDef) and scope.inside is not None:
            role = self._assignments.stored_in_class(scope.inside).get(dotted)
        return role

    def _of_name(self, head: str, rest: tuple[str, ...], where: _Where, hint: str, depth: int) -> list[Origin] | None:
        """Return the origins of a local name's attribute, ``None`` where nothing says what it is."""
        scope = where.scope
        if not isinstance(scope, FunctionDef):
            return None
        parameters = scope.fact.parameters
        if head == "self" and rest and scope.inside is not None:
            return self._attribute(scope.inside, rest, where, hint, depth)
        assigned = self._assignments.assigned(scope, head)
        is_parameter = any(parameter.name == head for parameter in parameters)
        if assigned is None and not is_parameter:
            return self._closed_over(head, rest, where, hint, depth)
        found: list[Origin] | None = None
        if is_parameter and (assigned is None or not assigned.is_always):
            found = self._parameter(scope, head, rest, where, hint, depth)
        if assigned is not None:
            for value in assigned.values:
                found = [*(found or ()), *self._traced(value, rest, where, hint, depth + 1)]
            if not found:
                for value in assigned.instead:
                    found = [*(found or ()), *self._traced(value, rest, where, hint, depth + 1)]
        return found or (None if is_parameter or assigned is not None else found)

    def _closed_over(
        self, head: str, rest: tuple[str, ...], where: _Where, hint: str, depth: int
    ) -> list[Origin] | None:
        outer = where.scope.outer
        if not isinstance(outer, FunctionDef):
            return None
        return self._of_name(head, rest, self._at(outer, where), hint, depth + 1)

    @staticmethod
    def _at(scope: Scope, where: _Where) -> _Where:
        """Return where a function is on a trip."""
        scopes = where.trip.scopes[: where.place] if where.place >= 0 else where.trip.scopes
        index = next((index for index in range(len(scopes) - 1, -1, -1) if scopes[index] == scope), -1)
        return _Where(where.trip, index, scope)

    def _ends(self, head: str, rest: tuple[str, ...], where: _Where, hint: str) -> list[Origin]:
        """Return what a host is that cannot be followed further.

        :param hint: what has the host, by the name that it had where the host was taken from it.
        """
        if _is_server(hint):
            return [Origin(HostRole.SERVER)]
        names = (head, *(name for name in rest if not name.startswith(_ITEM)))
        if names == ("self", _HOST):
            return [Origin(HostRole.OWN, where.trip.line)]
        if where.trip.service == self._scheduler:
            return [Origin(HostRole.CHOSEN)]
        if len(names) == 1:
            return [Origin(_PARAMETERS[head])] if head in _PARAMETERS else []
        return [Origin(HostRole.OTHER, hint)] if hint and names[-1] == _HOST and hint not in _CONTAINERS else []

    # --- calls

    def _called(self, form: CallForm, path: tuple[str, ...], where: _Where, hint: str, depth: int) -> list[Origin]:
        _, function, positional, _, _, _ = form
        last = last_name(function)
        if last in _CHOOSING:
            return [Origin(HostRole.CHOSEN)]
        if function == "zip" and path and path[0].startswith(_ITEM):
            items, path = _chosen(positional, path)
            return [one for item in items for one in self._traced(item, path, where, hint, depth + 1)]
        owner = _container(function)
        if last in _TAKING and owner is not None:
            match positional:
                case (("str", key), *_):
                    return self._traced(owner, (key, *path), where, hint, depth + 1)
            return self._traced(owner, path, where, hint, depth + 1)
        callee = _callee(function, where.scope)
        if callee is None:
            return self._ends("", path, where, hint)
        return self._returned(callee, form, path, where, hint, depth)

    def _returned(
        self, callee: FunctionDef, form: CallForm, path: tuple[str, ...], where: _Where, hint: str, depth: int
    ) -> list[Origin]:
        """Return the origins of what a function returns; what it returns first is what it prefers."""
        step_in = _Where(Trip(where.trip.step, (), (), where.trip.line, where.trip.service, None), -1, callee)
        for expression in self._assignments.returned(callee):
            dotted = dotted_name(expression)
            if dotted is None:
                found = self._traced(expression, path, step_in, hint, depth + 1)
            else:
                found = self._of_returned(dotted, path, callee, form, where, hint, depth)
            if found:
                return found
        return []

    def _of_returned(
        self,
        dotted: str,
        path: tuple[str, ...],
        callee: FunctionDef,
        form: CallForm,
        where: _Where,
        hint: str,
        depth: int,
    ) -> list[Origin]:
        head, *rest = dotted.split(".")
        hint = hint or _owner(head, (*rest, *path))
        if head == "self":
            return self._named(dotted, path, where, hint, depth + 1)
        if any(parameter.name == head for parameter in callee.fact.parameters):
            argument = _argument(callee, head, form)
            if argument is not None:
                return self._traced(argument, (*rest, *path), where, hint, depth + 1)
        assigned = self._assignments.assigned(callee, head)
        if assigned is None:
            return []
        found: list[Origin] = []
        for value in (*assigned.values, *assigned.instead):
            inner = dotted_name(value)
            if inner is not None and inner != dotted:
                found += self._of_returned(inner, (*rest, *path), callee, form, where, hint, depth + 1)
            elif inner is None:
                outside = self._at(callee, where)
                found += self._traced(value, (*rest, *path), outside, hint, depth + 1)
        return found

    # --- attributes

    def _attribute(
        self, class_: ClassDef, rest: tuple[str, ...], where: _Where, hint: str, depth: int
    ) -> list[Origin] | None:
        name, *more = rest
        found: list[Origin] = []
        values = self._assignments.attribute(class_, name)
        for method, value in values:
            found += self._traced(value, tuple(more), self._at(method, where), hint, depth + 1)
        return found or None

    # --- parameters

    def _parameter(
        self, scope: FunctionDef, name: str, rest: tuple[str, ...], where: _Where, hint: str, depth: int
    ) -> list[Origin]:
        """Return the origins of an attribute of a parameter: what the callers give, or the message."""
        if rest and _is_keywords(scope, name):
            name, *more = rest
            rest = tuple(more)
        arguments = self._arguments(scope, name, where)
        if arguments is None:
            is_asked = where.trip.service == self._api and name in _REQUESTS and not _is_server(hint)
            return [Origin(HostRole.ASKED)] if is_asked else []
        return [one for value, there in arguments for one in self._traced(value, rest, there, hint, depth + 1)]

    def _arguments(self, scope: FunctionDef, name: str, where: _Where) -> list[tuple[Expr, _Where]] | None:
        """Return what is put in the place of a parameter; ``None`` for those of the entry of the flow."""
        trip, index = where.trip, where.place
        if index < 0:
            return list(self._of_callers(scope, name, where))
        for place in range(index - 1, -1, -1):
            outer, call = trip.scopes[place], trip.calls[place]
            if not isinstance(outer, FunctionDef):
                break
            there = _Where(trip, place, outer)
            if call.form is None:
                handed = _handed(scope, name, outer, call.line)
                return [] if handed is None else [(handed, there)]
            argument = _argument(scope, name, call.form)
            if argument is not None:
                return [(argument, there)]
            spread = _spread(call.form)
            if not spread:
                return []
            values = self._assignments.given(outer, name)
            if values:
                return [(value, there) for value in values]
            if not _hands_on(outer, spread):
                return []
        return self._of_message(name, trip)

    def _of_message(self, name: str, trip: Trip) -> list[tuple[Expr, _Where]] | None:
        """Return what the sender puts into a message by a name."""
        if trip is self._trip:
            self._is_given = True
        before = trip.before
        if before is None:
            return None
        for place in range(len(before.scopes) - 1, -1, -1):
            values = self._assignments.given(before.scopes[place], name)
            if values:
                return [(value, _Where(before, place, before.scopes[place])) for value in values]
        return []

    def _of_callers(self, scope: FunctionDef, name: str, where: _Where) -> Iterator[tuple[Expr, _Where]]:
        """Give what is put in the place of a parameter of a function that has returned: by those on the trip."""
        called = scope.fact.name
        if called == _CONSTRUCTOR and scope.owner is not None:
            names, classes = {scope.owner.fact.name}, {scope.owner}
            for one in where.trip.scopes:
                if isinstance(one, FunctionDef) and one.inside is not None and scope.owner in mro(one.inside):
                    classes.add(one.inside)
                    names.add(one.inside.fact.name)
            yield from self._of_constructors(scope, name, where, classes)
        else:
            names = {called}
        for named in names:
            for outer in self._nearby(where.trip, named):
                for form in self._assignments.calls(outer, named):
                    argument = _argument(scope, name, form)
                    if argument is not None and outer != scope:
                        yield argument, self._at(outer, _Where(where.trip, -1, outer))

    def _of_constructors(
        self, scope: FunctionDef, name: str, where: _Where, classes: Iterable[ClassDef]
    ) -> Iterator[tuple[Expr, _Where]]:
        """Give what the constructors of classes below give to the one of the class above."""
        for class_ in classes:
            for form in self._of_super(class_, scope):
                argument = _argument(scope, name, form)
                if argument is not None:
                    own = lookup(class_, _CONSTRUCTOR)
                    if own is not None and isinstance(own.definition, FunctionDef):
                        yield argument, _Where(where.trip, -1, own.definition)

    def _of_super(self, class_: ClassDef, scope: FunctionDef) -> list[CallForm]:
        own = lookup(class_, _CONSTRUCTOR)
        if own is None or not isinstance(own.definition, FunctionDef) or own.definition == scope:
            return []
        return self._assignments.calls(own.definition, _CONSTRUCTOR)

    @staticmethod
    def _nearby(trip: Trip, called: str) -> Iterator[Scope]:
        """Give the functions on a trip, the innermost first, then the methods of their classes that name something."""
        seen: set[Scope] = set()
        for scope in reversed(trip.scopes):
            if scope not in seen:
                seen.add(scope)
                yield scope
        for class_ in dict.fromkeys(scope.inside for scope in reversed(trip.scopes) if isinstance(scope, FunctionDef)):
            for method in methods_mentioning(class_, called) if class_ is not None else ():
                if method not in seen:
                    seen.add(method)
                    yield method


# --- forms


def _container(function: Expr) -> Expr:
    """Return what something is a method of, ``None`` for a function."""
    match function:
        case str():
            return function.rpartition(".")[0] or None
        case ("attr", owner, _):
            return owner
    return None


def _chosen(items: tuple[Expr, ...], path: tuple[str, ...]) -> tuple[tuple[Expr, ...], tuple[str, ...]]:
    """Return the item of several that a path begins with, and the rest of the path; all of them where it does not."""
    if not path or not path[0].startswith(_ITEM):
        return items, path
    number = int(path[0].removeprefix(_ITEM))
    return items[number : number + 1] if number >= 0 else items, path[1:]


def _callee(function: Expr, scope: Scope) -> FunctionDef | None:
    """Return the function of the same class or module that is called."""
    if not isinstance(function, str):
        return None
    owner, _, name = function.rpartition(".")
    if owner == "self" and isinstance(scope, FunctionDef) and scope.inside is not None:
        member = lookup(scope.inside, name)
        definition = member.definition if member is not None else None
        return definition if isinstance(definition, FunctionDef) else None
    if owner:
        return None
    for fact in scope.module.facts.functions_called(name):
        if fact.class_ is None and fact.outer is None:
            return FunctionDef(scope.module, fact.index)
    return None


def _argument(callee: FunctionDef, name: str, form: CallForm) -> Expr:
    """Return what a call gives for a parameter, ``None`` where it does not name it."""
    for keyword, value in form[3]:
        if keyword == name:
            return value
    names = [parameter.name for parameter in callee.fact.parameters if parameter.kind in _GIVEN]
    if name not in names:
        return None
    index = names.index(name)
    if callee.owner is not None and names and names[0] in {"self", "cls"} and _first(form) != names[0]:
        index -= 1
    if not 0 <= index < len(form[2]):
        return None
    if any(isinstance(one, tuple) and one[0] == "*" for one in form[2][: index + 1]):
        return None
    return form[2][index]


def _first(form: CallForm) -> Expr:
    return form[2][0] if form[2] else None


def _spread(form: CallForm) -> list[str]:
    """Return the names that a call gives as ``*args`` and ``**kwargs``."""
    found = [one[1] for one in form[2] if isinstance(one, tuple) and one[0] == "*" and isinstance(one[1], str)]
    return [*found, *(value for keyword, value in form[3] if keyword == "**" and isinstance(value, str))]


def _is_keywords(scope: FunctionDef, name: str) -> bool:
    """Return whether a parameter is ``**kwargs``."""
    return any(one.name == name and one.kind is ParameterKind.STAR_STAR for one in scope.fact.parameters)


def _owner(head: str, rest: tuple[str, ...]) -> str:
    """Return what has the host: ``instance`` of ``self.instance.host``; ``""`` where it is a name of its own."""
    names = [head, *(name for name in rest if not name.startswith(_ITEM))]
    return names[-2] if len(names) > 1 and names[-1] == _HOST and names[-2] not in _CONTAINERS else ""


def _is_server(name: str) -> bool:
    """Return whether something is called as servers are: ``instance``, ``db_instance``."""
    return name.rpartition("_")[2] in _INSTANCES


def _hands_on(scope: Scope, spread: Iterable[str]) -> bool:
    """Tell whether what a function gives is what it was given itself: ``*args, **kwargs``."""
    if not isinstance(scope, FunctionDef):
        return False
    stars = {one.name for one in scope.fact.parameters if one.kind not in _GIVEN}
    return not stars.isdisjoint(spread)


def _handed(callee: FunctionDef, name: str, scope: Scope, line: int) -> Expr:
    """Return what goes with a function that is handed to something else: ``spawn_n(self._do, context, host)``."""
    for call in calls(scope.body):
        if call[4] != line:
            continue
        for index, argument in enumerate(call[2]):
            if isinstance(argument, str) and argument.rpartition(".")[2] == callee.fact.name:
                rest: CallForm = ("call", argument, call[2][index + 1 :], call[3], call[4], call[5])
                return _argument(callee, name, rest)
    return None
