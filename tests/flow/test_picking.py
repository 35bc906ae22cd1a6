"""Which of several callees is called, and when: the keys of a dictionary, and conditions of an assignment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flow.trees import text

if TYPE_CHECKING:
    from collections.abc import Callable

BODIES = """
        def _stop(self, context, instance):
            self.compute_rpcapi.stop_instance(context, instance)

        def _start(self, context, instance):
            self.compute_rpcapi.start_instance(context, instance)
"""
KEYED = """
        alt kind == 'stop'
          cast nova-compute stop_instance
        or kind in ('start', 'go')
          cast nova-compute start_instance
"""


@pytest.mark.parametrize(
    "body",
    [
        "handlers[kind](context, instance)",
        "handlers.get(kind)(context, instance)",
        "handler = handlers[kind]\n            handler(context, instance)",
        "handler = None\n            if instance:\n                handler = handlers[kind]\n            handler(context, instance)",  # noqa: E501
        "copy = handlers.copy()\n            handler = copy.get(kind)\n            return handler(context, instance)",
    ],
)
def test_a_dispatch_names_its_keys(run: Callable[..., str], body: str) -> None:
    assert run(
        f"""
        def run(self, context, instance, kind):
            handlers = {{'stop': self._stop, 'start': self._start, 'go': self._start}}
            {body}
{BODIES}"""
    ) == text(KEYED)


def test_callees_that_no_key_leads_to_stay_unnamed(run: Callable[..., str]) -> None:
    assert run(
        f"""
        def run(self, context, instance, kind):
            handler = self._start
            if kind:
                handler = self._stop
            handler(context, instance)
{BODIES}"""
    ) == text(
        """
        alt
          cast nova-compute stop_instance
        or
          cast nova-compute start_instance
        """
    )


def client(body: str) -> str:
    """Return the module of a client that sends ``stop_instance`` so."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return (
        "import oslo_messaging as messaging\nfrom nova import rpc\n\n\nclass ComputeAPI(object):\n"
        "    def __init__(self):\n"
        "        self.client = rpc.get_client(messaging.Target(topic='compute', version='1.0'))\n\n"
        f"    def stop_instance(self, ctxt, instance, do_cast, host):\n{lines}"
    )


def stop(run: Callable[..., str], body: str) -> str:
    called = (
        "\n        def run(self, context, instance, do_cast, host):\n"
        "            self.compute_rpcapi.stop_instance(context, instance, do_cast, host)\n"
    )
    return run(called, compute__rpcapi=client(body))


@pytest.mark.parametrize(
    "body",
    [
        "send = cctxt.cast if do_cast else cctxt.call",
        "if do_cast:\n    send = cctxt.cast\nelse:\n    send = cctxt.call",
        "send = cctxt.call\nif do_cast:\n    send = cctxt.cast",
    ],
)
def test_a_call_or_a_cast_names_what_decides(run: Callable[..., str], body: str) -> None:
    found = stop(run, f"cctxt = self.client.prepare()\n{body}\nreturn send(ctxt, 'stop_instance', instance=instance)")
    assert found == text(
        """
        alt do_cast
          cast nova-compute stop_instance
        or not do_cast
          call nova-compute stop_instance
        """
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "cctxt = self.client\nif host is not None:\n    cctxt = cctxt.prepare(server=host)",
            {"host is not None", "host is None"},
        ),
        (
            "if do_cast:\n    cctxt = self.client.prepare(server=host)\nelse:\n    cctxt = self.client.prepare()",
            {"do_cast", "not do_cast"},
        ),
        (
            "cctxt = self.client.prepare()\nif do_cast:\n    cctxt = cctxt.prepare(fanout=True)",
            {"do_cast", "not do_cast"},
        ),
        # Which of the conditions it was is not known.
        (
            "cctxt = self.client\nif host:\n    pass\nelif do_cast:\n    cctxt = cctxt.prepare(server=host)",
            set(),
        ),
    ],
)
def test_what_is_prepared_names_its_condition(run: Callable[..., str], body: str, expected: set[str]) -> None:
    lines = stop(run, f"{body}\ncctxt.cast(ctxt, 'stop_instance', instance=instance)").splitlines()
    conditions = [line.split(maxsplit=1)[1:] for line in lines if line.startswith(("alt", "or"))]
    assert {condition for [condition] in filter(None, conditions)} == expected
    assert len(conditions) == 2
    fanout = [lines[number - 1] for number, line in enumerate(lines) if "fanout" in line]
    assert [line.split(maxsplit=1)[1] for line in fanout] == (["do_cast"] if "fanout" in body else [])
