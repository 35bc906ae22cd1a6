"""The EC2 API: an action is called as a method, whose name is written in another way. 2010.1 to 12.0.0.

``APIRequest`` of ``nova/api/ec2/apirequest.py`` makes ``run_instances`` of the request's ``Action=RunInstances`` and
calls that method of the controller with the request's context.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.model import RestAction
from sphinxext.nova.program import ClassDef, member_of, methods

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.program import Program

_CONTROLLERS: Final = {"cloud": "CloudController", "admin": "AdminController"}
"""The controllers of ``/services/Cloud`` and, 2010.1 to 2011.3, ``/services/Admin``, by module."""
_FIRST: Final = ("self", "context")


def ec2(program: Program) -> Iterator[RestAction]:
    """Give the actions of the EC2 API."""
    for name, class_name in _CONTROLLERS.items():
        module = program.module(f"{program.checkout.package}.api.ec2.{name}")
        for controller in () if module is None else member_of(module, class_name)[:1]:
            if isinstance(controller, ClassDef):
                yield from _of_controller(controller, f"/services/{name.capitalize()}")


def _of_controller(controller: ClassDef, path: str) -> Iterator[RestAction]:
    for name, function in methods(controller).items():
        first = tuple(parameter.name for parameter in function.fact.parameters[:2])
        if not name.startswith("_") and first == _FIRST:
            action = "".join(part.capitalize() for part in name.split("_"))
            yield RestAction(
                name=f"EC2 {action}",
                http_method="POST",
                path=path,
                action=action,
                api="ec2",
                controller=controller.name,
                function=function.name,
                file=function.module.path,
                line=function.fact.line,
            )
