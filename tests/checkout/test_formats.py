"""Metadata is read, or refused before a parser takes a minute over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import _identity, _metadata, open_checkout
from sphinxext.nova.checkout.formats import LARGEST, FormatError, read_ini, read_toml
from sphinxext.nova.model import Kind
from tests.bounds import within
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path

LONG = "9" * 5000


def test_toml() -> None:
    text = """
[project]
name = "nova"
[project.entry-points."nova.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o"]
x = "y"
[a.b."c d".'e'.f]
g . h = 1
"""
    assert read_toml(text) == {
        "project": {"name": "nova", "entry-points": {"nova.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o": {"x": "y"}}},
        "a": {"b": {"c d": {"e": {"f": {"g": {"h": 1}}}}}},
    }


@pytest.mark.parametrize(
    ("text", "kind", "line", "message"),
    [
        ("a = ", Kind.SYNTAX, None, "is no TOML: Invalid value (at end of document)"),
        ("a = 1\nb", Kind.SYNTAX, None, "is no TOML: "),
        ("a = 1\nb == 2\n", Kind.SYNTAX, 2, "is no TOML: "),
        (f"a = {LONG}", Kind.SYNTAX, None, "has a number of too many digits and is not read"),
        (f"a = 0x{LONG}{LONG}\nb = {LONG}", Kind.SYNTAX, None, "has a number of too many digits and is not read"),
        ("\n".join("a." * n + "b = 1" for n in range(300)), Kind.DEPTH, 17, "has a key of more than 16 parts"),
        ("a = 1\nb = {" + "a." * 1500 + "b = 1}", Kind.DEPTH, 2, "has a key of more than 16 parts"),
        ("[" + '"a b" . ' * 1500 + "b]", Kind.DEPTH, 1, "has a key of more than 16 parts"),
        ("[" + "'' . " * 1500 + "b]", Kind.DEPTH, 1, "has a key of more than 16 parts"),
        ("a = " + "[" * 5000 + "]" * 5000, Kind.DEPTH, None, "is nested too deep"),
        ("a = " + "{a = " * 5000 + "1" + "}" * 5000, Kind.DEPTH, None, "is nested too deep"),
        ("#" * LARGEST + "\n", Kind.HUGE, None, "is larger than 256 KiB and not read"),
        ("#" + '"' * (LARGEST - 1), None, None, ""),
        ('#"' + '\\"' * (LARGEST // 2 - 1), None, None, ""),
        ("#" + "a" * (LARGEST - 1), None, None, ""),
        ("#" + "a " * (LARGEST // 2 - 1), None, None, ""),
        ("#" + "'a'.'b'. " * (LARGEST // 10), Kind.DEPTH, 1, "has a key of more than 16 parts"),
    ],
)
def test_toml_that_is_refused(text: str, kind: Kind | None, line: int | None, message: str) -> None:
    def found() -> tuple[Kind | None, int | None, str]:
        try:
            read_toml(text)
        except FormatError as error:
            return error.kind, error.line, str(error)
        return None, None, ""

    assert (result := within(found))[:2] == (kind, line)
    assert result[2].startswith(message)


@pytest.mark.parametrize(
    ("text", "kind", "line", "sections"),
    [
        ("[a]\nb = c\n  d\n[DEFAULT]\ne = f\n", None, None, {"a": {"b": "c\nd"}, "DEFAULT": {"e": "f"}}),
        ("[a]\nb\n", None, None, {"a": {"b": None}}),
        ("[a]\nb = c\n[a\nd = e", None, None, {"a": {"b": "c", "[a": None, "d": "e"}}),
        ("b = c\n", Kind.SYNTAX, 1, {}),
        ("[a]\nb\n  c\n", Kind.SYNTAX, None, {}),
        ("[a]\n" + "b\n" * 100_000, None, None, {"a": {"b": None}}),
        ("[a]\nb" + " " * 100_000 + "c\n", Kind.HUGE, 2, {}),
        ("[a]\n" + ("b" + " " * 990 + "c\n") * 250, None, None, {"a": {"b" + " " * 990 + "c": None}}),
        ("[a]\n" + "".join(f"b{n} = c\n" for n in range(100_000)), Kind.HUGE, None, {}),
    ],
)
def test_ini(text: str, kind: Kind | None, line: int | None, sections: dict[str, dict[str, str | None]]) -> None:
    def found() -> tuple[dict[str, dict[str, str | None]], Kind | None, int | None]:
        parser, error = read_ini(text, ("=",))
        read = {name: dict(parser.items(name)) for name in parser.sections()}
        return (read, None, None) if error is None else (read, error.kind, error.line)

    assert within(found) == (sections, kind, line)


@pytest.mark.parametrize(
    "files",
    [
        {"PKG-INFO": f"Name: nova\nVersion: {LONG}\n"},
        {"PKG-INFO": f"Name: nova\nVersion: {'1.' * 50_000}1\n"},
        {"PKG-INFO": f"Name: nova\nVersion: {' a' * 3_000_000}\n"},
        {"PKG-INFO": "Name: nova\n" + "X: y\n" * 3_000_000},
        {"setup.cfg": f"[metadata]\nname = nova\nversion = {LONG}\n"},
        {"pyproject.toml": f"[project]\nname = 'nova'\nversion = '{LONG}'\n"},
        {"pyproject.toml": f"[project]\nname = 'nova'\nversion = {LONG}\n"},
        {"nova/version.py": f"NOVA_VERSION = ['{LONG}', '1']\n"},
        {"nova/version.py": "A" * 5_000_000},
        {"setup.py": f"setup(name='nova', version='{LONG}')\n"},
        {"setup.py": "\n" * 1_000_000 + "x"},
        {"setup.py": "version = " * 500_000},
        {"setup.py": "name\n" * 500_000},
    ],
)
def test_a_release_that_nothing_has(tmp_path: Path, files: dict[str, str]) -> None:
    make(tmp_path / "nova", {"PKG-INFO": None, "setup.cfg": None, **files})
    assert within(lambda: open_checkout("nova", base=tmp_path).release) is None


def test_a_name_behind_empty_lines() -> None:
    setup = "import x\n\n\n  name = 'nova'\n"
    assert _metadata.name({"setup.py": setup}.get) == "nova"
    assert _metadata.name({"setup.py": "\n\nsetup(\n    name='nova')"}.get) == "nova"
    assert _metadata.name({"setup.cfg": "[metadata]\nName: nova\n"}.get) == "nova"


def test_tags_of_many_digits() -> None:
    tags = [f"1.{LONG}", f"{LONG}.1", "12.0.0", "2015.1.0", "1." * 5000 + "1"]
    assert _metadata.newest(tags) == "12.0.0"
    assert [tag for tag in tags if _metadata.is_version(tag)] == ["12.0.0", "2015.1.0"]


def test_looking_for_openstack_in_empty_lines() -> None:
    assert within(lambda: bool(_identity._OPENSTACK.search("\n" * 1_000_000 + "x"))) is False
    assert _identity._OPENSTACK.search("[metadata]\n\n  author = OpenStack\n")
