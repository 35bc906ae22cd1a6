"""The reference pages, made from the code that they are about. An extension for this documentation only.

What the code says of itself (docstrings, ``doc`` of a configuration value or an option) is reStructuredText, so these
directives write reStructuredText around it and belong on pages in that language. Everything becomes an object of
Sphinx's own domains: other pages link to it, and it is in ``objects.inv``.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
from collections import defaultdict
from dataclasses import fields
from textwrap import indent
from types import NoneType
from typing import TYPE_CHECKING, ClassVar

from docutils.parsers.rst import directives
from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from sphinxext.nova import cli as command_line
from sphinxext.nova import problems
from sphinxext.nova.extension import config, domain, warnings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata, OptionSpec

logger = logging.getLogger(__name__)


def described(kind: str, signature: str, body: str, **options: str) -> str:
    """Write one object description, such as ``.. confval:: nova_checkout``."""
    values = "".join(f":{name}: {value}\n" for name, value in options.items())
    content = indent(f"{values}\n{body}", "   ")
    return f".. {kind}:: {indent(signature, '   ').lstrip()}\n{content}\n\n"


class PackageReference(SphinxDirective):
    """The API of a package and of all its modules: ``.. reference-package:: sphinxext.nova.checkout``.

    What the package itself offers is described there and not again where it is defined; a module or a name that begins
    with an underscore is nobody else's business.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse what was written; autodoc notes the modules that the page depends on."""
        name = self.arguments[0]
        package = importlib.import_module(name)
        self.env.note_dependency(inspect.getsourcefile(package) or "")
        offered = ", ".join(
            item
            for item in getattr(package, "__all__", ())
            if inspect.isroutine(value := getattr(package, item)) or inspect.isclass(value)
        )
        text = f".. automodule:: {name}\n   :members:\n\n"
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if "._" not in module.name:
                title = module.name.removeprefix("sphinxext.nova.")
                options = f"   :exclude-members: {offered}\n" if offered else ""
                text += f"{title}\n{'=' * len(title)}\n\n.. automodule:: {module.name}\n   :members:\n{options}\n"
        return self.parse_text_to_nodes(text, allow_section_headings=True)


class Reference(SphinxDirective):
    """A part of the reference; a subclass says from which modules and writes it."""

    modules: ClassVar[tuple[ModuleType, ...]]

    def run(self) -> list[nodes.Node]:
        """Parse what was written; the page is outdated when a module changes."""
        for module in self.modules:
            self.env.note_dependency(inspect.getsourcefile(module) or "")
        return self.parse_text_to_nodes("".join(self.write()))

    def write(self) -> Iterator[str]:
        """Write object descriptions."""
        raise NotImplementedError


class ConfigReference(Reference):
    """Every configuration value."""

    modules = (config,)

    def write(self) -> Iterator[str]:
        """Take them from the metadata of the fields."""
        defaults = config.NovaConfig()
        for field in fields(defaults):
            types = " or ".join(
                "``None``" if type_ is NoneType else f"``{type_.__name__}``" for type_ in field.metadata["types"]
            )
            default = f"``{getattr(defaults, field.name)!r}``"
            yield described("confval", f"nova_{field.name}", field.metadata["doc"], type=types, default=default)


class WarningReference(Reference):
    """Every kind of warning."""

    modules = (problems,)

    def write(self) -> Iterator[str]:
        """Take them from the strings below the members, which only the source has."""
        documented = ModuleAnalyzer.for_module(problems.__name__).find_attr_docs()
        for kind in problems.Kind:
            body = "\n".join(documented["Kind", kind.name])
            yield described("warning-type", f"{warnings.TYPE}.{kind.value}", body)


class DirectiveReference(Reference):
    """One directive: ``.. reference-directive:: nova-layout``; what the page says in the content follows."""

    modules = (domain,)
    required_arguments = 1
    has_content = True
    option_spec: ClassVar[OptionSpec] = {"argument": directives.unchanged}

    def write(self) -> Iterator[str]:
        """Take it from the class: its docstring and its declared options."""
        name = self.arguments[0]
        class_ = domain.DIRECTIVES[name]
        self.env.note_dependency(inspect.getsourcefile(class_) or "")
        options = (
            described("rst:directive:option", option.name, option.doc, type=option.values.replace("``", ""))
            for option in class_.known_options
        )
        body = "\n\n".join([inspect.getdoc(class_) or "", "\n".join(self.content), *options])
        signature = f".. {name}:: {self.options.get('argument', '')}".strip()
        yield described("rst:directive", signature, body)


class RoleReference(Reference):
    """Every role of the domain."""

    modules = (domain,)

    def write(self) -> Iterator[str]:
        """Take them from the classes; roles of one class are described together."""
        names = defaultdict(list)
        for name, role in domain.OpenStackDomain.roles.items():
            names[type(role)].append(f"{domain.OpenStackDomain.name}:{name}")
        for class_, roles in names.items():
            self.env.note_dependency(inspect.getsourcefile(class_) or "")
            yield described("rst:role", "\n".join(roles), inspect.getdoc(class_) or "")


class CommandLineReference(Reference):
    """The questions of ``sphinxext-nova`` and their options."""

    modules = (command_line,)

    def write(self) -> Iterator[str]:
        """Take them from the parser."""
        parser = command_line.parser()
        yield from self._program(parser, parser.description or "")

    def _program(self, parser: argparse.ArgumentParser, purpose: str) -> Iterator[str]:
        usage = indent(parser.format_usage(), "   ")
        yield f".. rubric:: {parser.prog}\n\n{purpose}\n\n::\n\n{usage}\n\n.. program:: {parser.prog}\n\n"
        # argparse has no public way to ask for what was added to a parser.
        for action in parser._actions:  # noqa: SLF001
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
                for command in action._choices_actions:  # noqa: SLF001
                    yield from self._program(action.choices[command.dest], (command.help or "").capitalize())
            elif not isinstance(action, argparse._HelpAction):  # noqa: SLF001
                yield self._option(action)

    def _option(self, action: argparse.Action) -> str:
        value = action.metavar or (f"{{{','.join(action.choices)}}}" if action.choices else "")
        signature = ", ".join(f"{option} {value}".strip() for option in action.option_strings) or value
        return described("option", str(signature), (action.help or "") % vars(action))


def check_complete(_app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of every directive that no page describes."""
    described_ones = {name for kind, name in env.domains.restructuredtext_domain.objects if kind == "directive"}
    for name in domain.DIRECTIVES.keys() - described_ones:
        logger.warning("no page has '.. reference-directive:: %s'", name)


def without_numbers(_app: Sphinx, _what: str, _name: str, _obj: object, _options: object, lines: list[str]) -> None:
    """Take out of a docstring what every field of a named tuple has there: that it is field number so and so."""
    if lines and lines[0].startswith("Alias for field number"):
        lines.clear()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directives, and the object type that warnings are of."""
    app.add_object_type("warning-type", "warning-type", "pair: %s; warning", objname="warning")
    app.add_directive("reference-package", PackageReference)
    app.add_directive("reference-config", ConfigReference)
    app.add_directive("reference-warnings", WarningReference)
    app.add_directive("reference-directive", DirectiveReference)
    app.add_directive("reference-roles", RoleReference)
    app.add_directive("reference-command-line", CommandLineReference)
    app.connect("autodoc-process-docstring", without_numbers)
    app.connect("env-check-consistency", check_complete)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
