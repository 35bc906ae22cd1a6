"""The configuration values: each declared once, with its type, its check and the sentence that documents it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from sphinxext.nova.extension.warnings import warn
from sphinxext.nova.problems import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx
    from sphinx.config import Config


def _check_text(value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"not a string: {value!r}")


def _check_checkouts(value: object) -> None:
    if not isinstance(value, dict) or not all(isinstance(text, str) for pair in value.items() for text in pair):
        raise ValueError("not a dictionary from names to checkouts")
    for name in value:
        if not name or any(character.isspace() or character == ":" for character in name):
            raise ValueError(f"{name!r} cannot be the name of a checkout")


def _check_paths(value: object) -> None:
    if not isinstance(value, str) and not (
        isinstance(value, list | tuple) and all(isinstance(path, str) for path in value)
    ):
        raise ValueError("neither a path nor a list of paths")


def _check_source_uri(value: object) -> None:
    _check_text(value)
    # The default needs no check, and most projects keep it.
    if isinstance(value, str) and value != "opendev":
        from sphinxext.nova.checkout import source_uri_template

        source_uri_template(value)


def _check_options(value: object) -> None:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise ValueError("not a dictionary from names of config options to values")


def _check_participants(value: object) -> None:
    if not isinstance(value, dict) or not all(
        isinstance(text, str) and text for pair in value.items() for text in pair
    ):
        raise ValueError("not a dictionary from prefixes of dotted names to names of lifelines")


def _check_mermaid(value: object) -> None:
    if value not in {"sphinxcontrib", "local"}:
        raise ValueError(f"neither 'sphinxcontrib' nor 'local': {value!r}")


def _value(*types: type, check: Callable[[object], None], doc: str) -> dict[str, Any]:
    return {"types": types, "check": check, "doc": doc}


@dataclass(frozen=True, slots=True)
class NovaConfig:
    """The values of ``conf.py`` that begin with ``nova_``, checked; each is one field, documented by its metadata.

    All of them are read while pages are, so that another value reads every page again.
    """

    checkout: str | None = field(
        default=None,
        metadata=_value(
            str,
            type(None),
            check=_check_text,
            doc="Where the source is: a folder, relative to the folder of ``conf.py`` (``../nova``), or a revision of "
            "a git repository (``../nova@2013.2``), which is read from the object store; a bare repository will do.",
        ),
    )
    checkouts: dict[str, str] = field(
        default_factory=dict,
        metadata=_value(
            dict,
            check=_check_checkouts,
            doc="More checkouts, by the name that the option ``:checkout:`` of a directive calls them.",
        ),
    )
    catalog: str | list[str] = field(
        default_factory=list,
        metadata=_value(
            str,
            list,
            tuple,
            check=_check_paths,
            doc="One or several TOML files, relative to the folder of ``conf.py``, which describe folders and files; "
            "what they say goes before the bundled catalogue.",
        ),
    )
    source_uri: str | None = field(
        default="opendev",
        metadata=_value(
            str,
            type(None),
            check=_check_source_uri,
            doc="Where links to the source lead: ``opendev``, ``github``, a template of your own with ``{project}``, "
            "``{ref}``, ``{path}``, ``{line}`` and ``{endline}``, or ``None`` for no links.",
        ),
    )

    cache_dir: str | None = field(
        default=None,
        metadata=_value(
            str,
            type(None),
            check=_check_text,
            doc="The folder in which what was read of a checkout is kept for the next build, relative to the folder of "
            "``conf.py``; all projects and builds of one user may share it. Anybody who can write to it can change "
            "what pages say. ``None`` is the user's cache folder, an empty text keeps nothing.",
        ),
    )

    options: dict[str, object] = field(
        default_factory=dict,
        metadata=_value(
            dict,
            check=_check_options,
            doc="The values that config options are assumed to have in flows, by their names: "
            '``{"DEFAULT.reclaim_instance_interval": 0}``. Branches that they rule out are not told. Other options '
            "decide no branches, whatever their defaults are.",
        ),
    )
    participants: dict[str, str] = field(
        default_factory=dict,
        metadata=_value(
            dict,
            check=_check_participants,
            doc="Which lifeline of a diagram stands for something outside of Nova's processes, by the prefix of its "
            'dotted name: ``{"nova.virt.ironic": "Ironic"}``. The longest prefix that fits is taken; Neutron, '
            "Cinder, Glance, Placement, Cyborg, Manila and the hypervisor driver are known.",
        ),
    )
    mermaid: str = field(
        default="sphinxcontrib",
        metadata=_value(
            str,
            check=_check_mermaid,
            doc='Who draws diagrams in HTML: ``"sphinxcontrib"`` leaves it to sphinxcontrib-mermaid and its '
            'settings. ``"local"`` takes the file ``mermaid.min.js`` out of ``html_static_path`` and starts it from a '
            "file of this extension, so that diagrams appear without a network, from ``file://``, and under a "
            "``Content-Security-Policy`` that forbids inline scripts.",
        ),
    )

    @property
    def catalogs(self) -> tuple[str, ...]:
        """The user's catalogue files as written."""
        return (self.catalog,) if isinstance(self.catalog, str) else tuple(self.catalog)


def nova_config(config: Config) -> NovaConfig:
    """Give the checked values; an impossible one gives way to its default (``config-inited`` has warned of it)."""
    values = {}
    for item in fields(NovaConfig):
        value = getattr(config, f"nova_{item.name}")
        if not _error(item.metadata["check"], value):
            values[item.name] = value
    return NovaConfig(**values)


def _error(check: Callable[[object], None], value: object) -> str | None:
    try:
        check(value)
    except ValueError as error:
        return str(error)
    return None


def _check(_app: Sphinx, config: Config) -> None:
    for item in fields(NovaConfig):
        if error := _error(item.metadata["check"], getattr(config, f"nova_{item.name}")):
            warn(Kind.CONFIG, f"nova_{item.name}: {error}; the default is used")


def setup(app: Sphinx) -> None:
    """Add the configuration values to Sphinx."""
    defaults = NovaConfig()
    for item in fields(NovaConfig):
        app.add_config_value(f"nova_{item.name}", getattr(defaults, item.name), "env", item.metadata["types"])
    app.connect("config-inited", _check)
