"""The loop in each service that runs its periodic tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.openstack.options import Use, used
from sphinxext.nova.program import UNKNOWN

if TYPE_CHECKING:
    from sphinxext.nova.program import Options

_OPTION: Final = "periodic_interval"


def period(options: Options) -> Use:
    """Return the option that says how many seconds there are between two passes. 2010.1 to 2012.2."""
    option = options.find("DEFAULT", _OPTION)
    return Use(_OPTION, _OPTION, None, UNKNOWN) if option is None else used(_OPTION, option, options)
