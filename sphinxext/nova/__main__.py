"""The same questions on a terminal: ``python -m sphinxext.nova QUESTION [ARGUMENT]``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, NoReturn

from sphinxext.nova import __version__
from sphinxext.nova.catalog import bundled
from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Answer, LayoutRow, QuestionError
from sphinxext.nova.openstack.layout import layout
from sphinxext.nova.present.layout import default_columns, layout_table
from sphinxext.nova.present.text import rst_table, text_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sphinxext.nova.checkout import Checkout
    from sphinxext.nova.present.tables import Table

CONTRACT = 1
"""The version of the JSON contract; raised when a field changes its meaning."""


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and exits with 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {' '.join(message.split())}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one question.

    :returns: 0 when it was answered, with or without problems on standard error; 2 when it cannot be asked.
    """
    command = parser()
    asked = command.parse_args(arguments)
    try:
        checkout = open_checkout(asked.checkout)
        answer: Answer[LayoutRow] = asked.ask(checkout, asked)
    except QuestionError as error:
        command.error(str(error))
    try:
        print(_formatted(answer, checkout, asked))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough; what is still in the buffer must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if asked.format != "json":
        for problem in answer.problems:
            place = ":".join(str(part) for part in (problem.file or checkout.spec, problem.line) if part)
            print(f"{place}: {problem.message} [{problem.kind}]", file=sys.stderr)
    return 0


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    whole = _Parser(
        prog="python -m sphinxext.nova", description="Ask a checkout of OpenStack Nova what its source says."
    )
    whole.add_argument("--version", action="version", version=__version__)
    questions = whole.add_subparsers(dest="question", required=True, metavar="QUESTION", parser_class=_Parser)
    shared = _Parser(add_help=False)
    shared.add_argument(
        "--checkout",
        default=".",
        metavar="PATH[@REVISION]",
        help="a folder, or a revision of a git repository (default: the current folder)",
    )
    shared.add_argument(
        "--format",
        choices=("text", "json", "rst"),
        default="text",
        help="a table for people, the whole answer for programs, or a table to paste into a page (default: text)",
    )
    shared.add_argument("--language", default="en", metavar="CODE", help="of the descriptions: en, ja (default: en)")

    ask = questions.add_parser("layout", parents=[shared], help="what is in this tree?")
    ask.add_argument("argument", nargs="?", default="", metavar="FOLDER", help="(default: the root)")
    ask.set_defaults(ask=_layout, table=_layout_table)
    return whole


def _layout(checkout: Checkout, asked: argparse.Namespace) -> Answer[LayoutRow]:
    return layout(checkout, asked.argument, catalogs=(("catalog", bundled()),), language=asked.language)


def _layout_table(answer: Answer[LayoutRow]) -> Table:
    return layout_table(answer.rows, default_columns(answer.rows), str)


def _formatted(answer: Answer[LayoutRow], checkout: Checkout, asked: argparse.Namespace) -> str:
    if asked.format == "json":
        return json.dumps(_contract(answer, checkout), ensure_ascii=False, indent=2)
    to_table: Callable[[Answer[LayoutRow]], Table] = asked.table
    return (rst_table if asked.format == "rst" else text_table)(to_table(answer))


def _contract(answer: Answer[LayoutRow], checkout: Checkout) -> dict[str, object]:
    commit = checkout.commit
    return {
        "version": CONTRACT,
        "checkout": {
            "path": checkout.spec,
            "ref": commit[:12] if commit else checkout.ref,
            "release": checkout.release,
        },
        "answers": [asdict(row) for row in answer.rows],
        "problems": [
            {"file": problem.file, "line": problem.line, "kind": problem.kind, "message": problem.message}
            for problem in answer.problems
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
