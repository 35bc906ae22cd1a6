"""What is in this tree: folders and files, what each is for, and how big it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from sphinxext.nova.model import Answer, Kind, LayoutRow, Problem, QuestionError, Role, Source
from sphinxext.nova.openstack.docstrings import summary
from sphinxext.nova.openstack.roles import role_of
from sphinxext.nova.program import Program, fewer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sphinxext.nova.catalog import Catalog
    from sphinxext.nova.checkout import Checkout
    from sphinxext.nova.program import Module
    from sphinxext.nova.syntax import FileFacts

# Where a package says what it is for when its __init__.py does not, best first (measured on 2013.2 and 34.0.0).
_SPOKESMEN = ("__init__.py", "manager.py", "api.py", "driver.py", "base.py")


@dataclass(slots=True)
class _Size:
    files: int = 0
    lines: int = 0


def layout(
    checkout: Checkout,
    folder: str = "",
    *,
    depth: int = 1,
    catalogs: Sequence[tuple[str, Catalog]] = (),
    language: str = "en",
    program: Program | None = None,
) -> Answer[LayoutRow]:
    """Say what is below a folder.

    :param folder: relative to the checkout's root, ``""`` for the root itself.
    :param depth: how many levels below the folder get rows of their own; sizes always count everything.
    :param catalogs: where descriptions come from, best first, each with the name that ``described_by`` gives it.
    :param language: a language code such as ``ja``, for catalogues that have it.
    :param program: the checkout's, where there is one: what it has read is not read again.
    :returns: the rows depth first, at each level folders before files.
    :raises QuestionError: the checkout has no such folder.
    """
    folder = "/".join(part for part in folder.split("/") if part not in {"", "."})
    if folder and not checkout.is_folder(folder):
        error = QuestionError(Kind.NAME, _unknown(checkout, folder))
        error.add(hidden(checkout, folder))
        raise error
    reading = _Reading(program or Program(checkout), tuple(catalogs), language)
    reading.measure(folder)
    with reading.program.recording() as record:
        rows = tuple(reading.rows(folder, depth))
    # What was read elsewhere: the base classes by which a file's role is found.
    prefix = f"{folder}/" if folder else ""
    elsewhere = [source for source in record.sources if not source.path.startswith(prefix)]
    return Answer(
        rows,
        tuple(dict.fromkeys((*reading.problems, *reading.program.problems_in(elsewhere)))),
        frozenset({Source("tree", folder), Source("ref", ""), *elsewhere}),
    )


def holds(checkout: Checkout, path: str) -> bool:
    """Tell whether the checkout has a file or a folder of that name."""
    return checkout.exists(path) or checkout.is_folder(path)


def hidden(checkout: Checkout, path: str) -> tuple[Problem, ...]:
    """Return what may hide a file, a folder or what is in it: problems of the listing, and what only git has.

    What git has and the checkout lacks is one problem for each file, or for the highest folder that is not there.
    """
    inside = f"{path}/" if path else ""
    # What was wrong with a folder above, or with the checkout as a whole, may have hidden something here.
    found = [
        problem
        for problem in checkout.problems
        if not problem.file or f"{problem.file}/".startswith(inside) or inside.startswith(f"{problem.file}/")
    ]
    lacking: Counter[str] = Counter()
    for file in sorted(checkout.absent):
        if file == path or file.startswith(inside):
            above = file
            while "/" in above and not checkout.is_folder(above.rpartition("/")[0]):
                above = above.rpartition("/")[0]
            lacking[above] += 1
    for above, count in lacking.items():
        many = "" if above in checkout.absent else f", with {count} files that git has"
        found.append(Problem(Kind.MISSING, f"not in this checkout{many}; it is not in the answer", above))
    return tuple(fewer(found))


def _unknown(checkout: Checkout, folder: str) -> str:
    if checkout.exists(folder):
        return f"{folder} is a file, not a folder"
    near = get_close_matches(folder.replace(".", "/"), checkout.folders(), n=3)
    meant = f"; near matches: {', '.join(near)}" if near else ""
    return f"no folder {folder} in {checkout.project} {checkout.release or checkout.spec}{meant}"


class _Reading:
    """One question on its way: the files read so far and what was wrong with them."""

    def __init__(self, program: Program, catalogs: tuple[tuple[str, Catalog], ...], language: str) -> None:
        self.program = program
        self.checkout = program.checkout
        self.catalogs = catalogs
        self.language = language
        self.problems: list[Problem] = []
        self._facts: dict[str, FileFacts | None] = {}
        self._sizes: dict[str, _Size] = {}
        self._inside: dict[str, set[str]] = {}
        self._unread: set[str] = set()

    def measure(self, folder: str) -> None:
        """Count files and lines of every folder and file below ``folder``."""
        prefix = f"{folder}/" if folder else ""
        self.problems += hidden(self.checkout, folder)
        sizes: dict[str, _Size] = defaultdict(_Size)
        unread = set[str]()
        inside: dict[str, set[str]] = defaultdict(set)
        for path, data in self.checkout.read_many(self.checkout.below(folder)):
            if isinstance(data, Problem):
                self.problems.append(data)
                unread.add(path)
                lines = 0
            else:
                lines = _lines(data)
            sizes[path] = _Size(1, lines)
            child = path
            while "/" in child[len(prefix) :]:
                parent = child.rpartition("/")[0]
                inside[parent].add(child)
                sizes[parent].files += 1
                sizes[parent].lines += lines
                child = parent
            inside[folder].add(child)
        self._sizes, self._inside, self._unread = sizes, inside, unread

    def rows(self, folder: str, depth: int, level: int = 0) -> Iterable[LayoutRow]:
        """Describe what is directly in ``folder``, and below that ``depth`` - 1 levels more."""
        in_service = self._serves(folder)
        for path in sorted(self._inside[folder], key=lambda path: (path not in self._inside, path.casefold(), path)):
            is_folder = path in self._inside
            described_by, description = self._describe(path, is_folder=is_folder)
            yield LayoutRow(
                path=path,
                kind="folder" if is_folder else "file",
                description=description,
                described_by=described_by,
                role=self._role(path, is_folder=is_folder) if in_service else None,
                service=self._service(path) if is_folder else None,
                files=self._sizes[path].files,
                lines=None if path in self._unread else self._sizes[path].lines,
                depth=level,
            )
            if is_folder and level + 1 < depth:
                yield from self.rows(path, depth, level + 1)

    def _serves(self, folder: str) -> bool:
        """Tell whether ``folder`` is the body of a service or lies in one."""
        while folder:
            if self._service(folder):
                return True
            folder = folder.rpartition("/")[0]
        return False

    def _service(self, folder: str) -> str | None:
        """Give the service that the first catalogue which names one says: describing a folder anew takes none away."""
        entries = (catalog.lookup(folder, self.checkout.release) for _name, catalog in self.catalogs)
        return next((entry.service for entry in entries if entry and entry.service), None)

    def _describe(self, path: str, *, is_folder: bool) -> tuple[str | None, str | None]:
        for name, catalog in self.catalogs:
            if entry := catalog.lookup(path, self.checkout.release):
                return name, entry.description(self.language)
        modules = (f"{path}/{name}" for name in _SPOKESMEN) if is_folder else (path,)
        for module in modules:
            if (facts := self._read(module)) and (text := summary(facts.docstring)):
                return "docstring", text
        return None, None

    def _role(self, path: str, *, is_folder: bool) -> Role | None:
        if not is_folder:
            module = self._module(path)
            return role_of(module) if module else None
        modules = [module for file in self.checkout.below(path) if (module := self._module(file))]
        roles = [role_of(module) for module in modules if module.facts.classes]
        # A folder has the role that all its modules with classes share: conductor/tasks, and nothing by accident.
        return roles[0] if roles and len(set(roles)) == 1 else None

    def _module(self, path: str) -> Module | None:
        return self.program.module_at(path) if self._read(path) else None

    def _read(self, path: str) -> FileFacts | None:
        if path not in self._facts:
            self._facts[path] = None
            if path.endswith(".py") and self.checkout.exists(path):
                self._facts[path] = facts = self.program.facts(path)
                # That a file cannot be read at all has been reported by measure().
                self.problems += facts.problems
        return self._facts[path]


def _lines(data: bytes) -> int:
    """Count the lines of a text; what holds a NUL byte is no text and has none."""
    if b"\0" in data:
        return 0
    return data.count(b"\n") + (not data.endswith(b"\n") if data else 0)
