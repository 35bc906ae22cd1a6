"""What a project calls the things at which the walk does more, or less, than go through a function: data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sphinxext.nova.program import ClassDef, mro

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.values import Object, Value
    from sphinxext.nova.flow.walker import Walker

_DRIVER: Final = "virt.driver.ComputeDriver"
_OF_CONTROLLERS: Final = frozenset(
    {
        "action",
        "api_version",
        "deserializers",
        "expected_errors",
        "extends",
        "query_schema",
        "removed",
        "response",
        "response_body_schema",
        "schema",
        "serializers",
    }
)
"""Decorators of REST actions: they check what comes in and goes out, or say how to find the method."""
_NONE: Final[frozenset[str]] = frozenset()
_ANYWHERE: Final = frozenset({"expects_func_args", "wrap_exception"})
"""Decorators that check how a function is declared (``utils.py``), or tell whoever listens of its exceptions."""


@dataclass(frozen=True)
class Boundaries:
    """The names that a walk is bounded by; those of modules and classes are without the package in front.

    ``prefixes`` maps the beginnings of functions' dotted names to what a step there is called: ``database``,
    ``external``, ``library``; an empty text takes some of them out again.
    """

    package: str = "nova"
    configuration: frozenset[str] = frozenset({"CONF", "FLAGS"})
    """How code calls the configuration."""
    registries: frozenset[str] = frozenset({"objects"})
    """Packages into which the classes below them put themselves when they are defined."""
    endless: frozenset[str] = frozenset({"sys.exit", "os._exit", "os.abort"})
    """Functions that do not return."""
    logging: tuple[str, ...] = ("LOG.", "self.LOG.")
    """The beginnings of statements that only write into a log."""
    spawning: frozenset[str] = frozenset(
        {
            "add_thread",
            "spawn",
            "spawn_after",
            "spawn_after_local",
            "spawn_n",
            "start_new_thread",
            "submit",
            "Thread",
        }
    )
    """Functions outside the checkout that let something else run what they are given, with the arguments after it."""
    opaque: frozenset[str] = frozenset({_DRIVER})
    """Classes whose methods are another world: which subclass it is, the configuration of a host tells."""
    opens: bool = False
    """Whether those methods are gone through all the same, in each subclass that the checkout has."""
    records: frozenset[str] = frozenset({"NovaObject", "CinderObject", "VersionedObject"})
    """Classes whose instances are told apart by no constructor: versioned objects."""
    deployment: tuple[tuple[str, object], ...] = (("cells.enable", False), ("conductor.use_local", False))
    """Config options that say what the deployment is made of: without cells v1, with a nova-conductor. Up to 19.0.0."""
    by_default: frozenset[str] = frozenset({"enabled_apis"})
    """Config options that say it by their default, which differs from release to release: the APIs of nova-api."""
    rollbacks: frozenset[str] = frozenset({"recover_method", "rollback", "error_callback"})
    """Parameters of opaque methods that are given what is to be done when something went wrong."""
    rpc_modules: frozenset[str] = frozenset({"rpc", "openstack.common.rpc"})
    """Modules whose functions send messages. Up to 2013.2."""
    closed_kinds: frozenset[str] = frozenset({"database", "external", "object"})
    """The kinds of steps behind which nobody looks: what happens there sends no message."""
    leaves: tuple[str, ...] = (
        "safe_utils.",
        "api.openstack.api_version_request.",
        "api.openstack.common.raise_http_conflict_for_instance_invalid_state",
        "api.openstack.compute.schemas.",
        "compute.pci_placement_translator.",
        "compute.provider_config.",
        "exception_wrapper._get",
        "virt.hardware.",
        "pci.devspec.",
        "pci.stats.",
        "pci.whitelist.",
        "policies.",
        "policy.",
        "i18n.",
        "exception.",
        "rpc.LegacyValidatingNotifier.",
        "rpc.get_notifier",
    )
    """The beginnings of the names of functions that only compute."""
    notifying: tuple[str, ...] = (
        "compute.manager.ComputeManager._notify_about_",
        "compute.utils.notify_about_",
        "notifications.base.",
        "notifications.objects.",
        "rpc.if_notifications_enabled",
    )
    """The beginnings of the names of functions that only tell whoever listens; no service of the project does."""
    unread: tuple[str, ...] = ()
    """The beginnings of the names of modules into which nobody looks, though they may call what they are given."""
    prefixes: tuple[tuple[str, str], ...] = (
        ("db.base.", ""),
        ("db.", "database"),
        ("network.neutron", "external"),
        ("network.quantum", "external"),
        ("volume.cinder", "external"),
        ("image.glance", "external"),
        ("scheduler.client.report", "external"),
        ("share.manila", "external"),
        ("accelerator.cyborg._CyborgClient.", "external"),
    )
    named: Mapping[str, str] = field(default_factory=dict)
    """What reaching a function is called, by its dotted name; it is then called without its decorators."""
    closed: Container[str] = ()
    """Those of them that are not gone through: nothing in them matters, nor what they return."""
    plain: tuple[tuple[str, frozenset[str]], ...] = (("api.", _OF_CONTROLLERS), ("", _ANYWHERE))
    """Decorators that change nothing that a walk is about, by their last names, in modules that begin like this."""
    idle: tuple[tuple[str, frozenset[str]], ...] = ()
    """Parameters that decide nothing, by the beginnings of the names of the functions that have them."""
    _records: dict[ClassDef, bool] = field(default_factory=dict, compare=False, repr=False)
    _opaques: dict[ClassDef, str | None] = field(default_factory=dict, compare=False, repr=False)
    _exceptions: dict[ClassDef, bool] = field(default_factory=dict, compare=False, repr=False)

    def is_record(self, class_: ClassDef) -> bool:
        """Tell whether instances of a class are told apart by no constructor: versioned objects, exceptions."""
        if class_ not in self._records:
            names = {one.fact.name if isinstance(one, ClassDef) else one.name.rpartition(".")[2] for one in mro(class_)}
            self._records[class_] = not self.records.isdisjoint(names) or self.is_exception(class_)
        return self._records[class_]

    def is_opaque_class(self, class_: ClassDef) -> bool:
        """Tell whether nobody looks into a class."""
        return self._opaque(class_) is not None or self.is_exception(class_)

    def opaque_attribute(self, class_: ClassDef, name: str) -> str | None:
        """Return the name of an attribute of a class that nobody looks into; ``None`` for other classes."""
        base = self._opaque(class_)
        return None if base is None else f"{base}().{name}"

    def is_standing(self, class_: ClassDef) -> bool:
        """Tell whether a class itself is one of which it is not known which subclass it is."""
        return self.short(class_.name) in self.opaque

    def _opaque(self, class_: ClassDef) -> str | None:
        if class_ not in self._opaques:
            ancestors = (class_,) if self.opens else mro(class_)
            self._opaques[class_] = next(
                (one.name for one in ancestors if isinstance(one, ClassDef) and self.is_standing(one)),
                None,
            )
        return self._opaques[class_]

    def is_exception(self, class_: ClassDef) -> bool:
        """Tell whether a class is one of exceptions, whose constructors only make messages."""
        if class_ not in self._exceptions:
            above = {one.name for one in mro(class_) if not isinstance(one, ClassDef)}
            self._exceptions[class_] = not above.isdisjoint({"builtins.Exception", "builtins.BaseException"})
        return self._exceptions[class_]

    def is_plain(self, module: str, decorator: str) -> bool:
        """Tell whether a decorator, by its last name, can be left out in a module."""
        short = self.short(module)
        return any(decorator in names and short.startswith(prefix) for prefix, names in self.plain)

    def short(self, name: str) -> str:
        """Return a dotted name without the package in front."""
        return name.removeprefix(f"{self.package}.")

    def kind(self, name: str) -> str | None:
        """Return what reaching this function is called, ``None`` for those that are gone through as any other."""
        if name in self.named:
            return self.named[name]
        short = self.short(name)
        if short is name:
            return None
        if not short.startswith(self._beginnings):
            return None
        return next((kind for prefix, kind in self.prefixes if short.startswith(prefix)), None) or None

    @cached_property
    def _beginnings(self) -> tuple[str, ...]:
        return tuple(prefix for prefix, _ in self.prefixes)

    @cached_property
    def _useless(self) -> tuple[str, ...]:
        return (*self.leaves, *self.notifying)

    @cached_property
    def _unread(self) -> tuple[str, ...]:
        return (*self._useless, *self.unread)

    def is_unread(self, module: str) -> bool:
        """Tell whether nothing in a module is looked into, so that it need not even be read."""
        short = f"{self.short(module)}."
        if short.startswith(self._unread):
            return True
        kind = next((kind for prefix, kind in self.prefixes if short.startswith(prefix)), None)
        return bool(kind) and kind in self.closed_kinds

    def is_leaf(self, name: str) -> bool:
        """Tell whether a function does nothing that anybody could ask for."""
        return self.short(name).startswith(self._useless)

    def idle_parameters(self, name: str) -> frozenset[str]:
        """Return the parameters of a function that decide nothing: it does the same whatever they are."""
        short = self.short(name)
        return next((names for prefix, names in self.idle if short.startswith(prefix)), _NONE)

    def element(self, walker: Walker, atom: Object) -> Value:  # noqa: ARG002 - of the general case
        """Return what going through an object gives."""
        return walker.atoms.any

    def parameter(self, walker: Walker, name: str) -> Value:
        """Return what a parameter of this name is when nothing is known of it."""
        del name
        return walker.atoms.any

    def local(self, walker: Walker, name: str, value: Value) -> Value:
        """Return what a local variable of this name is to which a value is assigned."""
        del walker, name
        return value

    def is_field(self, class_: ClassDef, name: str) -> bool:
        """Tell whether a class declares a field of this name, which may have to be loaded."""
        del class_, name
        return False

    def has_field(self, frame: Frame, made: Object, name: Value) -> bool | None:
        """Tell whether a record has a field of this name, ``None`` where nobody knows."""
        del frame, made, name
        return None

    def field(self, walker: Walker, made: Object, name: str, found: Value) -> Value:
        """Return an attribute of a record, of which ``found`` is what its methods assign."""
        del walker, made, name
        return found

    def loading(self, walker: Walker, made: Object, name: str) -> tuple[tuple[str, str] | None, bool]:
        """Return the kind and the name of the step that reading a field is, and whether that is the same each time."""
        del walker, made, name
        return None, True
