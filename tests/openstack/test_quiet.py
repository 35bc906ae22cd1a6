"""What functions do that send no messages: told once on the way, and the same whatever was told before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.openstack.rpc_flow import Flows
from tests.flow import trees
from tests.flow.trees import text

if TYPE_CHECKING:
    from pathlib import Path

DATABASE = """
def one(context):
    pass


def two(context):
    pass
"""
API = trees.api(
    """
    def both(self, context, instance):
        self.read(context)
        self.read(context)
        if instance.a:
            self.write(context)
        self.write(context)

    def first_one(self, context, instance):
        db.one(context)
        self.read(context)

    def branches(self, context, instance):
        if instance.a:
            self.read(context)
            self.read(context)
        if instance.b:
            self.read(context)
        if instance.c:
            self.write(context)
        if instance.d:
            self.write(context)
        if instance.e:
            self.write(context)
        self.write(context)

    def circle(self, context, instance):
        self.down(context, instance, 0)
        self.up(context, instance, 0)

    def from_below(self, context, instance):
        self.up(context, instance, 0)

    def read(self, context):
        db.one(context)

    def write(self, context):
        self.read(context)
        db.two(context)

    def down(self, context, instance, n):
        if instance.up:
            self.up(context, instance, n)
        db.one(context)

    def up(self, context, instance, n):
        db.two(context)
        if instance.down:
            self.down(context, instance, n)

    def hidden(self, context, instance):
        if instance.a:
            self.over(context, instance)
        self.compute_rpcapi.start_instance(context, instance)
        self.over(context, instance)

    def over(self, context, instance):
        db.one(context)
        if instance.b:
            self.hidden(context, instance)
    """,
    imports="from nova.db.main import api as db\n",
)
FILES = {"nova/compute/api.py": API, "nova/db/__init__.py": "", "nova/db/main/__init__.py": ""}
FILES["nova/db/main/api.py"] = DATABASE

ONE, TWO = "database nova.db.main.api.one", "database nova.db.main.api.two"
EXPECTED = {
    "both": f"""
        {ONE}
        opt instance.a
          {TWO}
        {TWO}
        """,
    "first_one": f"""
        {ONE}
        {ONE}
        """,
    "branches": f"""
        opt instance.a
          {ONE}
        opt instance.b
          {ONE}
        opt instance.c
          {ONE}
          {TWO}
        opt instance.d
          {ONE}
          {TWO}
        opt instance.e
          {TWO}
        {TWO}
        """,
    "circle": f"""
        opt instance.up
          {TWO}
        {ONE}
        {TWO}
        """,
    "from_below": f"""
        {TWO}
        opt instance.down
          {ONE}
        """,
    "hidden": f"""
        opt instance.a
          {ONE}
        cast nova-compute start_instance
        {ONE}
        """,
    "over": f"""
        {ONE}
        opt instance.b
          cast nova-compute start_instance
        """,
}


def test_what_is_told_once_on_the_way_from_each_entry(tmp_path: Path) -> None:
    """First every entry of a walk that was not asked before, then all of one walk, to and fro."""
    program = trees.program(tmp_path, FILES)
    shared = Flows(program)
    for name in (*EXPECTED, *reversed(EXPECTED)):
        for flows in (Flows(program), shared):
            flow = flows.flow(flows.find(f"nova.compute.api.API.{name}"))
            assert (name, trees.told(flow)) == (name, text(EXPECTED[name]))
