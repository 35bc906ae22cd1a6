"""The database functions of small trees in every form of facade, of real releases, and of every release tag."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.database import database
from sphinxext.nova.openstack.database.access import by_transaction
from sphinxext.nova.openstack.database.layers import layers, of_module
from sphinxext.nova.openstack.versioned_objects import versioned_objects
from sphinxext.nova.program import Program
from tests.openstack.test_history import tags
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinxext.nova.openstack.database import DbFunction
    from sphinxext.nova.program import Cache

EXPECTED = Path(__file__).parent.parent.parent / "expected"

WRAPPERS = {
    "_create_classes_in_api_db",
    "_create_limits_in_api_db",
    "_db_block_device_mapping_get_all_by_instance",
    "_db_block_device_mapping_get_all_by_instance_uuids",
    "_db_block_device_mapping_get_all_by_volume",
    "_db_bw_usage_get",
    "_db_bw_usage_get_by_uuids",
    "_db_compute_node_get_all_by_host",
    "_db_compute_node_get_all_by_uuids",
    "_db_compute_node_get_by_hv_type",
    "_db_instance_get_active_by_window_joined",
    "_db_instance_get_all_by_host",
    "_db_instance_get_by_uuid",
    "_db_migration_get_unconfirmed_by_dest_compute",
    "_db_service_get_by_compute_host",
    "_db_service_get_minimum_version",
    "_db_virtual_interface_get_by_instance",
    "_delete_allocations",
    "_ensure_rc_cache",
    "_get_by_filters_impl",
}
"""Methods of objects that only put what they call into one transaction."""
WITHOUT_BACKEND = {
    "computenode_uuids_online_data_migration",
    "instance_group_metadata_add",
    "instance_group_metadata_delete",
    "instance_group_metadata_get",
    "instance_set_state",
    "instance_test_and_set",
    "network_create_fixed_ips",
    "network_get_index",
    "network_get_vpn_ip",
    "network_set_cidr",
    "pcidevice_online_data_migration",
    "security_group_rule_count_by_group",
    "security_group_rule_create",
    "security_group_rule_destroy",
    "security_group_rule_get",
    "security_group_rule_get_by_instance",
    "security_group_rule_get_by_security_group",
    "user_get_by_uid",
    "volume_get_by_ec2_id",
}
"""Functions of the facade that would fail: the backend has none of the name."""
GONE = "the facade has it and the backend does not: it would fail, and nobody calls it"
COUNTED = {
    GONE,
    "callers import the backend for it, past the facade",
    "nobody calls it",
    "other functions of the backend call it",
    "private, with a transaction of its own",
}
"""Why a name is not everywhere that is one of a database function."""

FACADE = '''
def thing_get(context, thing_id):
    return IMPL.thing_get(context, thing_id)


def thing_forget(context, thing_id):
    """Give it up."""
    LOG.info('gone')
    IMPL.thing_drop(context, thing_id)
    _tell(context)


def thing_delete(context, thing_id):
    return IMPL.thing_delete(context, thing_id)


def key_for(thing):
    return IMPL.key_for(thing)


def _tell(context):
    pass
'''
BACKEND = """
def model_query(context, *args):
    return get_session().query(*args)


@require_context
def thing_get(context, thing_id):
    return model_query(context, models.Thing).filter_by(id=thing_id).first()


def thing_drop(context, thing_id):
    thing = thing_get(context, thing_id)
    thing.update({'deleted': True})


def key_for(thing):
    return 'thing-%s' % thing


def _private(context):
    return model_query(context, models.Thing).all()


def require_thing_exists(f):
    def wrapper(context, thing_id, *args):
        thing_get(context, thing_id)
        return f(context, thing_id, *args)
    return wrapper


def exact_filter(query, model, filters):
    for key in filters:
        query = query.filter_by(**{key: filters[key]})
    return query
"""

MAPPING = "_BACKEND_MAPPING = {'other': 'elsewhere.api', 'sqlalchemy': 'nova.db.sqlalchemy.api'}\n"
TPOOL = MAPPING + "IMPL = concurrency.TpoolDbapiWrapper(CONF, backend_mapping=_BACKEND_MAPPING)"
WRAPPER = (
    MAPPING
    + """
class NovaDBAPI(object):
    @property
    def _db_api(self):
        return db_api.DBAPI(CONF.database.backend, backend_mapping=_BACKEND_MAPPING)

    def __getattr__(self, key):
        return getattr(self._db_api, key)


