"""Names to things across the files of a checkout, and the cache of what was read.

:class:`~sphinxext.nova.program.program.Program` is where to start: it reads a file when somebody first asks about it
and says afterwards what was looked at. The other modules each answer one kind of question about it.
"""

from sphinxext.nova.program.cache import Cache
from sphinxext.nova.program.classes import Member, attribute, lookup, methods, subclasses
from sphinxext.nova.program.constants import UNKNOWN, Unknown, evaluate
from sphinxext.nova.program.definitions import (
    Assigned,
    ClassDef,
    Definition,
    External,
    FunctionDef,
    Module,
    Scope,
    last_name,
)
from sphinxext.nova.program.inheriting import does_the_same
from sphinxext.nova.program.names import bases, candidates, imported_by_string, member_of, mro, resolve
from sphinxext.nova.program.options import ConfigOption, Options
from sphinxext.nova.program.program import Program
from sphinxext.nova.program.unread import fewer, note_import, note_named

__all__ = [
    "UNKNOWN",
    "Assigned",
    "Cache",
    "ClassDef",
    "ConfigOption",
    "Definition",
    "External",
    "FunctionDef",
    "Member",
    "Module",
    "Options",
    "Program",
    "Scope",
    "Unknown",
    "attribute",
    "bases",
    "candidates",
    "does_the_same",
    "evaluate",
    "fewer",
    "imported_by_string",
    "last_name",
    "lookup",
    "member_of",
    "methods",
    "mro",
    "note_import",
    "note_named",
    "resolve",
    "subclasses",
]
