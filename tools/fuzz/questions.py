"""One question about a tree: on the command line, or in the pages of a small Sphinx project."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fuzz.hostile import text

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from fuzz.tree import Tree

QUESTIONS: Final = {
    "layout": 2,
    "services": 3,
    "rpc-methods": 3,
    "rpc-flow": 6,
    "db-calls": 4,
    "periodic-tasks": 3,
}
"""The questions, and how often each is asked."""
_SELDOM: Final = 0.3
_MORE: Final[dict[str, tuple[float, str, tuple[str, ...]]]] = {
    "layout": (0.3, "--language", ("ja", "en", "de", "\x1b", "")),
    "services": (0.6, "--with", ("start",)),
    "rpc-methods": (0.5, "--with", ("callers",)),
    "rpc-flow": (0.3, "--explain", ()),
    "periodic-tasks": (0.5, "--with", ("timers", "talks_to", "talks_to,timers")),
}
"""Options that only one question has, and how often they are given."""
_REVISIONS: Final = (
    *("main", "main", "main", "2013.2", "2013.2", "2013.2", "first", "HEAD", "HEAD~1"),
    *("absent", "\x1b", "main:nova", "-h", "@{-1}", "main^{tree}", ""),
)
BUILD_SHARE: Final = 0.03
"""Which part of the questions are builds."""
BUILDERS: Final = ("html", "html", "text", "epub", "epub", "latex", "xml", "man", "texinfo", "pseudoxml", "singlehtml")
_DEF: Final = re.compile(rb"(?m)^( *)(?:async )?(def|class) (\w+)")
_COMMAND: Final = re.compile(rb"(?m)^\s*\"?(nova-[\w-]+)\"?\s*=")
_ROUTE: Final = re.compile(rb"'(/[\w{}/:-]*)'")
_ACTION: Final = re.compile(rb"wsgi\.action\('(\w+)'\)")
_MOST_NAMES: Final = 5000
_CLEAN: Final = re.compile(r"[\w./{} -]+")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    ``arguments`` are those of the command line but for the checkout; ``revision`` is what stands behind the ``@``.
    ``where`` is how the checkout is named: ``absolute``, ``relative`` or ``here`` (none is given, and the process runs
    in it). ``sink`` is what standard output is: ``file``, ``ascii`` (a file, and another encoding), ``full``,
    ``closed`` or ``pipe`` (without a reader). With a ``builder`` it is a build of the page ``page``.
    """

    arguments: tuple[str, ...] = ()
    revision: str | None = None
    where: str = "absolute"
    sink: str = "file"
    builder: str | None = None
    page: str = ""

    @property
    def name(self) -> str:
        """The question itself."""
        return f"build {self.builder}" if self.builder else self.arguments[0]

    @property
    def format(self) -> str:
        """The form of the answer."""
        return self.arguments[self.arguments.index("--format") + 1] if "--format" in self.arguments else "text"


def names(tree: Tree) -> tuple[list[str], list[str]]:
    """Return dotted names of functions, and of classes, that a tree seems to have."""
    found: dict[bytes, list[str]] = {b"def": [], b"class": []}
    for path in tree.python():
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        data = tree.files[path]
        assert isinstance(data, bytes)
        scopes: list[tuple[int, str]] = []
        for place in _DEF.finditer(data[:200_000]):
            column, name = len(place[1]), place[3].decode()
            scopes = [scope for scope in scopes if scope[0] < column]
            scopes.append((column, name))
            if not path.startswith(("doc/", "sphinxext/", "setup")):
                found[place[2]].append(".".join((module, *(name for _, name in scopes))))
            if len(found[b"def"]) > _MOST_NAMES:
                return found[b"def"], found[b"class"]
    return found[b"def"], found[b"class"]


