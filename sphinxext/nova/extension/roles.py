"""Roles for things that a checkout holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from sphinx.roles import XRefRole

from sphinxext.nova.extension.library import library
from sphinxext.nova.extension.names import nova_name
from sphinxext.nova.extension.staleness import note
from sphinxext.nova.extension.warnings import warn
from sphinxext.nova.problems import Kind, QuestionError, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docutils import nodes
    from sphinx.environment import BuildEnvironment

    from sphinxext.nova.checkout import Checkout
    from sphinxext.nova.extension.library import Library
    from sphinxext.nova.problems import Problem
    from sphinxext.nova.program import Program


@dataclass(frozen=True, slots=True)
class Found:
    """What a role refers to: its name in the domain, and the address of its source, if it has one."""

    name: str
    address: str | None


@dataclass(slots=True)
class Looking:
    """A reference on its way: the checkout in which it is looked for, and what was looked at."""

    books: Library
    spec: str
    sources: set[Source] = field(default_factory=set)
    """What the page depends on, whether the thing is found or not."""
    problems: tuple[Problem, ...] = ()
    """What could not be read on the way."""

    @property
    def checkout(self) -> Checkout:
        """The checkout.

        :raises CheckoutError: it cannot be opened.
        """
        return self.books.checkout(self.spec)

    @property
    def program(self) -> Program:
        """The Python of the checkout.

        :raises CheckoutError: it cannot be opened.
        """
        return self.books.program(self.spec)

    def link(self, path: str, line: int | None = None) -> str | None:
        """Return the address of a place in the checkout, ``None`` where it has none; it names the commit or the tag."""
        self.sources.add(Source("ref", ""))
        return self.books.link(self.checkout, path, line)

    def missing(self, what: str, near: Sequence[str] = ()) -> QuestionError:
        """Make the error that says that there is no such thing, near matches of its name, and what was not read."""
        meant = f"; near matches: {', '.join(near)}" if near else ""
        error = QuestionError(
            Kind.NAME, f"no {what} in {self.checkout.project} {self.checkout.release or self.spec}{meant}"
        )
        error.add(self.problems)
        return error


class CheckoutRole(XRefRole):
    """A thing of a checkout; ``name:`` before the target means one of ``nova_checkouts``.

    As in the domains of Sphinx, ``~`` before the target shows its last part alone. A subclass finds the thing. What is
    not in the checkout is a warning of kind ``name``.
    """

    innernodeclass = nova_name
    separator: ClassVar[str] = "."
    """What stands between the parts of a target."""

    def process_link(
        self,
        env: BuildEnvironment,
        refnode: nodes.Element,
        has_explicit_title: bool,  # noqa: FBT001 - Sphinx's signature
        title: str,
        target: str,
    ) -> tuple[str, str]:
        """Look the thing up in the checkout, leave its address on the node and normalise the target."""
        name, colon, asked = target.rpartition(":")
        shown = title.rpartition(":")[2] if colon and not has_explicit_title else title
        if not has_explicit_title and target.startswith("~"):
            name, asked = name.removeprefix("~"), asked.removeprefix("~")
            shown = self.normalised(asked).rpartition(self.separator)[2]
        refnode["openstack:checkout"] = name
        books = library(env)
        if books.elsewhere:
            refnode["openstack:missing"] = True
            return shown, self.normalised(asked)
        if not name and not books.config.checkout and not books.config.checkouts:
            # A project without a checkout of its own may refer to another project's pages.
            return shown if target.startswith("~") else title, self.normalised(asked)
        try:
            looking = Looking(books, books.spec(name))
            objtype, thing = refnode["reftype"], self.normalised(asked)
            found = books.asked(looking.spec, lambda: self._found(env, looking, objtype, thing))
        except QuestionError as error:
            refnode["openstack:missing"] = True
            warn(error.kind, str(error), self.get_location())
            return shown, self.normalised(asked)
        refnode["openstack:source"] = found.address
        return shown, found.name

    def _found(self, env: BuildEnvironment, looking: Looking, objtype: str, target: str) -> Found:
        """Look for the thing, and note what the page depends on from now on, whether it is there or not."""
        try:
            return self.find(looking, objtype, target)
        except QuestionError:
            # After any change it may be found: what would have to change is not known.
            looking.sources |= {Source("tree", ""), Source("ref", "")}
            raise
        finally:
            note(env, looking.spec, looking.sources)

    def normalised(self, target: str) -> str:
        """Give the one spelling of a target that may be written in several ways."""
        return target.strip()

    def find(self, looking: Looking, objtype: str, target: str) -> Found:
        """Find a thing, and add what was looked at to what is looking for it.

        :raises QuestionError: there is none, or no such checkout.
        """
        raise NotImplementedError

    def result_nodes(
        self,
        document: nodes.document,  # noqa: ARG002 - Sphinx's signature
        env: BuildEnvironment,  # noqa: ARG002
        node: nodes.Element,
        is_ref: bool,  # noqa: ARG002, FBT001
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave just the text of what is not there: it has been warned of once."""
        return (list(node.children) if node.get("openstack:missing") else [node]), []


