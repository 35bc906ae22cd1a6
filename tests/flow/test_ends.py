"""Where a path ends, what comes after it belongs to the other branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flow.trees import text

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            """
            if host:
                if live:
                    return
            self.start(context, instance)
            """,
            """
            opt not (host and live)
              cast nova-compute start_instance
            """,
            id="a guard in a branch",
        ),
        pytest.param(
            """
            if host:
                self.pause(context, instance)
                if live:
                    return
            self.start(context, instance)
            """,
            """
            opt host
              cast nova-compute pause_instance
            opt not (host and live)
              cast nova-compute start_instance
            """,
            id="a guard after a message",
        ),
        pytest.param(
            """
            if host:
                if live:
                    self.stop(context, instance)
                    return
            self.start(context, instance)
            """,
            """
            alt host
              alt live
                cast nova-compute stop_instance
              or
                cast nova-compute start_instance
            or
              cast nova-compute start_instance
            """,
            id="a branch of a branch sends and ends",
        ),
        pytest.param(
            """
            if host:
                if live:
                    raise ValueError()
            self.start(context, instance)
            """,
            "cast nova-compute start_instance",
            id="a check in a branch",
        ),
        pytest.param(
            """
            if not host:
                return
            self.start(context, instance)
            """,
            """
            opt host
              cast nova-compute start_instance
            """,
            id="a guard",
        ),
        pytest.param(
            """
            for one in live:
                if one:
                    continue
                self.start(context, one)
            """,
            """
            loop for one in live
              opt not one
                cast nova-compute start_instance
            """,
            id="a guard in a loop",
        ),
        pytest.param(
            """
            for one in live:
                if one:
                    self.stop(context, one)
                    break
                self.start(context, one)
            self.pause(context, instance)
            """,
            """
            loop for one in live
              alt one
                cast nova-compute stop_instance
              or
                cast nova-compute start_instance
            cast nova-compute pause_instance
            """,
            id="a loop that is left",
        ),
        pytest.param(
            """
            try:
                if host:
                    self.stop(context, instance)
                    return
                self.start(context, instance)
            except ValueError:
                self.pause(context, instance)
            """,
            """
            alt host
              cast nova-compute stop_instance
              failure ValueError
                cast nova-compute pause_instance
            or
              cast nova-compute start_instance
              failure ValueError
                cast nova-compute pause_instance
            """,
            id="a try of which a branch ends",
        ),
        pytest.param(
            """
            try:
                if host:
                    raise ValueError()
                self.start(context, instance)
            except ValueError:
                self.pause(context, instance)
            """,
            """
            cast nova-compute start_instance
            failure ValueError
              cast nova-compute pause_instance
            """,
            id="a check in a try",
        ),
        pytest.param(
            """
            try:
                if host:
                    self.stop(context, instance)
                    return
            finally:
                self.pause(context, instance)
            self.start(context, instance)
            """,
            """
            alt host
              cast nova-compute stop_instance
              cast nova-compute pause_instance
            or
              cast nova-compute pause_instance
              cast nova-compute start_instance
            """,
            id="a finally of which a branch ends",
        ),
        pytest.param(
            """
            if host:
                self.stop(context, instance)
            elif live:
                return
            self.start(context, instance)
            """,
            """
            opt host
              cast nova-compute stop_instance
            opt host or not live
              cast nova-compute start_instance
            """,
            id="a guard that is asked second",
        ),
        pytest.param(
            """
            again = True
            for one in live:
                if again:
                    if host:
                        self.stop(context, one)
                        return
                self.start(context, one)
            """,
            """
            loop for one in live
              alt host
                cast nova-compute stop_instance because again=True
              or
                cast nova-compute start_instance
            """,
            id="a branch of a branch that is taken for certain, in a loop",
        ),
        pytest.param(
            """
            if host:
                self.stop(context, instance)
                sys.exit(1)
            self.start(context, instance)
            """,
            """
            alt host
              cast nova-compute stop_instance
            or
              cast nova-compute start_instance
            """,
            id="a process that ends",
        ),
    ],
)
def test_what_comes_after_an_end_is_on_the_other_paths(run: Callable[..., str], body: str, expected: str) -> None:
    assert run(
        f"""
        import sys

        def run(self, context, instance, host, live):
{_indented(body, 12)}

        def start(self, context, instance):
            self.compute_rpcapi.start_instance(context, instance)

        def stop(self, context, instance):
            self.compute_rpcapi.stop_instance(context, instance)

        def pause(self, context, instance):
            self.compute_rpcapi.pause_instance(context, instance)
        """
    ) == text(expected)


CINDER = "from nova.volume import cinder"
CINDER_API = """
def attachment_create(context):
    pass
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            """
            if not host:
                self.reserve(context)
                raise ValueError()
            self.compute_rpcapi.start_instance(context, instance)
            """,
            """
            failure not host
              external nova.volume.cinder.attachment_create
            cast nova-compute start_instance
            """,
            id="a check that does something",
        ),
        pytest.param(
            """
            if not host:
                self.reserve(context)
                if live:
                    raise ValueError()
                raise KeyError()
            elif live:
                self.compute_rpcapi.stop_instance(context, instance)
                raise KeyError()
            self.compute_rpcapi.start_instance(context, instance)
            """,
            """
            failure not host
              external nova.volume.cinder.attachment_create
            alt live
              cast nova-compute stop_instance
            or
              cast nova-compute start_instance
            """,
            id="a check that does something, and one that sends",
        ),
        pytest.param(
            """
            if not host and not live:
                try:
                    self.reserve(context)
                    return
                except ValueError:
                    pass
            self.compute_rpcapi.start_instance(context, instance)
            """,
            """
            alt host or live
              cast nova-compute start_instance
            or
              external nova.volume.cinder.attachment_create
              failure
                cast nova-compute start_instance
            """,
            id="a branch that goes on after an exception",
        ),
        pytest.param(
            """
            if host and not live:
                if one:
                    return
                elif two and three or not instance:
                    return
            self.compute_rpcapi.start_instance(context, instance)
            """,
            """
            opt not (host and not live and (one or two and three or not instance))
              cast nova-compute start_instance
            """,
            id="guards in a branch",
        ),
        pytest.param(
            """
            self.reserve(context)
            if host:
                self.reserve(context)
            elif live:
                self.compute_rpcapi.stop_instance(context, instance)
            else:
                self.compute_rpcapi.start_instance(context, instance)
            """,
            """
            external nova.volume.cinder.attachment_create
            alt host
            or live
              cast nova-compute stop_instance
            or
              cast nova-compute start_instance
            """,
            id="a branch with what was done before and no more",
        ),
    ],
)
def test_what_is_asked_of_others_on_paths_that_end(run: Callable[..., str], body: str, expected: str) -> None:
    methods = f"""
        def reserve(self, context):
            cinder.attachment_create(context)

        def run(self, context, instance, host, live, one, two, three):
{_indented(body, 12)}
        """
    assert run(methods, CINDER, volume__cinder=CINDER_API, volume____init__="") == text(expected)


