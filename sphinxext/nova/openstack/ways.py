"""The way of a message through the sender's code: who sends it, and where the caller's own code ends."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from sphinxext.nova.program import FunctionDef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinxext.nova.flow import Call, Sent
    from sphinxext.nova.program import Scope

_CLIENTS: Final = ("rpcapi", "baserpc")
"""Modules whose classes send messages. 2012.2 and newer."""
_OWN: Final = "compute.api"
"""Looks like the client's side of nova-compute, and is what nova-api does."""
_API: Final = ("api", "base_api")
"""Modules of a receiver that its callers use, and what those have in common: ``network/base_api.py``."""
_PASSING: Final = ("hooks", "utils")
"""Modules whose functions call what they are given: ``nova/hooks.py`` up to 21.0.0, ``spawn`` of ``nova/utils.py``."""
_MACHINERY: Final = ("rpc", "rpcclient", "openstack.common.rpc")
"""Modules through which every message goes, whoever sends it."""


class Way:
    """The calls from a sender to the place where a message leaves the process.

    :param package: the package of the project.
    :param calls: the calls from the sender on, the outermost first.
    """

    def __init__(self, package: str, step: Sent, calls: Sequence[Call]) -> None:
        self._package = package
        self._scopes = self.scopes = (*(call.scope for call in calls), step.scope)
        """Where each of the calls is written, and the message."""
        self._lines = [*(call.line for call in calls), step.line]

    @property
    def client(self) -> Scope:
        """The client method; before there were clients, the function that sends."""
        return self._scopes[self._client_index]

    @property
    def client_line(self) -> int:
        """The line of its ``def``."""
        client = self.client
        return client.fact.line if isinstance(client, FunctionDef) else self._lines[self._client_index]

    @property
    def place(self) -> tuple[str, int]:
        """The file and line where the caller's own code goes towards the client."""
        return self._scopes[self.own_index].module.path, self._lines[self.own_index]

    @property
    def is_through_api(self) -> bool:
        """Whether the sender goes through the API of nova-compute: ``compute/api.py``."""
        return any(scope.module.name.removeprefix(f"{self._package}.") == _OWN for scope in self._scopes)

    @cached_property
    def own_index(self) -> int:
        """Which of the places on the way, counted from outside, is the last one in the caller's own code."""
        folder = self.client.module.path.rpartition("/")[0]
        index = self._client_index
        while index > 1 and self._is_towards(self._scopes[index], folder):
            index -= 1
        return index

    @cached_property
    def _client_index(self) -> int:
        """Which of the places is in the client method: the innermost that is no machinery."""
        for index in range(len(self._scopes) - 1, 0, -1):
            if not self._is_machinery(self._scopes[index]):
                found = index
                while found and self._is_helper(self._scopes[found], self._scopes[found - 1]):
                    found -= 1
                return found
        return 0

    def _is_machinery(self, scope: Scope) -> bool:
        name = scope.module.name.removeprefix(f"{self._package}.")
        return any(name == one or name.startswith(f"{one}.") for one in _MACHINERY)

    @staticmethod
    def _is_client(scope: Scope) -> bool:
        return scope.module.name.rpartition(".")[2] in _CLIENTS

    def _is_helper(self, scope: Scope, outer: Scope) -> bool:
        """Tell whether a function of a client is called by another method of the same client."""
        return (
            isinstance(scope, FunctionDef)
            and isinstance(outer, FunctionDef)
            and scope.module == outer.module
            and self._is_client(scope)
            and scope.fact.name.startswith("_")
        )

    def _is_towards(self, scope: Scope, folder: str) -> bool:
        """Tell whether a place belongs to the receiver's client side: its rpcapi, its api, its client."""
        if self._is_client(scope):
            return True
        name = scope.module.name.removeprefix(f"{self._package}.")
        if name in _PASSING:
            return True
        if name == _OWN or not scope.module.path.startswith(f"{folder}/"):
            return False
        return name.rpartition(".")[2] in _API or ".client" in name or self._is_decorator(scope)

    def _is_decorator(self, scope: Scope) -> bool:
        """Tell whether a place is in what a decorator of the client's side makes.

        ``refresh_cache`` of ``nova/network/base_api.py``, 2014.1 to 20.0.0, and ``retry_select_destinations`` of
        ``nova/scheduler/utils.py``, 2015.1.0 to 18.0.0.
        """
        return (
            isinstance(scope, FunctionDef)
            and isinstance(scope.outer, FunctionDef)
            and scope.module != self._scopes[0].module
        )