class PathRole(CheckoutRole):
    """A folder or a file of a checkout: ``:openstack:folder:`nova/conductor```, ``:openstack:file:`nova/service.py```.

    In ``:openstack:folder:`havana:nova/cells``` the checkout is one of ``nova_checkouts``. The reference leads to the
    row of a layout that shows the path, or else to the path's source. A path that is not in the checkout is a warning
    of kind ``name``.
    """

    separator = "/"

    def normalised(self, target: str) -> str:
        """Take away the slashes at the ends."""
        return target.strip("/")

    def find(self, looking: Looking, objtype: str, target: str) -> Found:
        """Look for the path."""
        from sphinxext.nova.openstack.layout import hidden

        # A file's own bytes count too: a file that differs from the commit has no link.
        looking.sources |= {Source("names" if objtype == "folder" else "file", target), Source("ref", "")}
        checkout = looking.checkout
        if checkout.is_folder(target) if objtype == "folder" else checkout.exists(target):
            return Found(target, looking.link(target))
        looking.problems = hidden(checkout, target)
        raise looking.missing(f"{objtype} {target}")


class TaskRole(CheckoutRole):
    """A periodic task: ``:openstack:task:`ComputeManager._sync_power_states```.

    The class may be left out where one class alone has a task of that name. The reference leads to the row of a table
    that shows the task, or else to the task's source.
    """

    def find(self, looking: Looking, objtype: str, target: str) -> Found:  # noqa: ARG002
        """Look among all tasks and timers."""
        from sphinxext.nova.extension.periodic_tasks import tasks
        from sphinxext.nova.openstack.periodic_tasks import near_tasks, tasks_named
        from sphinxext.nova.present.periodic_tasks import task_name

        answer = tasks(looking.books, looking.spec, with_timers=True)
        looking.sources |= answer.sources
        looking.problems = answer.problems
        found = tasks_named(answer.rows, target)
        names = sorted(set(map(task_name, found)))
        if not names:
            raise looking.missing(f"periodic task {target}", near_tasks(answer.rows, target))
        if len(names) > 1:
            raise QuestionError(Kind.NAME, f"{target} may be {' or '.join(names)}")
        return Found(names[0], looking.link(found[0].file, found[0].line))


class OptionRole(CheckoutRole):
    """A config option: ``:openstack:option:`image_cache.manager_interval```, or ``[image_cache] manager_interval``.

    The group ``DEFAULT`` is left out. The reference leads to where a page shows the option, or else to the place where
    it is registered.
    """

    def normalised(self, target: str) -> str:
        """Write the group before the name, with a dot between them."""
        group, bracket, name = target.strip().removeprefix("[").partition("]")
        text = f"{group.strip()}.{name.strip()}" if bracket else target.strip()
        return text.removeprefix("DEFAULT.")

    def find(self, looking: Looking, objtype: str, target: str) -> Found:  # noqa: ARG002
        """Look among all options that the checkout registers."""
        from sphinxext.nova.openstack.options import find_option, near_options

        program = looking.program
        option, sources = find_option(program, target)
        looking.sources |= sources
        if option is None:
            looking.problems = program.problems_in(sources)
            raise looking.missing(f"config option {target}", near_options(program, target))
        return Found(target, looking.link(option.path, option.line))


class DbRole(CheckoutRole):
    """A database function: ``:openstack:db:`instance_get_by_uuid```, or its whole dotted name.

    One that an object keeps for itself has its class before it: ``CellMapping._get_by_uuid_from_db``. The reference
    leads to the row of a table that shows the function, or else to the source of what does the work.
    """

    def find(self, looking: Looking, objtype: str, target: str) -> Found:  # noqa: ARG002
        """Look among the database functions."""
        from sphinxext.nova.openstack.database.catalogue import near_functions, of_name, sources

        program = looking.program
        with program.recording() as record:
            found = of_name(program, target)
        looking.sources |= {*record.sources, *sources(program)}
        if not found:
            looking.problems = program.problems_in(looking.sources)
            raise looking.missing(f"database function {target}", near_functions(program, target))
        if len(found) > 1:
            names = " or ".join(function.name for function in found)
            raise QuestionError(Kind.NAME, f"{target} may be {names}")
        [function] = found
        return Found(function.name, looking.link(function.file, function.line))


class EntryRole(CheckoutRole):
    """Something that can be called, and what happens then: an RPC method, or anything else that ``rpc-flow`` takes.

    ``:openstack:rpc:`compute.prep_resize``` names an RPC method by its topic (a namespace may stand between the two),
    ``:openstack:flow:`POST /servers/{id}/action resize``` what a flow starts with. The reference leads to where a page
    shows it, or else to the source of the function that is called.
    """

    def normalised(self, target: str) -> str:
        """Take away white space that means nothing."""
        return " ".join(target.split())

    def find(self, looking: Looking, objtype: str, target: str) -> Found:  # noqa: ARG002
        """Look for what is called."""
        from sphinxext.nova.openstack.rpc_flow import Flows

        program = looking.program
        with program.recording() as record:
            start = Flows(program).find(target)
        looking.sources |= record.sources
        fact = start.function
        return Found(target, looking.link(fact.module.path, fact.fact.line))


class ServiceRole(CheckoutRole):
    """A command or WSGI module: ``:openstack:service:`nova-compute```.

    The reference leads to the row of a table that shows it, or else to the function that it starts with.
    """

    def find(self, looking: Looking, objtype: str, target: str) -> Found:  # noqa: ARG002
        """Look among all commands and WSGI modules."""
        from sphinxext.nova.openstack.services import find_command

        command, sources = find_command(looking.program, target)
        looking.sources |= sources
        return Found(command.name, looking.link(command.file, command.line))
