"""Warnings of names that are not found end with what could not be read; of answers, each such file is a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import small_database
from tests.checkout.repositories import start
from tests.small_nova import make

if TYPE_CHECKING:
    from tests.extension.conftest import Site

UNKNOWN = {
    ".. periodic-tasks:: nova-nothing": "periodic-tasks: no service or manager nova-nothing",
    ".. service-bootstrap:: nova-nothing": "service-bootstrap: no service or command nova-nothing",
    ".. rpc-methods:: nothing": "rpc-methods: no topic nothing",
    ".. rpc-flow:: nova.service.nothing": "rpc-flow: no function nova.service.nothing",
    ".. db-calls:: nova.service.nothing": "db-calls: no function nova.service.nothing",
    ".. nova-layout:: nova/service.py/x": "nova-layout: no folder nova/service.py/x",
    ":openstack:task:`Nothing._none`": "no periodic task Nothing._none",
    ":openstack:option:`nothing_known`": "no config option nothing_known",
    ":openstack:db:`nothing_known`": "no database function nothing_known",
    ":openstack:rpc:`nothing.known`": "no function nothing.known",
    ":openstack:service:`nothing`": "no service or command nothing",
    ":openstack:file:`nova/service.py`": "no file nova/service.py",
}


@pytest.mark.parametrize("asked", UNKNOWN)
def test_a_name_is_not_found_and_a_file_was_not_read(site: Site, asked: str) -> None:
    make(site.nova, small_database.FILES)
    # Commands are declared by the metadata.
    path = "setup.cfg" if "service:" in asked else "nova/service.py"
    (site.nova / path).unlink()
    (site.nova / path).symlink_to("/etc/hosts")
    site.write(index=f"Page\n====\n\n{asked}\n")
    [warning] = site.build("text", nova_cache_dir="").splitlines()
    assert warning.startswith(f"index.rst:4: WARNING: {UNKNOWN[asked]} in nova 2013.2")
    assert warning.endswith(f"; {path}: a link that leads out of the checkout [nova.name]")


def test_a_module_that_an_answer_needs(site: Site) -> None:
    make(site.nova, small_database.FILES)
    start(site.nova)
    site.write(index="Page\n====\n\n.. rpc-flow:: nova.compute.manager.ComputeManager.start_instance\n")
    config = {"nova_cache_dir": "../cache"}
    assert site.build("text", **config) == ""
    whole = site.output("index.txt")
    file = site.nova / "nova" / "conductor" / "rpcapi.py"
    before = file.read_bytes()
    file.unlink()
    lost = "needs nova.conductor.rpcapi, which is not in this checkout; what it holds is not in the answer"
    assert site.build("text", **config) == (
        f"index.rst:4: WARNING: ../nova: nova/compute/manager.py:1: {lost} [nova.missing]\n"
    )
    assert site.output("index.txt") != whole
    file.write_bytes(before)
    assert site.build("text", **config) == ""
    assert site.output("index.txt") == whole
