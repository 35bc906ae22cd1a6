"""The same questions on a terminal: ``sphinxext-nova QUESTION [ARGUMENT]``.

What answers a question is imported when it has to be answered: half of the time of an answer that is kept would go into
imports.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from sphinxext.nova import __version__
from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.datastack import in_large_chunk
from sphinxext.nova.escaping import ascii_json, visible, visible_json
from sphinxext.nova.model import CorruptError, Kind, QuestionError
from sphinxext.nova.store import Store, default_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from sphinxext.nova.checkout import Checkout
    from sphinxext.nova.model import Answer, DbCall, Flow, LayoutRow, PeriodicTask, Row, RpcMethod, Service
    from sphinxext.nova.present.choice import Given
    from sphinxext.nova.present.picture import Picture
    from sphinxext.nova.present.tables import Table
    from sphinxext.nova.program import Program

_OMITTED = argparse.SUPPRESS
"""The default of options of which it matters whether they were given."""
AnyStore = TypeVar("AnyStore", bound=Store)

CONTRACT = 1
"""The version of the JSON contract; raised when a field changes its meaning."""


PROGRAM = "sphinxext-nova"
_WIDTH = 80
"""How many columns a terminal has whose width is not known."""
_NARROWEST = 20
_CLOSED = "standard output is closed"


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and exits with 2."""

    def error(self, message: str) -> NoReturn:
        _complain(f"{self.prog}: {message.strip()}")
        sys.exit(2)

    def _print_message(self, message: str, file: object = None) -> None:  # noqa: ARG002 - argparse's signature
        """Print the help or the version as an answer is printed; argparse would take no notice of what goes wrong."""
        _print(message.rstrip("\n"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one question.

    :returns: 0 when it was answered, with or without problems on standard error.
    :raises SystemExit: with 2, the question cannot be asked, or the answer could not be written.
    """
    command = parser()
    asked = command.parse_args(arguments)
    if asked.list is None and asked.argument is None:
        command.error(f"{asked.question} needs what to ask for, which {asked.question} --list shows")
    if sys.stdout is None:
        _refuse(_CLOSED)
    try:
        with _Asking(asked, open_checkout(asked.checkout)) as asking:
            answer: Answer[Any] = asked.ask(asking) if asked.list is None else _askable(asking)
        checkout = asking.checkout
        try:
            _print(_formatted(answer, checkout, asked))
        except UnicodeEncodeError:
            _print(_formatted(answer, checkout, asked, sys.stdout.encoding))
    except QuestionError as error:
        command.error(str(error))
    if asked.format != "json" or asked.list is not None:
        for problem in answer.problems:
            place = ":".join(str(part) for part in (problem.file or checkout.spec, problem.line) if part)
            _complain(f"{place}: {problem.message} [{problem.kind}]")
        for line in _explanation(answer, asked) if asked.list is None else ():
            _complain(line)
    if (
        asked.format == "mermaid"
        and asked.list is None
        and asked.part is None
        and (count := _diagram(answer, asked)[1]) > 1
    ):
        _complain(f"{PROGRAM}: part 1 of {count}: --part N prints another")
    for note in asking.notes():
        _complain(note)
    return 0


def _print(text: str) -> None:
    """Write an answer to standard output.

    :raises UnicodeEncodeError: the encoding of standard output lacks a character; nothing was written.
    :raises SystemExit: with 2, it could not be written, which one line on standard error says.
    """
    if sys.stdout is None:
        _refuse(_CLOSED)
    try:
        sys.stdout.write(f"{text}\n" if text else "")
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough; what is still in the buffer must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _refuse(error.strerror)


def _refuse(why: str | None) -> NoReturn:
    _complain(f"{PROGRAM}: the answer could not be written: {why}")
    sys.exit(2)


def _complain(line: str) -> None:
    """Write a line to standard error, if it can be written."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(f"{visible(line)}\n")


@dataclass
class _Asking:
    """What was asked, of which checkout, and where answers and facts are kept."""

    asked: argparse.Namespace
    checkout: Checkout
    _stores: list[Store] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def notes(self) -> list[str]:
        """Return what there is to say about the stores."""
        return list(dict.fromkeys(note for store in self._stores for note in store.take_notes()))

    def program(self) -> Program:
        """Return the Python of the checkout."""
        from sphinxext.nova.program import Cache, Program

        return Program(self.checkout, self._opened(Cache))

    def kept(self, arguments: Sequence[str | bool], make: Callable[[Program], Answer[Row]]) -> Answer[Row]:
        """Return the answer that is kept, or make it; ``arguments`` are all that it depends on."""
        from sphinxext.nova.openstack.kept import kept

        question = self.asked.question
        return kept(self._opened(Store), self.checkout, question, arguments, lambda: self.answered(make))

    def answered(self, make: Callable[[Program], Answer[Row]]) -> Answer[Row]:
        """Return the answer, made a second time where facts that were kept turn out to be none."""
        program = self.program()
        try:
            return make(program)
        except CorruptError:
            program.start_anew()
            return make(program)

    def _opened(self, kind: type[AnyStore]) -> AnyStore | None:
        folder = self.asked.cache_dir
        if folder == "":
            return None
        store = kind(default_folder() if folder is None else folder)
        self._stack.enter_context(store)
        self._stores.append(store)
        return store


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    whole = _Parser(prog=PROGRAM, description="Ask a checkout of OpenStack Nova what its source says.")
    whole.add_argument("--version", action="version", version=__version__)
    questions = whole.add_subparsers(dest="question", required=True, metavar="QUESTION", parser_class=_Parser)
    from sphinxext.nova.present import columns

    ask = questions.add_parser("layout", parents=[_shared(columns.LAYOUT)], help="what is in this tree?")
    ask.add_argument("argument", nargs="?", default="", metavar="FOLDER", help="(default: the root)")
    ask.add_argument("--language", default="en", metavar="CODE", help="of the descriptions: en, ja (default: en)")
    ask.set_defaults(ask=_layout, table=_layout_table)

    ask = questions.add_parser(
        "periodic-tasks", parents=[_shared(columns.PERIODIC_TASKS)], help="what runs by itself, and how often?"
    )
    ask.add_argument(
        "argument",
        nargs="?",
        default="",
        metavar="SERVICE|MANAGER",
        help="nova-compute, ComputeManager, or the folder compute (default: all)",
    )
    _with(
        ask,
        timers="also what a timer runs that is no periodic task of a manager",
        talks_to="also whom each talks to: messages, the database, what is outside",
    )
    ask.set_defaults(ask=_periodic_tasks, table=_periodic_tasks_table)

    ask = questions.add_parser(
        "services", parents=[_shared(columns.SERVICES)], help="which processes are there, and how does each start?"
    )
    ask.add_argument("argument", nargs="?", default="", metavar="BINARY", help="nova-compute (default: all)")
    _with(ask, start="also the steps in which each starts")
    ask.set_defaults(ask=_services, table=_services_table)

    ask = questions.add_parser(
        "rpc-methods", parents=[_shared(columns.RPC_METHODS)], help="what can be asked of a process from outside?"
    )
    ask.add_argument("argument", nargs="?", default="", metavar="TOPIC", help="compute, nova-compute (default: all)")
    _with(ask, callers="also where each client is called")
    ask.set_defaults(ask=_rpc_methods, table=_rpc_methods_table)

    ask = questions.add_parser(
        "rpc-flow",
        parents=[_shared(columns.RPC_FLOW, "mermaid")],
        help="what happens, process by process, when I call this?",
    )
    ask.add_argument(
        "argument",
        nargs="?",
        metavar="ENTRY",
        help="a function, 'POST /servers/{id}/action resize', compute.prep_resize, or a periodic task",
    )
    ask.add_argument("--explain", action="store_true", help="say also which calls could not be followed")
    ask.add_argument(
        "--part", metavar="N", type=_number, help="of a diagram that is cut into several, the one to print (default: 1)"
    )
    _choosing(ask)
    ask.set_defaults(ask=_rpc_flow, table=_rpc_flow_table)
    ask = questions.add_parser(
        "db-calls", parents=[_shared(columns.DB_CALLS)], help="who touches the database, and by which way?"
    )
    ask.add_argument(
        "argument",
        nargs="?",
        default="",
        metavar="SERVICE|FUNCTION",
        help="nova-compute, or whatever rpc-flow takes (default: all services)",
    )
    ask.set_defaults(ask=_db_calls, table=_db_calls_table)
    return whole


def _shared(columns: Sequence[str], *formats: str) -> _Parser:
    """Make the parser of what every question takes; ``columns`` and ``formats`` are those that only this one has."""
    shared = _Parser(add_help=False)
    shared.add_argument(
        "--checkout",
        default=".",
        metavar="PATH[@REVISION]",
        help="a folder, or a revision of a git repository (default: the current folder)",
    )
    shared.add_argument(
        "--format",
        choices=("text", "json", "rst", *formats),
        default="text",
        help="a table for people, the whole answer for programs, or a table to paste into a page"
        + (", or a sequence diagram" if formats else "")
        + " (default: text)",
    )
    shared.add_argument(
        "--columns",
        type=_words(columns),
        metavar="COLUMN,...",
        help=f"of the table, in this order: {', '.join(columns)} (default: those that have something to say)",
    )
    shared.add_argument(
        "--list",
        nargs="?",
        const="",
        metavar="PATTERN",
        help="list what can be asked for, a line each: all, what has a text in it, or what matches a pattern with *",
    )
    shared.add_argument(
        "--cache-dir",
        metavar="FOLDER",
        help="where to keep what was read, an empty text for nowhere (default: the user's cache folder)",
    )
    return shared


def _words(known: Collection[str]) -> Callable[[str], Sequence[str]]:
    """Return what reads words that are separated by commas."""

    def read(text: str) -> Sequence[str]:
        words = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
        if unknown := sorted(set(words).difference(known)):
            raise argparse.ArgumentTypeError(f"does not know {unknown[0]!r}, only {', '.join(known)}")
        return words

    return read


def _with(ask: argparse.ArgumentParser, **fields: str) -> None:
    """Let a question be asked with more than it tells by itself: names of fields, and what each adds."""
    said = "; ".join(f"{name}: {what}" for name, what in fields.items())
    metavar = "FIELD,..." if len(fields) > 1 else next(iter(fields))
    ask.add_argument("--with", dest="more", type=_words(fields), default=(), metavar=metavar, help=said)


def _choosing(ask: argparse.ArgumentParser) -> None:
    """Let a flow be asked with the options of the directive that choose what is shown."""
    from sphinxext.nova.present.choice import CHOICE_OPTIONS, Takes

    shown = ask.add_argument_group("what is shown, as in a page; JSON is always the whole answer")
    for option in CHOICE_OPTIONS:
        name, what = f"--{option.name}", option.doc.replace("``", "")
        what = f"{what[0].lower()}{what[1:].removesuffix('.')}"
        if option.takes is Takes.NOTHING:
            # As in a directive, it has no value: what counts is that it was given.
            shown.add_argument(name, dest=option.name, action="store_const", const=None, default=_OMITTED, help=what)
        else:
            metavar = option.values.replace("``", "").replace(" for each", ",...").replace(", ", "|")
            metavar = {"a number|15 by default": "N", "a number": "N"}.get(metavar, metavar)
            metavar = "PATTERN,..." if metavar.startswith("patterns") else metavar
            shown.add_argument(name, dest=option.name, metavar=metavar, default=_OMITTED, help=what)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text[:9]):
        raise argparse.ArgumentTypeError(f"takes a number from 1 on, not {text!r}")
    return int(text[:9])


def _given(asked: argparse.Namespace) -> Given:
    """Return the options that choose what is shown, as they were given."""
    from sphinxext.nova.present.choice import Given

    return Given({name: value for name, value in vars(asked).items() if value is not _OMITTED}, "--{}".format)


def _askable(asking: _Asking) -> Answer[str]:
    from sphinxext.nova.openstack.askable import askable

    return asking.answered(lambda program: askable(program, asking.asked.question, asking.asked.list))


def _layout(asking: _Asking) -> Answer[LayoutRow]:
    from sphinxext.nova.catalog import bundled
    from sphinxext.nova.openstack.layout import layout

    asked = asking.asked
    catalogs = (("catalog", bundled()),)

    def ask(program: Program) -> Answer[LayoutRow]:
        return layout(asking.checkout, asked.argument, catalogs=catalogs, language=asked.language, program=program)

    return asking.answered(ask)


def _layout_table(answer: Answer[LayoutRow], asked: argparse.Namespace) -> Table:
    from sphinxext.nova.present.layout import default_columns, layout_table

    return layout_table(answer.rows, asked.columns or default_columns(answer.rows), str)


def _periodic_tasks(asking: _Asking) -> Answer[PeriodicTask]:
    of, more = asking.asked.argument, asking.asked.more
    with_timers, with_talks = "timers" in more, "talks_to" in more

    def ask(program: Program) -> Answer[PeriodicTask]:
        if with_talks:
            from sphinxext.nova.openstack.talking import talking_tasks

            return talking_tasks(program, of, with_timers=with_timers)
        from sphinxext.nova.openstack.periodic_tasks import periodic_tasks

        return periodic_tasks(program, of, with_timers=with_timers)

    return asking.kept((of, with_timers, with_talks), ask)


def _periodic_tasks_table(answer: Answer[PeriodicTask], asked: argparse.Namespace) -> Table:
    from sphinxext.nova.present.periodic_tasks import default_columns, periodic_tasks_table

    return periodic_tasks_table(answer.rows, asked.columns or default_columns(answer.rows), str)


def _services(asking: _Asking) -> Answer[Service]:
    of, with_start = asking.asked.argument, "start" in asking.asked.more

    def ask(program: Program) -> Answer[Service]:
        from sphinxext.nova.openstack.services import services

        return services(program, of, with_start=with_start)

    return asking.kept((of, with_start), ask)


def _services_table(answer: Answer[Service], asked: argparse.Namespace) -> Table:
    from sphinxext.nova.present.services import default_columns, services_table, steps_table

    if any(row.start is not None for row in answer.rows):
        return steps_table(answer.rows, str)
    return services_table(answer.rows, asked.columns or default_columns(answer.rows), str)


def _rpc_methods(asking: _Asking) -> Answer[RpcMethod]:
    of, with_callers = asking.asked.argument, "callers" in asking.asked.more

    def ask(program: Program) -> Answer[RpcMethod]:
        from sphinxext.nova.openstack.rpc_methods import rpc_methods

        return rpc_methods(program, of, with_callers=with_callers)

    return asking.kept((of, with_callers), ask)


def _rpc_methods_table(answer: Answer[RpcMethod], asked: argparse.Namespace) -> Table:
    from sphinxext.nova.present.rpc_methods import default_columns, rpc_methods_table

    return rpc_methods_table(answer.rows, asked.columns or default_columns(answer.rows), str)


def _rpc_flow(asking: _Asking) -> Answer[Flow]:
    entry, explaining = asking.asked.argument, asking.asked.explain
    given = _given(asking.asked)
    assume = given.assumed()
    # What is shown is chosen when it is printed; what cannot be chosen is said before anything is asked.
    given.choice()
    given.most()

    def ask(program: Program) -> Answer[Flow]:
        from sphinxext.nova.openstack.rpc_flow import rpc_flow

        return rpc_flow(program, entry, assume=assume, explaining=explaining)

    return asking.kept((entry, explaining, *sorted(f"{name}={value!r}" for name, value in assume.items())), ask)


def _pictures(answer: Answer[Flow], asked: argparse.Namespace) -> Iterator[Picture]:
    """Give what is shown of flows: what a page shows."""
    from sphinxext.nova.present.folding import fold

    return (fold(flow, _given(asked).choice()) for flow in answer.rows)


def _rpc_flow_table(answer: Answer[Flow], asked: argparse.Namespace) -> Table:
    from sphinxext.nova.present.steps import default_columns, steps_table

    [picture] = _pictures(answer, asked)
    return steps_table(picture, asked.columns or default_columns(picture), str)


def _explanation(answer: Answer[Any], asked: argparse.Namespace) -> Iterator[str]:
    """Give the lines that ``--explain`` prints beside an answer for people; JSON has them in it."""
    if not getattr(asked, "explain", False):
        return
    from sphinxext.nova.present.unfollowed import explanation

    for flow in answer.rows:
        yield from explanation(flow.unresolved or (), flow.unfollowed)


def _said(answer: Answer[Any], asked: argparse.Namespace) -> list[str]:
    """Return what a table of steps cannot say: what is not shown, and what may be missing."""
    if asked.question != "rpc-flow":
        return []
    from sphinxext.nova.present.rpc_flow import paragraphs

    return [visible(said) for picture in _pictures(answer, asked) for said in paragraphs(picture, str)]


def _diagram(answer: Answer[Flow], asked: argparse.Namespace) -> tuple[str, int]:
    """Draw what is shown; return the part that was asked for, and how many there are.

    :raises QuestionError: there are less.
    """
    from sphinxext.nova.present.sequence import diagrams

    [picture] = _pictures(answer, asked)
    drawn = diagrams(picture, asked.argument, str, most=_given(asked).most())
    part = asked.part or 1
    if part > len(drawn):
        raise QuestionError(Kind.OPTION, f"--part {part}: the diagram has {len(drawn)} part{'s' * (len(drawn) > 1)}")
    return drawn[part - 1][1].rstrip("\n"), len(drawn)


def _db_calls(asking: _Asking) -> Answer[DbCall]:
    of = asking.asked.argument

    def ask(program: Program) -> Answer[DbCall]:
        from sphinxext.nova.openstack.db_calls import db_calls

        return db_calls(program, of)

    return asking.kept((of,), ask)


def _db_calls_table(answer: Answer[DbCall], asked: argparse.Namespace) -> Table:
    from sphinxext.nova.present.db_calls import db_calls_table, default_columns

    rows = [row for row in answer.rows if not row.inside]
    return db_calls_table(rows, asked.columns or default_columns(rows), str)


def _formatted(answer: Answer[Any], checkout: Checkout, asked: argparse.Namespace, encoding: str | None = None) -> str:
    """Write an answer in the form that was asked for.

    :param encoding: one that lacks characters of it, in the place of which escapes are written.
    """
    if asked.list is not None:
        text = "\n".join(map(visible, answer.rows))
        return text if encoding is None else text.encode(encoding, "backslashreplace").decode(encoding)
    if asked.format == "json":
        text = _as_json(_contract(answer, checkout))
        return text if encoding is None else ascii_json(text)
    if asked.format == "mermaid":
        from sphinxext.nova.present import mermaid

        text, _count = _diagram(answer, asked)
        return text if encoding is None else mermaid.encodable(text, encoding)
    from sphinxext.nova.present import tables
    from sphinxext.nova.present.text import paragraph, rst_table, rst_text, text_table

    table, said = asked.table(answer, asked), _said(answer, asked)
    if encoding is not None:
        table = tables.encodable(table, encoding)
        said = [text.encode(encoding, "backslashreplace").decode(encoding) for text in said]
    if asked.format == "rst":
        shown, below = rst_table(table), [rst_text(text) for text in said]
    else:
        width = max(_NARROWEST, get_terminal_size((_WIDTH, 24)).columns)
        shown, below = text_table(table, width, styled=_is_styled()), [paragraph(text, width) for text in said]
    return "\n\n".join([*([shown] if table.rows or not said else []), *below])


def _is_styled() -> bool:
    """Say whether standard output is a terminal that understands bold type, and whose reader wants it."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in {None, "dumb"}


def _as_json(contract: dict[str, object]) -> str:
    """Write each answer and each problem on a line of its own.

    One line for every value would need that part of :mod:`json` that is written in Python, which takes longer than some
    answers do.
    """
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    fields = []
    for name, value in contract.items():
        if isinstance(value, list) and value:
            text = "[\n    " + ",\n    ".join(map(encode, value)) + "\n  ]"
        else:
            text = encode(value)
        fields.append(f"  {encode(name)}: {text}")
    return visible_json("{\n" + ",\n".join(fields) + "\n}")


def _contract(answer: Answer[Any], checkout: Checkout) -> dict[str, object]:
    from sphinxext.nova.present.plain import plain

    commit = checkout.commit
    return {
        "version": CONTRACT,
        "checkout": {
            "path": checkout.spec,
            "ref": commit[:12] if commit else checkout.ref,
            "release": checkout.release,
        },
        "answers": [plain(row) for row in answer.rows],
        "problems": [
            {"file": problem.file, "line": problem.line, "kind": problem.kind, "message": problem.message}
            for problem in answer.problems
        ],
    }


def run() -> NoReturn:
    """Answer the question of the command line and end the process without giving back its memory piece by piece.

    What was walked is hundreds of thousands of objects, all of which are kept to the end: to collect garbage among
    them, and to free them one by one at the exit, takes longer than some answers.
    """
    gc.disable()
    try:
        status = in_large_chunk(main)()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 0
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError):  # what could not be written has been said
                stream.flush()
    os._exit(status)
