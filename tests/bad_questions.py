"""Flows that cannot be asked for, or hardly: trees that go in circles or have nothing there, for these tests."""

from __future__ import annotations

from tests.small_flow import FILES

ENTRY = "nova.compute.api.API.resize"
_API = FILES["nova/compute/api.py"]
assert _API is not None
_WITHOUT_SERVICES = {path: None for path in FILES if path.startswith(("nova/", "setup.cfg"))}

WHOLE = 6
"""How many messages ``ENTRY`` has in the small tree."""
ANSWERED: dict[str, tuple[dict[str, str | None], int]] = {
    "recursion": (
        {
            "nova/compute/api.py": _API.replace(
                "migrate_server(context, instance)\n",
                "migrate_server(context, instance)\n        self.resize(context, [instance])\n",
            )
        },
        WHOLE,
    ),
    "a module that imports itself": (
        {"nova/compute/api.py": f"from nova.compute import api\nfrom nova.compute.api import *\n{_API}"},
        WHOLE,
    ),
    "a circle of ancestors": (
        {
            "nova/compute/api.py": (
                "class API(Other):\n    def resize(self):\n        self.go()\n\n\nclass Other(API):\n    pass\n"
            )
        },
        0,
    ),
    "an endpoint class that is not there": ({"nova/compute/manager.py": "class Manager(object):\n    pass\n"}, 3),
    "a module of the endpoint that is not there": ({"nova/compute/manager.py": None}, 3),
    "no RPC": (
        {
            **_WITHOUT_SERVICES,
            "setup.cfg": "[metadata]\nname = nova\n",
            "nova/__init__.py": "",
            "nova/compute/__init__.py": "",
            "nova/compute/api.py": "class API(object):\n    def resize(self, context):\n        return 1\n",
        },
        0,
    ),
}
"""What there is beside the small tree, and how many messages ``ENTRY`` has in it."""
REFUSED: dict[str, tuple[dict[str, str | None], str, str]] = {
    "unknown": ({}, "API.resise", "no function API.resise in nova 30.0.0; near matches: API.resize"),
    "ambiguous": (
        {"nova/conductor/api.py": "class API(object):\n    def resize(self):\n        pass\n"},
        "API.resize",
        "API.resize may be nova.compute.api.API.resize, nova.conductor.api.API.resize",
    ),
    "no RPC method": (
        {},
        "compute.prep_resise",
        ("no function compute.prep_resise in nova 30.0.0; near matches: compute.prep_resize, compute.resize_instance"),
    ),
    "no REST action": ({}, "POST /servers", "no REST action POST /servers"),
    "no text": ({}, "compute..x", "no function is called compute..x"),
}
"""What there is beside the small tree, what is asked, and what is said."""