IMPL = NovaDBAPI()
"""
)


def program(folder: Path, files: Mapping[str, str]) -> Program:
    return Program(open_checkout(str(make(folder, {"nova/db/__init__.py": "", **files}))))


def row(function: DbFunction) -> tuple[object, ...]:
    behind = function.implementation.name if function.implementation else None
    return (function.name, behind, function.file, function.line, function.access, function.decorated_by, function.own)


def rows(asked: Program) -> list[tuple[object, ...]]:
    return [row(function) for function in database(asked).functions.values()]


@pytest.mark.parametrize(
    "backend",
    [
        "IMPL = utils.LazyPluggable(FLAGS['db_backend'], sqlalchemy='nova.db.sqlalchemy.api')",
        "IMPL = db_api.DBAPI(backend_mapping={'sqlalchemy': 'nova.db.sqlalchemy.api'})",
        TPOOL,
        WRAPPER,
    ],
    ids=["LazyPluggable", "DBAPI", "TpoolDbapiWrapper", "a class of its own"],
)
def test_a_facade_names_its_backend(tmp_path: Path, backend: str) -> None:
    facade = f"from nova import utils\n\n{backend}\n{FACADE}"
    asked = program(
        tmp_path,
        {"nova/db/api.py": facade, "nova/db/sqlalchemy/__init__.py": "", "nova/db/sqlalchemy/api.py": BACKEND},
    )
    line = facade.count("\n", 0, facade.index("def thing_delete")) + 1
    api, impl, file = "nova.db.api", "nova.db.sqlalchemy.api", "nova/db/sqlalchemy/api.py"
    assert rows(asked) == [
        (f"{api}.thing_get", f"{impl}.thing_get", file, 7, "read", ("require_context",), False),
        (f"{api}.thing_forget", f"{impl}.thing_drop", file, 11, "write", (), False),
        (f"{api}.thing_delete", None, "nova/db/api.py", line, "write", (), False),
        (f"{api}.key_for", f"{impl}.key_for", file, 16, None, (), False),
        (f"{impl}.model_query", f"{impl}.model_query", file, 2, "read", (), False),
    ]
    found = database(asked)
    assert {found.of(function) for layer in layers(asked) for function in of_module(layer.facade)} == {
        None,
        *list(found.functions.values())[:4],
    }
    assert [found.of(function) for function in of_module(layers(asked)[0].backend)] == [
        found.functions[name] if name else None
        for name in (
            f"{impl}.model_query",
            f"{api}.thing_get",
            f"{api}.thing_forget",
            f"{api}.key_for",
            None,
            None,
            None,
        )
    ]


def test_a_facade_whose_backend_is_not_there_is_read_for_itself(tmp_path: Path) -> None:
    asked = program(tmp_path, {"nova/db/api.py": "IMPL = LazyPluggable('x', sqlalchemy='nova.gone')\n" + FACADE})
    names = ["thing_get", "thing_forget", "thing_delete", "key_for"]
    assert [row[0] for row in rows(asked)] == [f"nova.db.api.{name}" for name in names]
    assert database(program(tmp_path / "none", {})).functions == {}


def test_without_a_facade_decorators_say_what_a_function_does(tmp_path: Path) -> None:
    text = """import functools

context_manager = enginefacade.transaction_context()


def pick_context_manager_reader(f):
    @functools.wraps(f)
    def wrapper(context, *args, **kwargs):
        with get_context_manager(context).reader.using(context):
            return f(context, *args, **kwargs)
    return wrapper


def change(f):
    @functools.wraps(f)
    def wrapper(context, *args, **kwargs):
        manager = get_context_manager(context).writer
        with manager.independent.using(context):
            return f(context, *args, **kwargs)
    return wrapper


def get_engine():
    return context_manager.writer.get_engine()


@require_context
@pick_context_manager_reader
def thing_set_get(context):
    return context.session.query(models.Thing).delete()


@oslo_db_api.wrap_db_retry(max_retries=5,
                           retry_on_deadlock=True)
@change
def thing_get_later(context):
    pass


@context_manager.reader.allow_async
def thing_update_never(context):
    pass


def thing_ensure(context):
    try:
        with get_context_manager(context).writer.independent.using(context):
            return _thing_ensure(context)
    except Exception:
        return None


@context_manager.writer
def _thing_ensure(context):
    pass
"""
    main = "nova.db.main.api"
    asked = program(tmp_path, {"nova/db/main/__init__.py": "", "nova/db/main/api.py": text})
    assert [(name, access, decorated) for name, _, _, _, access, decorated, _ in rows(asked)] == [
        (f"{main}.get_engine", None, ()),
        (f"{main}.thing_set_get", "read", ("require_context", "pick_context_manager_reader")),
        (
            f"{main}.thing_get_later",
            "write",
            ("oslo_db_api.wrap_db_retry(max_retries=5, retry_on_deadlock=True)", "change"),
        ),
        (f"{main}.thing_update_never", "read", ("context_manager.reader.allow_async",)),
        (f"{main}.thing_ensure", "write", ()),
        (f"{main}._thing_ensure", "write", ("context_manager.writer",)),
    ]


def test_objects_have_functions_of_their_own(tmp_path: Path) -> None:
    text = """from nova.db.api import api as api_db_api


