"""Record how many actions the REST APIs of each release have.

    python tests/openstack/rest/record_rest_actions.py path/to/nova [34.0.0=path/to/unpacked/nova-34.0.0 ...]

For every final release (the first of each series) among the clone's tags, and for every release given as a folder, it
writes ``tests/expected/<release>/rest_actions.json``: for each API the number of its actions, and of those among them
that the body of the request chooses. The tests hold besides that no handler in the source is left out.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.rest import rest_actions
from sphinxext.nova.program import Program
from tests.catalog.record_folders import tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinxext.nova.model import RestAction

EXPECTED = Path(__file__).parent.parent.parent / "expected"


def counted(actions: Iterable[RestAction]) -> dict[str, list[int]]:
    found = list(actions)
    total, chosen = Counter(one.api for one in found), Counter(one.api for one in found if one.action)
    return {api: [total[api], chosen[api]] for api in sorted(total)}


def main(clone: str, *folders: str) -> None:
    places = {tag: f"{clone}@{tag}" for tag in tags(clone)}
    places |= {release: root for release, _, root in (folder.partition("=") for folder in folders)}
    for release, place in places.items():
        numbers = counted(rest_actions(Program(open_checkout(place))))
        (EXPECTED / release / "rest_actions.json").write_text(json.dumps(numbers) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
