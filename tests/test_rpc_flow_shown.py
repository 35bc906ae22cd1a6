"""``sphinxext-nova rpc-flow`` shows what a page shows: the same steps, numbers, conditions, and what is left out."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.cli import main
from sphinxext.nova.extension.rpc_flow import RpcFlow
from sphinxext.nova.openstack.rpc_flow import rpc_flow
from sphinxext.nova.present.choice import CHOICE_OPTIONS, Choice, Given
from sphinxext.nova.present.folding import fold
from sphinxext.nova.present.rpc_flow import paragraphs
from sphinxext.nova.present.steps import default_columns, steps_table
from sphinxext.nova.present.text import paragraph, text_table
from sphinxext.nova.program import Program
from tests.mermaid_text import check
from tests.small_flow import FILES
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = "nova.compute.api.API.resize"


@pytest.fixture
def nova(tmp_path: Path) -> str:
    """Return a checkout whose resize has conditions, a failure, and a message that is sent twice."""
    api = FILES["nova/compute/api.py"].replace(
        "        self.conductor.migrate_server(context, instance)\n",
        "        if instance.host == self.host:\n"
        "            self.conductor.migrate_server(context, instance)\n"
        "        try:\n"
        "            self.conductor.migrate_server(context, instance)\n"
        "        except Exception:\n"
        "            self.conductor.migrate_server(context, instance)\n",
    )
    assert api != FILES["nova/compute/api.py"]
    return str(make(tmp_path / "nova", {**FILES, "nova/compute/api.py": api}))


def shown(nova: str, *options: str) -> int:
    return main(["rpc-flow", ENTRY, "--checkout", nova, "--cache-dir", "", *options])


@pytest.mark.parametrize(
    ("options", "choice"),
    [
        ([], Choice()),
        (["--failures"], Choice(failures=True)),
        (["--repeats", "--failures"], Choice(failures=True, repeats=True)),
        (["--depth", "1"], Choice(depth=1)),
        (["--stop", "migrate_server"], Choice(stop=("migrate_server",))),
        (["--hide", "select, x.*"], Choice(hide=("select", "x.*"))),
        (["--only", "nova-scheduler"], Choice(only=("nova-scheduler",))),
        (
            ["--branches", "main", "--side", "--data", "--objects"],
            Choice(branches="main", side=True, data=True, objects=True),
        ),
        (["--database", "--external", "--direction", "rtl"], Choice(database=True, external=True, reverse=True)),
    ],
)
@pytest.mark.parametrize("width", [80, 132])
def test_the_steps_are_those_of_a_page(
    nova: str,
    options: list[str],
    choice: Choice,
    width: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert shown(nova, *options) == 0
    [flow] = rpc_flow(Program(open_checkout(nova)), ENTRY).rows
    picture = fold(flow, choice)
    table = text_table(steps_table(picture, default_columns(picture), str), width)
    below = [paragraph(text, width) for text in paragraphs(picture, str)]
    assert capsys.readouterr() == ("\n\n".join([table, *below]) + "\n", "")


def test_what_is_not_shown_is_counted_with_its_option(
    nova: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "132")
    assert shown(nova) == 0
    _table, *below = capsys.readouterr().out.rstrip("\n").split("\n\n")
    assert below == [
        "Not shown: only when something goes wrong: 1 (migrate_server). --failures",
        "Not shown: to all servers of a service, with nothing following: 1 (update_info). --side",
    ]


@pytest.mark.parametrize("options", [["--failures", "--repeats"], ["--depth", "1"], ["--columns", "method"]])
def test_json_is_the_whole_answer_whatever_is_shown(
    nova: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(nova, "--format", "json") == 0
    whole = capsys.readouterr().out
    assert shown(nova, "--format", "json", *options) == 0
    assert capsys.readouterr().out == whole
    assert json.loads(whole)["version"] == 1


def test_columns_are_chosen_by_the_names_of_the_directive(nova: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(nova, "--columns", "method,number", "--depth", "1", "--format", "rst") == 0
    assert capsys.readouterr().out.split("\n\n")[1].splitlines() == [
        "   * - Method",
        "     - Step",
        "   * - ``migrate_server``",
        "     - 1",
    ]


def test_the_options_are_those_of_the_directive() -> None:
    of_directive = {option.name: (option.values, option.doc) for option in RpcFlow.known_options}
    assert {option.name: (option.values, option.doc) for option in CHOICE_OPTIONS}.items() <= of_directive.items()
    assert of_directive.keys() - {option.name for option in CHOICE_OPTIONS} == {
        "style",
        "columns",
        "alt",
        "checkout",
        "caption",
        "name",
        "class",
        "no-index",
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--depth", "0"], "--depth takes a number from 1 to 99, not '0'"),
        (["--split", "x"], "--split takes a number from 1 to 99, not 'x'"),
        (["--hide", " , "], "--hide is empty"),
        (["--branches", "some"], "--branches does not know 'some', only main, newest, all"),
        (["--branches", "main,all"], "--branches takes one of main, newest, all"),
        (["--options", "a"], "--options takes name=value, not 'a'"),
        (["--format", "mermaid", "--part", "9"], "--part 9: the diagram has 1 part"),
    ],
)
def test_what_cannot_be_chosen_is_one_line(
    nova: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        shown(nova, *options)
    assert left.value.code == 2
    assert capsys.readouterr() == ("", f"sphinxext-nova: {said}\n")


def test_options_are_assumed(nova: str) -> None:
    given = Given({"options": "a=1, DEFAULT.b=no"}, "--{}".format)
    assert given.assumed({"DEFAULT.b": 2, "c.d": None}) == {"a": 1, "b": "no", "c.d": None}


def test_a_diagram_that_is_cut_is_printed_part_by_part(nova: str, capsys: pytest.CaptureFixture[str]) -> None:
    whole = ["--format", "mermaid", "--split", "1"]
    assert shown(nova, *whole) == 0
    first, said = capsys.readouterr()
    check(first)
    count = int(said.split(" of ")[1].split(":")[0])
    assert said == f"sphinxext-nova: part 1 of {count}: --part N prints another\n"
    texts = []
    for part in range(1, count + 1):
        assert shown(nova, *whole, "--part", str(part)) == 0
        text, said = capsys.readouterr()
        assert (text.count("sequenceDiagram"), said) == (1, "")
        check(text)
        texts.append(text)
    assert texts[0] == first
    assert len(set(texts)) == count > 1


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("environment", "styled"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_only_a_terminal_gets_bold_type(
    nova: str, environment: dict[str, str], *, styled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm", **environment}.items():
        monkeypatch.setenv(name, value)
    output = Terminal()
    monkeypatch.setattr("sys.stdout", output)
    assert shown(nova) == 0
    assert ("\x1b[" in output.getvalue()) is styled
