"""How many calls of an RPC client lead to its method and on to what answers, and what that costs; jedi beside it.

    .venv/bin/python bench/rpc_calls.py CHECKOUT [--jedi PYTHON] [--repeat N] [--list]

The calls are those whose receiver is called as clients are: ``self.compute_rpcapi.m()``, ``scheduler_rpcapi.m()``,
``self.cells_rpcapi.m()``. ``--jedi`` names a Python in which jedi is installed (``python -m venv``, ``pip install
jedi``); it is asked for the definition of each method, and can say nothing of what answers. ``--list`` prints each call
and where it leads. Both are given the list of calls, and read the checkout for the first time, in processes of their
own. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from measure import medians, run, table

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.flow import Boundaries, Walker
from sphinxext.nova.openstack.callers import Callers
from sphinxext.nova.openstack.clients import Clients
from sphinxext.nova.openstack.endpoints import Endpoints
from sphinxext.nova.program import FunctionDef, Module, Program, resolve
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from measure import Usage

FLOOR, OURS, JEDI = "floor", "ours", "jedi"
RECEIVER: Final = re.compile(r"(\w+\.)*\w*rpcapi")
"""What clients are called where they are used, in all releases since 2012.2."""


def main() -> None:
    """Measure and print; with the name of a candidate, be it."""
    parser = argparse.ArgumentParser(description="Count the calls of RPC clients that lead somewhere.")
    parser.add_argument("checkout", type=Path, help="an unpacked release")
    parser.add_argument("--jedi", type=Path, metavar="PYTHON", help="a Python in which jedi is installed")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the median counts, default: %(default)s")
    parser.add_argument("--list", action="store_true", help="print each call and where it leads")
    parser.add_argument("--be", choices=(FLOOR, OURS), help=argparse.SUPPRESS)
    parser.add_argument("--sites", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be:
        be(options.be, options.checkout, options.sites, options.out)
        return
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        sites = out / "sites.json"
        sites.write_text(json.dumps(list(calls_of_clients(_program(options.checkout)))), encoding="utf-8")
        candidates = {name: candidate(name, options.checkout, sites, out / name) for name in (FLOOR, OURS)}
        if options.jedi is not None:
            candidates[JEDI] = lambda: run([options.jedi, "-c", ASK_JEDI, options.checkout, sites, out / JEDI])
        print(table(f"calls of RPC clients, {options.checkout.name}", medians(candidates, options.repeat)), end="\n\n")
        report(sites, {name: out / name for name in candidates if name != FLOOR}, every=options.list)


def candidate(name: str, checkout: Path, sites: Path, out: Path) -> Callable[[], Usage]:
    """Return what runs one candidate in a process of its own."""
    return lambda: run([sys.executable, __file__, checkout, "--be", name, "--sites", sites, "--out", out])


def be(name: str, checkout: Path, sites: Path, out: Path) -> None:
    """Do what one candidate does: ours says of each line in which a client is called what that is and what answers."""
    program = _program(checkout)
    if name == FLOOR:
        for _ in program.checkout.read_many(program.source_files()):
            pass
        return
    walker = Walker(program, Boundaries(package=program.checkout.package, deployment=()))
    endpoints = Endpoints(walker)
    found: dict[str, list[str | None]] = {}
    with walker.walking():
        ends: dict[FunctionDef, str | None] = {}
        for sending in Clients(walker).sendings():
            sent = sending.sent
            for topic in walker.messaging.topics(sent.topic) or endpoints.main_topics:
                _, endpoint = endpoints.find(topic, sent.namespace, sent.method)
                if endpoint is not None:
                    ends[sending.client] = f"{endpoint.made.class_.name}.{sent.method}"
                ends.setdefault(sending.client, None)
        listed = json.loads(sites.read_text(encoding="utf-8"))
        called = {method for *_, method in listed}
        wanted = [client for client in ends if client.fact.name in called]
        paths = dict.fromkeys(path for path, *_ in listed)
        for function, callers in Callers(walker, endpoints, wanted).found(paths).items():
            for caller in callers:
                found[f"{caller.file}:{caller.line}"] = [function.name, ends[function]]
    out.write_text(json.dumps(found), encoding="utf-8")


def _program(checkout: Path) -> Program:
    return Program(open_checkout(str(checkout)))


def calls_of_clients(program: Program) -> Iterator[tuple[str, int, int, int, str]]:
    """Give each call: its file and line, the line and the column (from 0) of the method's name, and the name."""
    for path in program.source_files():
        module, data = program.module_at(path), program.checkout.read(path)
        if module is None or b"rpcapi" not in data:
            continue
        lines = data.split(b"\n")
        scopes: list[Module | FunctionDef] = [module]
        scopes += [FunctionDef(module, fact.index) for fact in module.facts.functions]
        for scope in scopes:
            for _, called, _, _, line, column in calls(scope.body):
                receiver, _, method = called.rpartition(".") if isinstance(called, str) else ("", "", "")
                if RECEIVER.fullmatch(receiver) and not isinstance(resolve(receiver, scope), Module):
                    rest = b"\n".join([lines[line - 1][column:], *lines[line : line + 3]])
                    found = re.search(rb"\.[\s\\]*" + method.encode() + rb"\s*\(", rest)
                    at = found.end() - 1 if found else 0
                    before = rest[: rest.rindex(method.encode(), 0, at)]
                    row = line + before.count(b"\n")
                    start = len(before) - before.rfind(b"\n") - 1 if row > line else column + len(before)
                    yield path, line, row, start, method


def report(sites: Path, found: Mapping[str, Path], *, every: bool) -> None:
    """Print how many of the calls each candidate leads on."""
    listed = json.loads(sites.read_text(encoding="utf-8"))
    led = {name: json.loads(file.read_text(encoding="utf-8")) for name, file in found.items()}
    print(f"| {len(listed)} calls | to the client's method | and to what answers |", "|---|---:|---:|", sep="\n")
    for name, ends in led.items():
        given = [ends.get(f"{path}:{line}", [None, None]) for path, line, _, _, _ in listed]
        print(f"| {name} | {sum(client is not None for client, _ in given)} | {sum(bool(end) for _, end in given)} |")
    for path, line, _, _, method in listed if every else ():
        print(
            f"{path}:{line}", method, *(" -> ".join(map(str, ends.get(f"{path}:{line}", []))) for ends in led.values())
        )


ASK_JEDI: Final = """
import json, sys, pathlib, jedi
root, sites, out = sys.argv[1:]
project, scripts, found = jedi.Project(root), {}, {}
for path, line, row, column, method in json.loads(pathlib.Path(sites).read_text()):
    if path not in scripts:
        scripts[path] = jedi.Script(path=pathlib.Path(root) / path, project=project)
    try:
        names = scripts[path].infer(row, column)
    except Exception:
        continue
    for name in names:
        if name.type == "function" and name.name == method and "rpc" in (name.module_name or "").rpartition(".")[2]:
            found[f"{path}:{line}"] = [name.full_name, None]
pathlib.Path(out).write_text(json.dumps(found))
"""
"""What a Python with jedi runs; it says for each call the function that it leads to."""


if __name__ == "__main__":
    main()
