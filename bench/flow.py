"""What a flow costs as the ways to a function grow: functions gone through and CPU seconds, for diamonds of N levels.

Each level calls the next one twice, so that there are 2 ** N ways to the last; both columns grow as N does.

    python bench/flow.py
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.program import Program

LEVELS = (25, 50, 100, 200, 400, 800)
DEEPEST = 100
"""Of so many levels is each chain, since the walk follows no more calls inside one another than 120."""


def module(levels: int) -> str:
    """Return a module with chains of diamonds, ``levels`` in all, and a function that calls each chain."""
    lines = ["def run(x):"]
    starts = range(0, levels, DEEPEST)
    lines += [f"    level{start}(x)" for start in starts]
    for level in range(levels):
        ends = (level + 1) % DEEPEST == 0 or level + 1 == levels
        called = "print" if ends else f"level{level + 1}"
        lines += ["", "", f"def level{level}(x):", f"    {called}(0)", f"    {called}(1)"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the curve."""
    print(f"{'levels':>7} {'functions':>10} {'seconds':>8}")
    for levels in LEVELS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name, "nova")
            folder.mkdir()
            (folder / "__init__.py").write_text("")
            (folder / "diamond.py").write_text(module(levels))
            begun = time.process_time()
            flows = Flows(Program(open_checkout(name)))
            flows.flow(flows.find("nova.diamond.run"))
            seconds = time.process_time() - begun
        print(f"{levels:>7} {flows.walker.evaluations:>10} {seconds:>8.3f}")


if __name__ == "__main__":
    main()
