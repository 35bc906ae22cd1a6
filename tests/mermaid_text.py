"""What a Mermaid sequence diagram says: read by a check of our own, and by Mermaid itself where node is there."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_STATEMENTS = {
    "title": re.compile(r"accTitle: (?P<text>[^\n]+)"),
    "description": re.compile(r"accDescr: (?P<text>[^\n]+)"),
    "box": re.compile(r"box transparent (?P<text>.+)"),
    "participant": re.compile(r"participant (?P<id>[px]\d+) as (?P<text>.+)"),
    "note": re.compile(r"Note over (?P<ids>[px]\d+(?:,[px]\d+)?): (?P<text>.+)"),
    "arrow": re.compile(r"(?P<from>[px]\d+)(?P<arrow>->>\+?|-\)|-->>-)(?P<to>[px]\d+): (?P<text>.+)"),
    "open": re.compile(r"(?P<word>alt|opt|loop) (?P<text>.+)"),
    "else": re.compile(r"else (?P<text>.+)"),
    "end": re.compile(r"end"),
}
_ENTITY = re.compile(r"#\d+;")


def check(text: str) -> None:
    """Assert that a diagram is well formed: known statements, declared lifelines, balanced blocks, escaped texts."""
    head, *rest = text.splitlines()
    assert head == "sequenceDiagram"
    assert text.endswith("\n")
    declared: set[str] = set()
    waiting: list[str] = []
    blocks: list[str] = []
    for line in rest:
        word, match = next(
            ((name, found) for name, form in _STATEMENTS.items() if (found := form.fullmatch(line.strip()))),
            (None, None),
        )
        assert match is not None, line
        values = match.groupdict()
        said = _ENTITY.sub("", values.get("text", "").replace("<br/>", ""))
        assert not re.search(r"[#;<>&\"$%{}\\`\x00-\x1f\u2028]", said), line
        if word == "participant":
            assert values["id"] not in declared
            declared.add(values["id"])
        elif word == "note":
            assert set(values["ids"].split(",")) <= declared
        elif word == "arrow":
            assert {values["from"], values["to"]} <= declared
            if values["arrow"] == "->>+":
                waiting.append((values["from"], values["to"], len(blocks)))
            elif values["arrow"] == "-->>-":
                assert waiting.pop() == (values["to"], values["from"], len(blocks)), line
        elif word in {"open", "box"}:
            blocks.append(values.get("word", "box"))
        elif word == "else":
            assert blocks[-1] == "alt"
        elif word == "end":
            blocks.pop()
    assert not waiting
    assert not blocks


def read_back(texts: list[str], package: str = "mermaid") -> list[dict]:
    """Let Mermaid read diagrams.

    :param package: ``mermaid`` is the version that sphinxcontrib-mermaid loads, ``mermaid-newest`` the newest.
    """
    command = ["node", str(ROOT / "tests" / "node" / "read_back.mjs")]
    asked = json.dumps({"package": package, "texts": texts})
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
