"""Which imports of what is not there are problems of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Kind, Problem, Source
from sphinxext.nova.program import FunctionDef, Program, candidates
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path

LOST = {
    "from nova import gone": "nova.gone",
    "from nova import gone as here": "nova.gone",
    "from nova.gone import thing": "nova.gone",
    "from nova.gone.deep import Thing": "nova.gone.deep",
    "from nova.virt import gone": "nova.virt.gone",
    "from .gone import thing": "nova.gone",
    "from . import gone": "nova.gone",
    "import nova.virt.gone": "nova.virt.gone",
    "import nova.virt.gone.deep": "nova.virt.gone",
    "import nova.virt.gone as here": "nova.virt.gone",
    "if x:\n    from nova import gone": "nova.gone",
    "try:\n    from nova import gone\nexcept ValueError:\n    pass": "nova.gone",
    "try:\n    pass\nfinally:\n    from nova import gone": "nova.gone",
    "try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    from nova import gone": "nova.gone",
    "with lock:\n    from nova import gone": "nova.gone",
}
"""The module that is needed and is nowhere, by the import that names it."""

SILENT = (
    "from elsewhere import gone",
    "import elsewhere.gone",
    "from nova.tests import gone",
    "from nova.tests.gone import thing",
    "from nova import vcsversion",
    "from nova.vcsversion import version_info",
    "from nova import Class",
    "from nova.virt.driver import gone",
    "from nova.defined import here",
    "from nova.starred import here",
    "from nova.dynamic import here",
    "from nova.half import here",
    "from nova.given import driver",
    "try:\n    from nova import gone\nexcept ImportError:\n    gone = None",
    "try:\n    from nova import gone\nexcept (ValueError, exceptions.ModuleNotFoundError):\n    gone = None",
    "try:\n    from nova import gone\nexcept:\n    gone = None",
    "try:\n    from nova import gone\nexcept Exception:\n    gone = None",
    "try:\n    if x:\n        from nova import gone\nexcept ImportError:\n    gone = None",
    "try:\n    import other\nexcept ImportError:\n    from nova import gone",
    "with contextlib.suppress(ImportError):\n    from nova import gone",
    "if TYPE_CHECKING:\n    from nova import gone",
    "if typing.TYPE_CHECKING:\n    import nova.virt.gone",
)
"""Imports that name nothing which has to be there."""

PACKAGES = {
    "nova/defined/__init__.py": "here = 1\n",
    "nova/starred/__init__.py": "from elsewhere import *\n",
    "nova/dynamic/__init__.py": "def __getattr__(name):\n    return name\n",
    "nova/half/__init__.py": "\0",
    "nova/given/__init__.py": "from nova.virt import driver\n",
}


def looked_up(tmp_path: Path, text: str) -> tuple[Program, frozenset[Source]]:
    """Look up what each name of a module may be, in a function of it too; return the sources."""
    names = ("gone", "here", "thing", "Thing", "nova.virt.gone.deep.x", "version_info", "vcsversion", "driver")
    program = Program(open_checkout(str(make(tmp_path / "nova", {**PACKAGES, "nova/asks.py": text}))))
    module = program.module("nova.asks")
    assert module is not None
    with program.recording() as record:
        for name in names:
            candidates(name, module)
        for fact in module.facts.functions:
            for name in names:
                candidates(name, FunctionDef(module, fact.index))
    return program, record.sources


def missing(program: Program, sources: frozenset[Source]) -> list[Problem]:
    return [problem for problem in program.problems_in(sources) if problem.kind is Kind.MISSING]


def needs(name: str, line: int) -> Problem:
    message = f"needs {name}, which is not in this checkout; what it holds is not in the answer"
    return Problem(Kind.MISSING, message, "nova/asks.py", line)


@pytest.mark.parametrize("text", LOST)
def test_a_module_that_is_nowhere(tmp_path: Path, text: str) -> None:
    program, sources = looked_up(tmp_path, f"{text}\n")
    line = text[: text.index("gone")].count("\n") + 1
    name = LOST[text]
    assert missing(program, sources) == [needs(name, line)]
    found = {source.path for source in sources if source.words}
    assert found == {f"{name.replace('.', '/')}.py"}


@pytest.mark.parametrize("text", SILENT)
def test_nothing_that_has_to_be_there(tmp_path: Path, text: str) -> None:
    assert missing(*looked_up(tmp_path, f"{text}\n")) == []


def test_in_a_function_no_handler_around_it_counts(tmp_path: Path) -> None:
    text = "try:\n    def f():\n        from nova import gone\nexcept ImportError:\n    pass\n"
    assert missing(*looked_up(tmp_path, text)) == [needs("nova.gone", 3)]
    guarded = "def f():\n    try:\n        from nova import gone\n    except ImportError:\n        pass\n"
    assert missing(*looked_up(tmp_path / "other", guarded)) == []


def test_each_module_once_at_the_first_place(tmp_path: Path) -> None:
    text = "def f():\n    from nova import gone\n\n\ndef g():\n    from nova.gone import thing\n"
    assert missing(*looked_up(tmp_path, text)) == [needs("nova.gone", 2)]


def test_what_was_looked_up_before_is_a_problem_again(tmp_path: Path) -> None:
    program, sources = looked_up(tmp_path, "from nova import gone\n")
    module = program.module("nova.asks")
    assert module is not None
    with program.recording() as record:
        candidates("gone", module)
    assert missing(program, record.sources) == missing(program, sources)
    with program.recording() as record:
        candidates("driver", module)
    assert missing(program, record.sources) == []