def _known(tree: Tree) -> dict[str, list[str]]:
    """Return what a tree seems to have for each question to be about."""
    functions, classes = names(tree)
    dotted = tree.hints * (2 + len(functions) // 2) + functions
    short = [".".join(name.rsplit(".", 2)[1:]) for name in dotted]
    everything = b"\n".join(data[:100_000] for _path, data in sorted(tree.texts().items()))
    commands = [name.decode() for name in _COMMAND.findall(everything)] or ["nova-compute"]
    routes = [name.decode() for name in _ROUTE.findall(everything)] or ["/servers"]
    actions = [name.decode() for name in _ACTION.findall(everything)] or ["resize"]
    methods = [name.split(".") for name in functions if ".manager." in name]
    dotted = [name for name in dotted if "__" not in name] or dotted
    messages = [f"{parts[-4]}.{parts[-1]}" for parts in methods if len(parts) > 3]
    topics = ["compute", "conductor", "scheduler", "nova-compute", "network"]
    rest = [f"GET {route}" for route in routes] + [f"POST {route}" for route in routes]
    rest += [f"POST /servers/{{id}}/action {action}" for action in actions] + [f"v2.1:{name}" for name in rest[:5]]
    entries = dotted + short[:30] + messages[:50] + rest[:30]
    folders = sorted({path.rpartition("/")[0] for path in tree.files})
    managers = [name.rpartition(".")[2] for name in classes if "anager" in name] or ["ComputeManager"]
    return {
        "layout": folders + ["nova"] * 5 + sorted(tree.files)[:30],
        "services": commands,
        "rpc-methods": topics,
        "rpc-flow": entries,
        "db-calls": commands * 5 + entries,
        "periodic-tasks": commands * 3 + managers + ["compute", "scheduler"],
    }


def _argument(known: Sequence[str], chance: random.Random) -> str:
    argument = chance.choice(known) if known else "nova"
    draw = chance.random()
    if draw < 0.06:
        place = chance.randrange(len(argument) + 1)
        return (
            argument[:place]
            + (text(chance) if chance.random() < 0.8 else chance.choice(("..", ".", "@", "*")))
            + argument[place + chance.choice((0, 1)) :]
        )
    if draw < 0.08:
        return text(chance)
    return argument


def _sayable(argument: str) -> str:
    """Return what can be an argument of a process."""
    return argument.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape").replace("\0", "")


def draw(tree: Tree, chance: random.Random) -> Question:
    """Return a question about a tree, of which it knows the names that there seem to be."""
    known = _known(tree)
    if chance.random() < BUILD_SHARE:
        return Question(builder=chance.choice(BUILDERS), page=page(known, chance))
    question = chance.choices(tuple(QUESTIONS), _weights(tree))[0]
    argument: str | None = None
    if question == "rpc-flow" or chance.random() < 0.5:
        argument = _sayable(_argument(known[question], chance))
    formats = ("json", "json", "json", "text", "rst", "mermaid" if question == "rpc-flow" else "text")
    options = ["--format", chance.choice(formats)]
    share, name, values = _MORE.get(question, (0, "", ()))
    if chance.random() < share:
        options += [name, chance.choice(values)] if values else [name]
    if chance.random() < 0.01:
        options += chance.choice((["--format", "xml"], ["--nonsense"], ["--with", "\x1b"], ["--format"]))
    if argument is not None:
        # What begins with a hyphen would be an option.
        options += ["--", argument] if argument.startswith("-") else [argument]
    return Question(
        arguments=(question, *options),
        revision=_revision(tree, chance),
        where=chance.choice(("absolute", "absolute", "relative", "here")),
        sink=chance.choices(("file", "ascii", "full", "closed", "pipe"), (95, 2, 1, 1, 1))[0],
    )


def _weights(tree: Tree) -> list[float]:
    """Return how often each question is asked of a tree: seldom one to which it has no answer."""
    weights: dict[str, float] = dict(QUESTIONS)
    if not any("/db/" in path for path in tree.files):
        weights["db-calls"] *= _SELDOM
    if not tree.hints and not any(b"periodic" in data for data in tree.texts().values()):
        weights["periodic-tasks"] *= _SELDOM
    return list(weights.values())


def _revision(tree: Tree, chance: random.Random) -> str | None:
    if not tree.git:
        return "main" if chance.random() < 0.01 else None
    return chance.choice(_REVISIONS) if tree.bare or chance.random() < 0.6 else None


# --- pages

_OPTIONS: Final = {
    "nova-layout": (
        *("depth: 2", "depth: 9", "columns: path description lines files", "columns: name", "only: files folders"),
        *(
            "exclude: tasks *.egg-info",
            "style: tree",
            "style: table",
            "caption: A *caption*",
            "name: a-name",
            "class: a b",
            "no-index:",
        ),
    ),
    "periodic-tasks": (
        "also: timers",
        "columns: task talks_to",
        "help: whole",
        "help: none",
        "caption: Tasks",
        "no-index:",
    ),
    "rpc-flow": (
        *(
            "depth: 2",
            "stop: compute.*",
            "hide: nova-scheduler",
            "failures:",
            "side:",
            "data:",
            "repeats:",
            "branches: all",
            "objects:",
        ),
        *(
            "database:",
            "external:",
            "options: a=1 b=",
            "style: table",
            "style: diagram",
            "direction: rtl",
            "split: 2",
            "alt: b",
        ),
    ),
    "rpc-methods": ("show: answered unanswered", "callers:", "columns: method client", "caption: Methods"),
    "service-bootstrap": ("flow:", "show: table steps", "kinds: wsgi", "columns: binary kind"),
    "db-calls": (
        "summary:",
        "flow: instance_get_by_uuid",
        "access: read",
        "ways: direct blocked inside",
        "columns: function callers",
    ),
    "nova-only": (),
}
_ARGUMENTS: Final = {
    "nova-layout": "layout",
    "periodic-tasks": "periodic-tasks",
    "rpc-flow": "rpc-flow",
    "rpc-methods": "rpc-methods",
    "service-bootstrap": "services",
    "db-calls": "db-calls",
}
_ROLES: Final = {
    "folder": "layout",
    "file": "layout",
    "service": "services",
    "task": "periodic-tasks",
    "option": "periodic-tasks",
    "flow": "rpc-flow",
    "rpc": "rpc-flow",
    "db": "rpc-flow",
}


def page(known: dict[str, list[str]], chance: random.Random) -> str:
    """Return a page with some directives and roles, as an author would write them who knows the tree."""
    clean = {
        question: [name for name in names if _CLEAN.fullmatch(name)] or ["nova"] for question, names in known.items()
    }
    parts = ["Page\n====\n"]
    for name in chance.choices(tuple(_ARGUMENTS), k=chance.choice((2, 3, 4))):
        given = name == "rpc-flow" or chance.random() < 0.5
        argument = f" {chance.choice(clean[_ARGUMENTS[name]]).strip()}" if given else ""
        chosen = {
            option.partition(":")[0]: option for option in chance.sample(_OPTIONS[name], chance.choice((0, 0, 1, 2)))
        }
        lines = [f".. {name}::{argument}", *(f"   :{option}" for option in chosen.values())]
        if chance.random() < 0.1:
            lines = [
                ".. list-table::",
                "",
                "   * - a",
                "     - b",
                "   * - c",
                *(f"{'     - ' if not number else '       '}{line}" for number, line in enumerate(lines)),
            ]
        elif chance.random() < 0.1:
            lines = [".. nova-only:: >=2012.1", "", *(f"   {line}" for line in lines)]
        parts.append("\n".join(lines) + "\n")
    for role, question in _ROLES.items():
        if chance.random() < 0.4:
            target = chance.choice(clean[question]).strip(" /") or "nova"
            parts.append(f"See :openstack:{role}:`{chance.choice(('', '', '~'))}{target}` there.\n")
    return "\n".join(parts)
