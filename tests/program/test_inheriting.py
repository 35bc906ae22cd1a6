"""Whether an inherited method does the same below as above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.program import ClassDef, does_the_same, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinxext.nova.program import Program

TREE = {
    "nova/virt/fake.py": """class Base(object):
    def __init__(self):
        self.stock = Stock(self.size, self.amount)
        self.names = []

    size = 'small'
    amount = 1

    def spawn(self):
        def claim():
            return self.stock.claim()
        return claim()

    def plug(self):
        return self.names

    def unplug(self):
        self.plug()


class Large(Base):
    '''Has another size.'''
    size = 'large'


class Many(Base):
    '''Has more.'''
    amount = 1000


class No(Base):
    amount = 0


class Other(Base):
    def plug(self):
        return []


class Mixed(Other):
    def __init__(self):
        super(Mixed, self).__init__()
        self.names = ['here']
"""
}


@pytest.mark.parametrize(
    ("class_", "above", "same"),
    [
        # The size is in the stock that a nested function of spawn asks.
        ("Large", "Base", {"plug", "unplug"}),
        ("Many", "Base", {"__init__", "spawn", "plug", "unplug"}),
        # Whether there is anything is asked; how much there is, is not.
        ("No", "Base", {"plug", "unplug"}),
        ("Other", "Base", {"__init__", "spawn"}),
        # An attribute that is assigned in another method; that it is Base's plug that uses it is not told apart.
        ("Mixed", "Other", {"spawn"}),
        ("Mixed", "Base", {"spawn"}),
    ],
)
def test_what_is_used_is_followed(
    program: Callable[[Mapping[str, str]], Program], class_: str, above: str, same: set[str]
) -> None:
    module = program(TREE).module("nova.virt.fake")
    assert module is not None
    one, other = resolve(class_, module), resolve(above, module)
    assert isinstance(one, ClassDef)
    assert isinstance(other, ClassDef)
    assert {name for name in ("__init__", "spawn", "plug", "unplug") if does_the_same(one, other, name)} == same