class Thing(base.NovaObject):

    @staticmethod
    @api_db_api.context_manager.reader
    def _get_from_db(context):
        return context.session.query(models.Thing).first()

    def _forget(self):
        with api_db_api.context_manager.writer.using(self._context) as session:
            session.query(models.Thing).delete()

    @api_db_api.context_manager.writer
    def create_all(self, parts):
        for part in parts:
            part.create()

    def get(self):
        return self._get_from_db(self._context)
"""
    asked = program(tmp_path, {"nova/objects/__init__.py": "", "nova/objects/thing.py": text})
    thing, file, reader = "nova.objects.thing.Thing", "nova/objects/thing.py", "api_db_api.context_manager.reader"
    assert rows(asked) == [
        (f"{thing}._get_from_db", f"{thing}._get_from_db", file, 8, "read", ("staticmethod", reader), True),
        (f"{thing}._forget", f"{thing}._forget", file, 11, "write", (), True),
    ]


def counts(asked: Program) -> dict[str, int]:
    found: dict[str, int] = {}
    accesses = []
    for module in dict.fromkeys(module for layer in layers(asked) for module in (layer.facade, layer.backend)):
        functions = list(of_module(module))
        found[module.path] = sum(not function.fact.name.startswith("_") for function in functions)
        accesses += [by_transaction(function) for function in functions if function.fact.decorators]
    methods = versioned_objects(asked).methods.values()
    return {
        **found,
        "remotable": sum(not method.is_class for method in methods),
        "remotable of classes": sum(method.is_class for method in methods),
        "read": accesses.count("read"),
        "write": accesses.count("write"),
    }


@pytest.mark.release
@pytest.mark.parametrize("number", ["15.1.5", "20.0.0", "24.0.0", "34.0.0"])
def test_the_functions_of_a_release(release: Callable[[str], Path], number: str) -> None:
    asked = Program(open_checkout(str(release(f"nova-{number}"))))
    assert counts(asked) == json.loads((EXPECTED / "database.json").read_text())[number]
    decorated = json.loads((EXPECTED / number / "database.json").read_text())
    found = {f"{one.file}:{one.line}": one.access for one in database(asked).functions.values()}
    assert {place: access for place, (_, access) in decorated.items() if place in found} == {
        place: found[place] for place in decorated if place in found
    }
    assert {name for place, (name, _) in decorated.items() if place not in found} <= WRAPPERS


@pytest.mark.history
@pytest.mark.parametrize("tag", ["2012.2", "15.1.5", "20.0.0", "24.0.0"])
def test_names_that_facade_backend_and_catalogue_do_not_share(nova_git: Path, tag: str) -> None:
    """Each such name was looked up in the source; the expectation says why it is not everywhere."""
    expected = json.loads((EXPECTED / tag / "database_differences.json").read_text())
    asked = Program(open_checkout(f"{nova_git}@{tag}"))
    facade, backend = (
        {one.fact.name for module in dict.fromkeys(modules) for one in of_module(module)}
        for modules in zip(*((layer.facade, layer.backend) for layer in layers(asked)), strict=True)
    )
    known = [one for one in database(asked).functions.values() if not one.own]
    catalogue = {one.definition.fact.name for one in known}
    public = {path: number for path, number in counts(asked).items() if path.startswith("nova/db/")}
    assert {**public, "database functions": len(known)} == {
        key: value for key, value in expected.items() if isinstance(value, int)
    }
    why = {name: reason for reason, names in expected.items() if isinstance(names, list) for name in names}
    shared = {name for name in facade & backend & catalogue if not name.startswith("_")}
    assert {name for name in facade | backend if not name.startswith("_")} | catalogue == shared | why.keys()
    assert shared.isdisjoint(why)
    assert {name for name in why if name in catalogue} == {name for name, reason in why.items() if reason in COUNTED}
    assert {name for name in why if name not in backend} == set(expected.get(GONE, ()))


@pytest.mark.history
@pytest.mark.parametrize("tag", tags())
def test_the_functions_of_every_tag(nova_git: Path, facts: Cache, tag: str) -> None:
    asked = Program(open_checkout(f"{nova_git}@{tag}"), facts)
    assert counts(asked) == json.loads((EXPECTED / "database.json").read_text())[tag]
    assert {function.name for function in database(asked).functions.values() if function.implementation is None} <= {
        f"nova.db.api.{name}" for name in WITHOUT_BACKEND
    }
