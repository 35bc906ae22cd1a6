"""A build in which nothing has changed pays for looking at the checkout, and for nothing else."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.extension.conftest import Site

BUILD = """
import sys
from sphinx.cmd.build import main
failed = main(["-q", "-b", "text", *sys.argv[1:]])
ours = {".".join(name.split(".")[2:3]) for name in sys.modules if name.startswith("sphinxext.nova.")}
print(failed, *sorted(ours | {"tree_sitter", "sqlite3"} & set(sys.modules)))
"""


def test_what_a_build_imports(site: Site) -> None:
    (site.pages / "conf.py").write_text('extensions = ["sphinxext.nova"]\nnova_checkout = "../nova"\n')
    site.write(index="Tree\n====\n\n.. nova-layout:: nova/conductor\n")
    out = site.pages.parent / "out"
    command = [sys.executable, "-c", BUILD, site.pages, out]

    def build() -> set[str]:
        built = subprocess.run(command, capture_output=True, text=True, check=True)
        assert built.stderr == ""
        failed, *modules = built.stdout.split()
        assert failed == "0"
        return set(modules)

    first = build()
    assert {"model", "openstack", "syntax", "tree_sitter"} <= first
    # The types of what the pages show and the modules that read are not among them.
    assert build() == {"_version", "checkout", "escaping", "extension", "present", "problems"}
