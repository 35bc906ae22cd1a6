"""Warnings: typed, located, one line; ``suppress_warnings = ["nova.<kind>"]`` silences one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.util import logging

from sphinxext.nova.escaping import visible

if TYPE_CHECKING:
    from docutils import nodes

    from sphinxext.nova.problems import Kind, Problem

TYPE = "nova"

_logger = logging.getLogger(__name__)


def warn(kind: Kind, message: str, location: nodes.Node | tuple[str, int] | str | None = None) -> None:
    """Log one warning of type ``nova`` and subtype ``kind``, in one line.

    :param location: a node, (docname, line), or the ``path:line`` of a file that is no page.
    """
    _logger.warning("%s", visible(message).strip(), type=TYPE, subtype=kind.value, location=location)


def warn_problem(problem: Problem, checkout: str, location: nodes.Node | tuple[str, int] | None) -> None:
    """Log what was wrong with a file of the checkout that its project calls ``checkout``."""
    place = f"{checkout}: {problem.file}" if problem.file else checkout
    if problem.line:
        place += f":{problem.line}"
    warn(problem.kind, f"{place}: {problem.message}", location)
