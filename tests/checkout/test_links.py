"""Templates are checked once, and filled for commits and tags, files and folders, with and without lines."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.checkout.links import FIELDS, fill, source_uri_template

if TYPE_CHECKING:
    from collections.abc import Callable

COMMIT = "3c373acb008b2a9b1c422fa1bbd5755db6092378"
OWN = "https://git.example.org/cgit/{project}/tree/{path}?id={ref}#n{line}"


def outcome(function: Callable[[str], str], value: str) -> str | ValueError:
    try:
        return function(value)
    except ValueError as error:
        return error


def filled(template: str, *, ref: str = COMMIT, path: str = "nova/db/api.py", **more: int | bool | None) -> str:
    values = {"folder": False, **more}
    return fill(source_uri_template(template), project="nova", ref=ref, path=path, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("template", "more", "address"),
    [
        ("opendev", {"line": 7}, f"https://opendev.org/openstack/nova/src/commit/{COMMIT}/nova/db/api.py#L7"),
        (
            "opendev",
            {"line": 7, "ref": "34.0.0"},
            "https://opendev.org/openstack/nova/src/tag/34.0.0/nova/db/api.py#L7",
        ),
        ("opendev", {}, f"https://opendev.org/openstack/nova/src/commit/{COMMIT}/nova/db/api.py"),
        (
            "opendev",
            {"path": "nova/db", "folder": True},
            f"https://opendev.org/openstack/nova/src/commit/{COMMIT}/nova/db",
        ),
        ("opendev", {"ref": "ab" * 32}, f"https://opendev.org/openstack/nova/src/commit/{'ab' * 32}/nova/db/api.py"),
        (
            "github",
            {"line": 7, "endline": 9},
            f"https://github.com/openstack/nova/blob/{COMMIT}/nova/db/api.py#L7-L9",
        ),
        ("github", {"line": 7}, f"https://github.com/openstack/nova/blob/{COMMIT}/nova/db/api.py#L7-L7"),
        ("github", {}, f"https://github.com/openstack/nova/blob/{COMMIT}/nova/db/api.py"),
        ("github", {"path": "nova/db", "folder": True}, f"https://github.com/openstack/nova/tree/{COMMIT}/nova/db"),
        (OWN, {"line": 7, "ref": "2013.2"}, "https://git.example.org/cgit/nova/tree/nova/db/api.py?id=2013.2#n7"),
        (OWN, {"ref": "2013.2"}, "https://git.example.org/cgit/nova/tree/nova/db/api.py?id=2013.2"),
        ("vscode://file/nova/{path}:{line}", {}, "vscode://file/nova/nova/db/api.py:1"),
        ("https://example.org/{{x}}/{path}", {}, "https://example.org/{x}/nova/db/api.py"),
        (
            "https://example.org/{path}#{line}",
            {"path": "a b/ü#?%{line}.py", "line": 3},
            "https://example.org/a%20b/%C3%BC%23%3F%25%7Bline%7D.py#3",
        ),
    ],
)
def test_templates_are_filled(template: str, more: dict[str, object], address: str) -> None:
    assert filled(template, **more) == address  # type: ignore[arg-type]


KNOWN = "{endline}, {line}, {path}, {project}, {ref}, {ref_type}, {view}"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("", "'' is neither github or opendev nor a template with {path}"),
        ("gitlab", "'gitlab' is neither github or opendev nor a template with {path}"),
        (
            "https://example.org/{ref}",
            "'https://example.org/{ref}' is neither github or opendev nor a template with {path}",
        ),
        ("{path}{commit}", f"'{{path}}{{commit}}' is no template: {{commit}} is none of {KNOWN}"),
        ("{path}{}", f"'{{path}}{{}}' is no template: {{}} is none of {KNOWN}"),
        ("{path}{0}", f"'{{path}}{{0}}' is no template: {{0}} is none of {KNOWN}"),
        ("{path.__class__}", f"'{{path.__class__}}' is no template: {{path.__class__}} is none of {KNOWN}"),
        ("{path[0]}", f"'{{path[0]}}' is no template: {{path[0]}} is none of {KNOWN}"),
        ("{path!r}", f"'{{path!r}}' is no template: {{path!r}} is none of {KNOWN}"),
        ("{path:>9999999999}", f"'{{path:>9999999999}}' is no template: {{path:>9999999999}} is none of {KNOWN}"),
        ("{path", "'{path' is no template: expected '}' before end of string"),
        ("path}", "\"path}\" is no template: Single '}' encountered in format string".replace('"', "'")),
    ],
)
def test_bad_templates_are_refused_in_one_line(template: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        source_uri_template(template)
    assert str(caught.value) == message


@given(
    template=st.one_of(
        st.text(), st.lists(st.sampled_from(["{", "}", "{path}", "{line}", "#", "!r", ":", "x"])).map("".join)
    )
)
def test_a_template_that_is_accepted_can_be_filled(template: str) -> None:
    accepted = outcome(source_uri_template, template)
    if isinstance(accepted, ValueError):
        assert len(str(accepted).splitlines()) == 1
    else:
        values = {"project": "nova", "ref": COMMIT, "path": "nova", "folder": False}
        assert isinstance(fill(accepted, **values), str)  # type: ignore[arg-type]
        assert isinstance(fill(accepted, line=1, **values), str)  # type: ignore[arg-type]


@given(path=st.text(min_size=1), ref=st.text(min_size=1), line=st.none() | st.integers(min_value=1))
def test_no_name_gets_out_of_the_path(path: str, ref: str, line: int | None) -> None:
    address = filled("https://example.org/{ref}/{path}#L{line}", ref=ref, path=path, line=line)
    parts = urlsplit(address)

    assert (parts.netloc, parts.query) == ("example.org", "")
    assert unquote(parts.path.split("/", 2)[2]) == path
    assert parts.fragment == ("" if line is None else f"L{line}")


def test_all_fields_are_filled() -> None:
    template = source_uri_template("/".join(f"{{{field}}}" for field in sorted(FIELDS)))
    address = fill(template, project="nova", ref="2013.2", path="nova/api", folder=True, line=2, endline=3)
    assert address == "3/2/nova/api/nova/2013.2/tag/tree"