def test_one_of_several_callees_is_one_of_so_many(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance, kind):
            self._reserve(context, instance)
            handler = self._reserve
            if kind:
                handler = self._start
            handler(context, instance)

        def _reserve(self, context, instance):
            cinder.attachment_create(context)

        def _start(self, context, instance):
            self.compute_rpcapi.start_instance(context, instance)
        """,
        CINDER,
        volume__cinder=CINDER_API,
        volume____init__="",
    ) == text(
        """
        external nova.volume.cinder.attachment_create
        alt
          cast nova-compute start_instance
        or
        """
    )


def test_what_sends_few_messages_is_told_wherever_it_is_called(run: Callable[..., str]) -> None:
    calls = "".join(f"    if host == {number}:\n        self.both(context, instance)\n" for number in range(9))
    body = f"""
def run(self, context, instance, host):
{calls}

def both(self, context, instance):
    self.stop(context, instance)
    self.compute_rpcapi.start_instance(context, instance)

def stop(self, context, instance):
    self.compute_rpcapi.stop_instance(context, instance)
"""
    assert run(body) == "\n".join(
        f"opt host == {number}\n  cast nova-compute stop_instance\n  cast nova-compute start_instance"
        for number in range(9)
    )


def _indented(body: str, by: int) -> str:
    return "\n".join(" " * by + line[12:] for line in body.strip("\n").splitlines())
