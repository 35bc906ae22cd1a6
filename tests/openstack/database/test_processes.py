"""Which processes may touch the database: small trees in each form, real releases, and the first tag of each series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.database import Access, database_access
from sphinxext.nova.program import Options, Program
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

OPTION = "cfg.CONF.register_opts([cfg.BoolOpt('use_local', default={})], group='conductor')\n"


def neither(line: int) -> Access:
    return Access(objects=True, blocked=True, line=line)


def access(folder: Path, text: str, other: Mapping[str, str] | None = None) -> Access:
    files = {
        "setup.cfg": "[metadata]\nname = nova\n[entry_points]\nconsole_scripts =\n    nova-x = nova.cmd.x:main\n",
        "bin/nova-example": None,
        "nova/cmd/__init__.py": "",
        "nova/cmd/x.py": f"from oslo.config import cfg\n\nCONF = cfg.CONF\n\n\ndef main():\n{text}",
        **(other or {}),
    }
    asked = Program(open_checkout(str(make(folder, files))))
    return database_access(asked, Options(asked))["nova-x"]


CASES = {
    "    service.wait()\n": Access(),
    "    cmd_common.block_db_access('nova-x')\n": Access(blocked=True, line=7),
    "    nova.db.main.api.DISABLE_DB_ACCESS = True\n": Access(blocked=True, line=7),
    "    nova.db.main.api.DISABLE_DB_ACCESS = False\n": Access(),
    "    base.NovaObject.indirection_api = rpcapi.ConductorAPI()\n": Access(objects=True, line=7),
    "    base.NovaObject.indirection_api = None\n": Access(),
    "    server = service.Service.create(binary='nova-x', db_allowed=False)\n": Access(blocked=True, line=7),
    "    server = service.Service.create(binary='nova-x', db_allowed=True)\n": Access(),
}


@pytest.mark.parametrize("text", CASES)
def test_each_form(tmp_path: Path, text: str) -> None:
    assert access(tmp_path, text) == CASES[text]


@pytest.mark.parametrize(
    ("default", "expected"),
    [("False", neither(8)), ("True", Access()), ("compute()", neither(8))],
)
def test_an_option_decides_by_its_default(tmp_path: Path, default: str, expected: Access) -> None:
    text = (
        "    if not CONF.conductor.use_local:\n"
        "        block_db_access()\n"
        "        base.NovaObject.indirection_api = rpcapi.ConductorAPI()\n"
        "    service.Service.create(db_allowed=CONF.conductor.use_local)\n"
    )
    options = {"nova/conductor/api.py": f"from oslo.config import cfg\n\n{OPTION.format(default)}"}
    assert access(tmp_path, text, options) == expected


def test_a_script_is_the_main_module(tmp_path: Path) -> None:
    script = "#!/usr/bin/env python\ndef block_db_access():\n    pass\n\n\n"
    script += "if __name__ == '__main__':\n    block_db_access()\n"
    asked = Program(open_checkout(str(make(tmp_path, {"bin/nova-y": script, "bin/nova-z": None}))))
    assert database_access(asked, Options(asked)) == {"nova-example": Access(), "nova-y": Access(blocked=True, line=7)}
    assert Access(blocked=True).way == Access(objects=True).way == "conductor"
    assert Access().way == "direct"


RELEASES = {
    "15.1.5": {
        "nova-api-metadata": Access(objects=True, line=45),
        "nova-compute": neither(52),
        "nova-dhcpbridge": neither(120),
        "nova-network": neither(53),
    },
    "24.0.0": {"nova-api-metadata": Access(objects=True, line=47), "nova-compute": neither(56)},
    "34.0.0": {"nova-compute": neither(71)},
}


def denied(asked: Program) -> dict[str, Access]:
    return {name: one for name, one in database_access(asked, Options(asked)).items() if one != Access()}


@pytest.mark.release
@pytest.mark.parametrize("number", RELEASES)
def test_releases(release: Callable[[str], Path], number: str) -> None:
    assert denied(Program(open_checkout(str(release(f"nova-{number}"))))) == RELEASES[number]


TAGS = {
    "2010.1": {},
    "2012.2": {},
    "2013.1": {"nova-compute": Access(blocked=True, line=79)},
    "2013.2": {"nova-compute": neither(62)},
    "2014.1": {
        "nova-api-metadata": Access(objects=True, line=46),
        "nova-compute": neither(66),
        "nova-network": neither(64),
    },
    "14.0.0": {
        "nova-api-metadata": Access(objects=True, line=46),
        "nova-compute": neither(51),
        "nova-dhcpbridge": neither(121),
        "nova-network": neither(48),
    },
}


@pytest.mark.history
@pytest.mark.parametrize("tag", TAGS)
def test_tags(nova_git: Path, tag: str) -> None:
    assert denied(Program(open_checkout(f"{nova_git}@{tag}"))) == TAGS[tag]
