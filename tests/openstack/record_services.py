"""Record how the services of each release start.

    python tests/openstack/record_services.py path/to/nova [34.0.0=path/to/unpacked/nova-34.0.0 ...]

For every final release (the first of each series) among the clone's tags, and for every release given as a folder, it
writes ``tests/expected/<release>/services.json``: of each command that is no mere command its kind, topics, manager,
further endpoints, the option for the number of workers, the way to the database, and the steps in which it starts.
Read what it changes: that of 2013.2 and of 34.0.0 was compared with the source, and 34.0.0 with a running Nova.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.services import services
from sphinxext.nova.program import Program
from tests.catalog.record_folders import tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinxext.nova.model import Service

EXPECTED = Path(__file__).parent.parent / "expected"


def told(rows: Iterable[Service]) -> dict[str, list[object]]:
    return {
        row.binary: [
            row.kind,
            list(row.topics),
            row.manager,
            list(row.endpoints),
            row.workers_option,
            row.database,
            " ".join(dict.fromkeys(step.what for step in row.start or ())),
        ]
        for row in rows
        if row.kind != "command"
    }


def main(clone: str, *folders: str) -> None:
    places = {tag: f"{clone}@{tag}" for tag in tags(clone)}
    places |= {release: root for release, _, root in (folder.partition("=") for folder in folders)}
    for release, place in places.items():
        rows = told(services(Program(open_checkout(place)), with_start=True).rows)
        lines = [f" {json.dumps(name)}: {json.dumps(about)}" for name, about in rows.items()]
        (EXPECTED / release / "services.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
