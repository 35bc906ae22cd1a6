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


def _indented(body: str, by: int) -> str:
    return "\n".join(" " * by + line[12:] for line in body.strip("\n").splitlines())
