"""Prose that holds for some releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.extension.conftest import Site

PAGE = "Only\n====\n\n.. nova-only:: {}\n\n   Then\n   ----\n\n   Some *text*.\n"


@pytest.mark.parametrize(
    ("specifier", "shown"),
    [
        (">=2013.2", True),
        (">=2013.1,<2014", True),
        (">2013.2", False),
        ("<12", True),
        ("==2013.2", True),
        (">=34", False),
    ],
)
def test_the_release_decides(site: Site, specifier: str, shown: bool) -> None:  # noqa: FBT001
    site.write(index=PAGE.format(specifier))
    assert site.build("text") == ""
    assert site.output("index.txt") == "Only\n****\n" + ("\n\nThen\n====\n\nSome *text*.\n" if shown else "")


def test_translators_see_all_of_the_prose(site: Site) -> None:
    site.write(index=PAGE.format(">=34"))
    assert site.build("gettext") == ""
    assert 'msgid "Some *text*."' in site.output("index.pot")


ELSEWHERE = """\
Only
====

.. nova-only:: >=34

   See :openstack:file:`nova/vtpm.py` and :openstack:task:`Manager.none`.

   .. nova-layout:: nova/share
      :caption: Shares, in *34*

      manila: Asks Manila.

   .. nova-only:: >=35

      Later.

.. nova-only:: <34

   Earlier.
"""


def test_what_is_about_another_release_is_for_translators_only(site: Site) -> None:
    site.write(index=ELSEWHERE)
    assert site.build("gettext", nitpicky=True) == ""
    messages = site.output("index.pot")
    for text in ("See :openstack:file:`nova/vtpm.py` and", "Shares, in *34*", "Asks Manila.", "Later.", "Earlier."):
        assert f'msgid "{text}' in messages
    assert site.build("text", out="text", nitpicky=True) == ""
    assert site.output("index.txt") == "Only\n****\n\nEarlier.\n"


def test_a_bad_specifier_and_an_unknown_release(site: Site) -> None:
    site.write(index=PAGE.format("newer"))
    warnings = site.build("text")
    assert warnings.startswith("index.rst:4: WARNING: nova-only: ")
    assert warnings.endswith("[nova.release]\n")
    for name in ("PKG-INFO", "setup.cfg"):
        (site.nova / name).unlink()
    site.write(index=PAGE.format(">=34"))
    assert site.build("text") == (
        "index.rst:4: WARNING: nova-only: the release of ../nova is not known; the text is shown [nova.release]\n"
    )
    assert "Some *text*." in site.output("index.txt")
