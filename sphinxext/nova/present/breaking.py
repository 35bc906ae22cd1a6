"""Where a name may be cut at the end of a line: after a dot, an underscore or a slash, and nowhere else."""

from __future__ import annotations

import re
from itertools import pairwise

_BREAK = re.compile(
    r"(?<=[^\s./])[./]+(?=[\w{<])(?<![0-9]\.(?=[0-9]))"  # nova/|compute/|api.py, but not 6.|0
    r"|(?<=[^\W_])_+(?=[^\W_])"  # instance_|get, but not _|get, __|init__ or init_|_
)


def pieces(name: str) -> list[str]:
    """Return the parts of a name between which a line may end; joined they are the name.

    >>> pieces("nova.compute.manager.ComputeManager._sync_power_states")
    ['nova.', 'compute.', 'manager.', 'ComputeManager.', '_sync_', 'power_', 'states']
    """
    ends = [0, *(found.end() for found in _BREAK.finditer(name)), len(name)]
    return [name[start:end] for start, end in pairwise(ends) if start < end]
