"""Record what can be asked over RPC in some releases.

    python tests/openstack/record_rpc_methods.py path/to/nova [34.0.0=path/to/unpacked/nova-34.0.0 ...]

For a release of each era among the clone's tags, and for every release given as a folder, it writes
``tests/expected/<release>/rpc_methods.json``: of each row where it is asked, its kinds and versions, and the places of
both ends. Read what it changes: that of 34.0.0 was compared with a running Nova.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.rpc_methods import rpc_methods
from sphinxext.nova.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinxext.nova.model import RpcMethod

EXPECTED = Path(__file__).parent.parent / "expected"
TAGS = ("2011.3", "2012.2", "2013.2", "2014.2", "20.0.0")


def told(rows: Iterable[RpcMethod]) -> list[str]:
    return [
        " ".join(
            (
                ".".join(filter(None, (row.topic or "?", row.namespace, row.method))),
                ",".join(row.kind) or "-",
                ",".join(row.versions) or "-",
                f"{row.client}:{row.client_line}" if row.client else "-",
                f"{row.endpoint}:{row.endpoint_line}" if row.endpoint else "-",
            )
        )
        for row in rows
    ]


def main(clone: str, *folders: str) -> None:
    places = {tag: f"{clone}@{tag}" for tag in TAGS}
    places |= {release: root for release, _, root in (folder.partition("=") for folder in folders)}
    for release, place in places.items():
        rows = rpc_methods(Program(open_checkout(place))).rows
        file = EXPECTED / release / "rpc_methods.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(told(rows), indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
