"""The walk: from a function, along the calls, to what the process tells others and asks of them.

:class:`~sphinxext.nova.flow.walker.Walker` is where to start. It interprets functions over small sets of possible
values (:mod:`~sphinxext.nova.flow.values`), once for each context, and gives a tree of steps
(:mod:`~sphinxext.nova.flow.steps`). What OpenStack means by the steps is for others to say.
"""

from sphinxext.nova.flow.boundaries import Boundaries
from sphinxext.nova.flow.frames import Frame
from sphinxext.nova.flow.limits import Limit
from sphinxext.nova.flow.opening import DRIVER
from sphinxext.nova.flow.steps import Call, Choice, Decided, Lost, Reached, Sent, Steps, Summary, Way, Yielded, sends
from sphinxext.nova.flow.unfollowed import Clients
from sphinxext.nova.flow.values import (
    Arguments,
    Atom,
    Class,
    Const,
    Dict,
    External,
    Function,
    Lambda,
    Object,
    Option,
    Partial,
    Sequence,
    Target,
    Unknown,
    Value,
)
from sphinxext.nova.flow.walker import Walker

__all__ = [
    "DRIVER",
    "Arguments",
    "Atom",
    "Boundaries",
    "Call",
    "Choice",
    "Class",
    "Clients",
    "Const",
    "Decided",
    "Dict",
    "External",
    "Frame",
    "Function",
    "Lambda",
    "Limit",
    "Lost",
    "Object",
    "Option",
    "Partial",
    "Reached",
    "Sent",
    "Sequence",
    "Steps",
    "Summary",
    "Target",
    "Unknown",
    "Value",
    "Walker",
    "Way",
    "Yielded",
    "sends",
]
