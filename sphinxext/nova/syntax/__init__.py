"""One file's bytes to facts about that file; knows no other file. The only package that knows tree-sitter.

:func:`read` is all there is to call; :mod:`~sphinxext.nova.syntax.facts` and :mod:`~sphinxext.nova.syntax.forms` say
what comes out.
"""

from sphinxext.nova.syntax.encoding import UnencodableError
from sphinxext.nova.syntax.facts import (
    ANALYSER_VERSION,
    Assignment,
    Class,
    Decorator,
    FileFacts,
    Function,
    Import,
    Parameter,
    ParameterKind,
    parameters_of,
)
from sphinxext.nova.syntax.reading import read

__all__ = [
    "ANALYSER_VERSION",
    "Assignment",
    "Class",
    "Decorator",
    "FileFacts",
    "Function",
    "Import",
    "Parameter",
    "ParameterKind",
    "UnencodableError",
    "parameters_of",
    "read",
]
