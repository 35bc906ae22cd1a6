"""The REST actions of small trees in the style of each era, of real releases, and of every release tag."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.rest import find_rest_action, function_of, rest_actions, rest_actions_for
from sphinxext.nova.program import Program
from tests.bounds import within
from tests.openstack.rest.record_rest_actions import EXPECTED, counted
from tests.openstack.test_history import tags
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sphinxext.nova.model import RestAction
    from sphinxext.nova.program import Cache

API = "nova/api/openstack"
PACKAGES = {f"{path}/__init__.py": "" for path in ("nova/api", API, f"{API}/compute", f"{API}/compute/contrib")}
SERVERS = """\
class Controller(wsgi.Controller):
    def index(self, req): pass
    def create(self, req, body): pass
    def delete(self, req, id): pass
    @wsgi.action('resize')
    def _resize(self, req, id, body): pass
    def _helper(self, req): pass
"""
UNREACHABLE = re.compile(
    # What no route leads to: methods that were never routed, are the dispatcher itself, or of a plugin that is off.
    r"PciController\.|ExtensionsController\.|(?:Response|Request|Action)ExtensionController\.|LimitsController\.detail"
    r"|Controller\.(?:lock|unlock|get_lock|get_ajax_console|get_vnc_console|resize|get_default_xmlns|get_builder)$"
    r"|ControllerV11\.get_|(?:Aggregate|Network|Coverage|^)Controller\.action"
)

SHELVE = ("_shelve", "_shelve_offload", "_unshelve")


def program(folder: Path, files: Mapping[str, str]) -> Program:
    return Program(open_checkout(str(make(folder, {**PACKAGES, **files}))))


def told(action: RestAction) -> str:
    short = action.controller.removeprefix("nova.api.").removeprefix("openstack.")
    return f"{action.api}: {action.name} -> {short} {action.function.rpartition('.')[2]} {action.line}"


def all_of(folder: Path, files: Mapping[str, str]) -> list[str]:
    return [told(action) for action in rest_actions(program(folder, files))]


def test_a_mapper_in_the_constructor(tmp_path: Path) -> None:
    files = {
        f"{API}/__init__.py": (
            "import routes\nfrom nova.api.openstack import servers\n\n\nclass APIRouter(wsgi.Router):\n"
            "    def __init__(self):\n        mapper = routes.Mapper()\n        server_members = {'action': 'POST'}\n"
            "        if FLAGS.allow_admin_api:\n            server_members['pause'] = 'POST'\n"
            "        mapper.resource('server', 'servers', controller=servers.Controller(),\n"
            "                        collection={'detail': 'GET', 'wipe': 'DELETE'}, member=server_members)\n"
            "        mapper.resource('note', 'notes', controller=servers.Notes(),\n"
            "                        parent_resource=dict(member_name='server', collection_name='servers'))\n"
        ),
        f"{API}/servers.py": (
            "class Controller(wsgi.Controller):\n    def index(self, req): pass\n    def detail(self, req): pass\n"
            "    def wipe(self, req): pass\n    def pause(self, req, id): pass\n"
            "    def action(self, req, id):\n        input_dict = self._deserialize(req.body)\n"
            "        kind = input_dict['reboot']['type']\n\n\n"
            "class Notes(object):\n    def show(self, req, server_id, id): pass\n"
        ),
    }
    assert all_of(tmp_path, files) == [
        "v1.0: GET /servers -> servers.Controller index 2",
        "v1.0: GET /servers/detail -> servers.Controller detail 3",
        "v1.0: DELETE /servers -> servers.Controller wipe 4",
        "v1.0: POST /servers/{id}/action reboot -> servers.Controller action 6",
        "v1.0: POST /servers/{id}/pause -> servers.Controller pause 5",
        "v1.0: GET /servers/{server_id}/notes/{id} -> servers.Notes show 12",
    ]


def test_two_versions_and_a_dictionary_of_actions(tmp_path: Path) -> None:
    files = {
        f"{API}/__init__.py": (
            "from nova.api.openstack import servers\n\n\nclass APIRouter(wsgi.Router):\n"
            "    def __init__(self, ext_mgr=None):\n        self.server_members = {}\n"
            "        self._setup_routes(mapper)\n\n"
            "    def _setup_base_routes(self, mapper, version):\n        self.server_members['action'] = 'POST'\n"
            "        mapper.resource('server', 'servers', controller=servers.create_resource(version),\n"
            "                        member=self.server_members)\n\n\n"
            "class APIRouterV10(APIRouter):\n    def _setup_routes(self, mapper):\n"
            "        self._setup_base_routes(mapper, '1.0')\n\n\n"
            "class APIRouterV11(APIRouter):\n    def _setup_routes(self, mapper):\n"
            "        self._setup_base_routes(mapper, '1.1')\n        meta = servers.create_resource('1.1')\n"
            "        mapper.connect('meta', '/{project_id}/servers/:server_id/meta', controller=meta,\n"
            "                       action='update_all', conditions={'method': ['PUT']})\n"
        ),
        f"{API}/servers.py": (
            "class Controller(object):\n    def action(self, req, id, body):\n        actions = {\n"
            "            'resize': self._action_resize,\n            'gone': self._action_gone,\n        }\n"
            "    def _action_resize(self, data, req, id): pass\n\n\n"
            "class ControllerV10(Controller):\n    def create(self, req, body): pass\n\n\n"
            "class ControllerV11(Controller):\n    def _action_resize(self, data, req, id): pass\n"
            "    def update_all(self, req): pass\n\n\n"
            "def create_resource(version='1.0'):\n"
            "    controller = {'1.0': ControllerV10, '1.1': ControllerV11}[version]()\n"
            "    serializer = wsgi.Serializer()\n    return wsgi.Resource(controller, serializer)\n"
        ),
        f"{API}/wsgi.py": "class Resource(object):\n    pass\n",
        f"{API}/extensions.py": (
            "class ActionExtension(object):\n    def __init__(self, collection, action_name, handler): pass\n"
        ),
        f"{API}/contrib/__init__.py": "",
        f"{API}/contrib/multi_nic.py": (
            "from nova.api.openstack import extensions\n\n\nclass Multi_nic(extensions.ExtensionDescriptor):\n"
            "    def _add(self, data, req, id): pass\n    def get_actions(self):\n"
            "        return [extensions.ActionExtension('servers', 'addFixedIp', self._add)]\n\n\n"
            "class Other(Multi_nic):\n    pass\n"
        ),
    }
    files[f"{API}/servers.py"] = "from nova.api.openstack import wsgi\n\n\n" + files[f"{API}/servers.py"]
    assert all_of(tmp_path, files) == [
        "v1.1: POST /servers/{id}/action resize -> servers.ControllerV11 _action_resize 18",
        "v1.1: PUT /servers/{server_id}/meta -> servers.ControllerV11 update_all 19",
        "v1.1: POST /servers/{id}/action addFixedIp -> contrib.multi_nic.Multi_nic _add 5",
        "v1.0: POST /servers -> servers.ControllerV10 create 14",
        "v1.0: POST /servers/{id}/action resize -> servers.ControllerV10 _action_resize 10",
    ]


EXTENSIONS = """\
class ResourceExtension(object):
    def __init__(self, collection, controller=None, parent=None, collection_actions=None, member_actions=None,
                 custom_routes_fn=None, inherits=None, member_name=None): pass


class ControllerExtension(object):
    def __init__(self, extension, collection, controller): pass


class ExtensionManager(object):
    def get_resources(self):
        resources = [ResourceExtension('extensions', ExtensionsResource(self))]
        for ext in self.sorted_extensions():
            resources.extend(ext.get_resources())
        return resources


class ExtensionsResource(wsgi.Resource):
    def index(self, req): pass
"""
EXTENDED = """\
from nova.api.openstack import extensions

ALIAS = 'os-volumes'
authorize = extensions.extension_authorizer('compute', 'volumes')


class VolumeController(object):
    def show(self, req, id): pass
    def update_all(self, req, id): pass


class Actions(object):
    @wsgi.action('attach')
    def _attach(self, req, id, body): pass
    @wsgi.action(action='ignored')
    def _other(self, req, id, body): pass
    @wsgi.action('update')
    def update(self, req, id, body): pass
    @wsgi.extends
    def show(self, req, resp_obj, id): pass


class Volumes(extensions.ExtensionDescriptor):
    alias = ALIAS

    def get_resources(self):
        resources = []
        members = {}
        if self.ext_mgr.is_loaded('x'):
            members['update_all'] = 'PUT'
        parent = dict(member_name='server', collection_name='servers')
        res = extensions.ResourceExtension(self.alias, VolumeController(), parent=parent, member_actions=members)
        resources.append(res)
        resources.append(extensions.ResourceExtension('os-volumes_boot', inherits='servers'))
        resources.append(extensions.ResourceExtension('meta', VolumeController(), custom_routes_fn=self.more))
        return resources

    def more(self, mapper, wsgi_resource):
        mapper.connect('meta', '/{project_id}/meta', controller=wsgi_resource, action='update_all',
                       conditions={'method': ['PUT']})

    def get_controller_extensions(self):
        extensions_ = []
        for class_, collection in PAIRS:
            pass
        for class_ in (Actions, None):
            extensions_.append(extensions.ControllerExtension(self, 'servers', class_()))
        return extensions_
"""


def test_extensions_by_folder_and_by_entry_point(tmp_path: Path) -> None:
    files = {
        "setup.cfg": (
            "[metadata]\nname = nova\nversion = 2013.2\n\n[entry_points]\nnova.api.v3.extensions =\n"
            "    servers = nova.api.openstack.compute.plugins.servers:Servers\n"
        ),
        f"{API}/extensions.py": EXTENSIONS,
        f"{API}/__init__.py": (
            "class APIRouter(base_wsgi.Router):\n    ExtensionManager = None\n\n"
            "    def __init__(self, ext_mgr=None):\n        self.resources = {}\n"
            "        self._setup_routes(mapper, ext_mgr)\n        self._setup_ext_routes(mapper, ext_mgr)\n\n"
            "    def _setup_ext_routes(self, mapper, ext_mgr):\n        for resource in ext_mgr.get_resources():\n"
            "            mapper.resource(resource.collection, resource.collection, controller=resource.controller)\n"
            "\n\nclass APIRouterV3(base_wsgi.Router):\n    API_EXTENSION_NAMESPACE = 'nova.api.v3.extensions'\n"
        ),
        f"{API}/compute/__init__.py": (
            "import nova.api.openstack\nfrom nova.api.openstack import extensions\n"
            "from nova.api.openstack.compute import servers\n\n\n"
            "class APIRouter(nova.api.openstack.APIRouter):\n    ExtensionManager = extensions.ExtensionManager\n\n"
            "    def _setup_routes(self, mapper, ext_mgr):\n"
            "        self.resources['servers'] = servers.create_resource(ext_mgr)\n"
            "        mapper.resource('server', 'servers', controller=self.resources['servers'],\n"
            "                        member={'action': 'POST'})\n\n\n"
            "class APIRouterV3(nova.api.openstack.APIRouterV3):\n    pass\n"
        ),
        f"{API}/compute/servers.py": (
            SERVERS + "\n\ndef create_resource(ext_mgr):\n    return wsgi.Resource(Controller(ext_mgr))\n"
        ),
        f"{API}/wsgi.py": "class Resource(object):\n    pass\n",
        f"{API}/compute/contrib/volumes.py": EXTENDED,
        f"{API}/compute/plugins/__init__.py": "",
        f"{API}/compute/plugins/servers.py": (
            "from nova.api.openstack import extensions\n" + SERVERS + "\n\n"
            "class Servers(extensions.V3APIExtensionBase):\n    def get_resources(self):\n"
            "        return [extensions.ResourceExtension('servers', Controller(info=1), member_name='server')]\n"
        ),
    }
    files[f"{API}/compute/servers.py"] = "from nova.api.openstack import wsgi\n" + files[f"{API}/compute/servers.py"]
    volumes = "compute.contrib.volumes"
    assert all_of(tmp_path, files) == [
        "v2: GET /servers -> compute.servers.Controller index 3",
        "v2: POST /servers -> compute.servers.Controller create 4",
        f"v2: PUT /servers/{{id}} -> {volumes}.Actions update 18",
        "v2: DELETE /servers/{id} -> compute.servers.Controller delete 5",
        "v2: POST /servers/{id}/action resize -> compute.servers.Controller _resize 7",
        f"v2: POST /servers/{{id}}/action attach -> {volumes}.Actions _attach 14",
        "v2: GET /extensions -> extensions.ExtensionsResource index 19",
        f"v2: GET /servers/{{server_id}}/os-volumes/{{id}} -> {volumes}.VolumeController show 8",
        f"v2: PUT /servers/{{server_id}}/os-volumes/{{id}}/update_all -> {volumes}.VolumeController update_all 9",
        f"v2: GET /meta/{{id}} -> {volumes}.VolumeController show 8",
        "v2: GET /os-volumes_boot -> compute.servers.Controller index 3",
        "v2: POST /os-volumes_boot -> compute.servers.Controller create 4",
        "v2: DELETE /os-volumes_boot/{id} -> compute.servers.Controller delete 5",
        f"v2: PUT /meta -> {volumes}.VolumeController update_all 9",
        "v3: GET /servers -> compute.plugins.servers.Controller index 3",
        "v3: POST /servers -> compute.plugins.servers.Controller create 4",
        "v3: DELETE /servers/{id} -> compute.plugins.servers.Controller delete 5",
    ]


def test_a_list_of_routes(tmp_path: Path) -> None:
    files = {
        f"{API}/compute/routes.py": (
            "import functools\nfrom nova.api.openstack.compute import more, servers\n\n"
            "servers_controller = functools.partial(_create_controller, servers.Controller,\n"
            "                                       [more.Shown], [more.Actions])\n\n"
            "ROUTE_LIST = (\n    ('', '/'),\n    ('/servers', {'GET': [servers_controller, 'index']}),\n"
            "    ('/servers/{id:[0-9a-f]+}', {'GET': [servers_controller, 'show'], 'PUT': [unknown, 'update']}),\n"
            "    ('/servers/{id}/action', {'POST': [servers_controller, 'action']}),\n)\n\n\n"
            "class APIRouterV21(base_wsgi.Router):\n    def __init__(self):\n"
            "        for path, methods in ROUTE_LIST:\n            self.map.create_route(path, methods)\n"
        ),
        f"{API}/compute/servers.py": (
            SERVERS + "    @wsgi.api_version('2.1', '2.9')\n    def show(self, req, id): pass\n"
            "    @wsgi.api_version('2.10')\n    def show(self, req, id): pass\n"
        ),
        f"{API}/compute/more.py": (
            "class Shown(object):\n    @wsgi.extends\n    def show(self, req, resp_obj, id): pass\n\n\n"
            "class Actions(object):\n    @wsgi.api_version('2.14')\n    @wsgi.action('evacuate')\n"
            "    def _evacuate(self, req, id, body): pass\n"
        ),
    }
    nova = program(tmp_path, files)
    asked = rest_actions(nova)
    assert [told(action) for action in asked] == [
        "v2.1: GET /servers -> compute.servers.Controller index 2",
        "v2.1: GET /servers/{id} -> compute.servers.Controller show 11",
        "v2.1: GET /servers/{id} -> compute.servers.Controller show 9",
        "v2.1: POST /servers/{id}/action resize -> compute.servers.Controller _resize 6",
        "v2.1: POST /servers/{id}/action evacuate -> compute.more.Actions _evacuate 9",
    ]
    (show,) = find_rest_action(asked, "get  /servers/{server_id}/")
    function = function_of(show, nova)
    assert function is not None
    assert (show.line, function.fact.line) == (11, 11)
    assert find_rest_action(asked, "v2:GET /servers/{id}") == ()
    assert find_rest_action(asked, "POST /servers/{id}/action") == ()
    for name in (*(action.name for action in asked), "get  /servers/{server_id}/", "v2:GET /servers", "POST /servers"):
        fresh = program(tmp_path, {})
        assert find_rest_action(rest_actions_for(fresh, name), name) == find_rest_action(asked, name)


def test_one_action_reads_no_controllers_that_cannot_answer_it(tmp_path: Path) -> None:
    routes = (
        "import functools\nfrom nova.api.openstack.compute import added, first, second\n"
        "first_controller = functools.partial(_create, first.Controller)\n"
        "second_controller = functools.partial(_create, second.Controller, [added.Controller])\n"
        "ROUTE_LIST = (('/first', {'GET': [first_controller, 'index']}),\n"
        "              ('/second', {'GET': [second_controller, 'index']}))\n"
        "class APIRouterV21(base_wsgi.Router): pass\n"
    )
    controller = "class Controller(object):\n    def index(self, req): pass\n"
    files = {f"{API}/compute/{name}.py": controller for name in ("added", "first", "second")}
    nova = program(tmp_path, {f"{API}/compute/routes.py": routes, **files})
    with nova.recording() as record:
        (action,) = rest_actions_for(nova, "GET /second")
    assert action.function == "nova.api.openstack.compute.second.Controller.index"
    read = {source.path for source in record.sources if source.kind == "file"}
    assert f"{API}/compute/second.py" in read
    assert read.isdisjoint({f"{API}/compute/first.py", f"{API}/compute/added.py"})


def test_ec2(tmp_path: Path) -> None:
    files = {
        "nova/api/ec2/__init__.py": "",
        "nova/api/ec2/cloud.py": (
            "class CloudController(object):\n    def run_instances(self, context, **kwargs): pass\n"
            "    def _format(self, context): pass\n    def setup(self): pass\n"
        ),
    }
    asked = rest_actions(program(tmp_path, files))
    assert [told(action) for action in asked] == ["ec2: EC2 RunInstances -> ec2.cloud.CloudController run_instances 2"]
    for name in ("EC2 RunInstances", "ec2: RunInstances", "RunInstances"):
        assert find_rest_action(asked, name) == asked


def test_hostile_tables_end(tmp_path: Path) -> None:
    files = {
        f"{API}/compute/routes.py": (
            "ROUTE_LIST = (('/x', {'GET': [ROUTE_LIST, 'index']}), ('/y', 1), 2, ('/z', {'GET': 3}))\n"
            "ROUTE_LIST += ROUTE_LIST\n\n\nclass APIRouter(APIRouter):\n    def __init__(self):\n"
            "        self.__init__()\n        x = x\n        mapper.resource(x, self.x, controller=self.x.y())\n"
        )
    }
    assert all_of(tmp_path, files) == []


@pytest.mark.release
@pytest.mark.parametrize("release_", ["20.0.0", "24.0.0", "30.0.0", "34.0.0"])
def test_no_entry_of_the_list_of_routes_is_left_out(release: Callable[[str], Path], release_: str) -> None:
    folder = release(f"nova-{release_}")
    actions = rest_actions(Program(open_checkout(str(folder))))
    assert counted(actions) == json.loads((EXPECTED / release_ / "rest_actions.json").read_text())
    text = (folder / API / "compute/routes.py").read_text()
    pairs = re.findall(
        r"^    \('(/[^']*)', \{(.*?)\n    \}\)", text.partition("ROUTE_LIST = (")[2], re.MULTILINE | re.DOTALL
    )
    declared = {
        (path, http_method) for path, methods in pairs for http_method in re.findall(r"'([A-Z]+)': ?\[", methods)
    }
    assert len(declared) > 150
    assert {(action.path if action.path != "/" else "/", action.http_method) for action in actions} == {
        (path.rstrip("/") or "/", http_method) for path, http_method in declared
    }


@pytest.mark.release
@pytest.mark.parametrize("name", ["nova-34.0.0", "nova-15.1.5", "cinder-29.0.0"])
def test_one_action_is_found_as_among_all(release: Callable[[str], Path], name: str) -> None:
    nova = Program(open_checkout(str(release(name))))
    actions = rest_actions(nova)
    for asked in [action.name for action in actions][::7]:
        assert find_rest_action(rest_actions_for(nova, asked), asked) == find_rest_action(actions, asked)


@pytest.mark.release
def test_the_actions_of_a_server(release: Callable[[str], Path]) -> None:
    actions = rest_actions(Program(open_checkout(str(release("nova-34.0.0")))))
    (resize,) = find_rest_action(actions, "POST /servers/{server_id}/action resize")
    assert (resize.function, resize.line) == (
        "nova.api.openstack.compute.servers.ServersController._resize",
        1154,
    )
    older = rest_actions(Program(open_checkout(str(release("nova-15.1.5")))))
    (resize,) = find_rest_action(older, "POST /servers/{id}/action resize")
    assert (resize.controller.rpartition(".")[2], resize.line) == ("ServersController", 970)


@pytest.mark.release
def test_cinder_has_such_a_router_still(release: Callable[[str], Path]) -> None:
    actions = rest_actions(Program(open_checkout(str(release("cinder-29.0.0")))))
    assert counted(actions) == {"v3": [209, 47]}
    (detach,) = find_rest_action(actions, "POST /volumes/{id}/action os-detach")
    assert (detach.file, detach.controller) == (
        "cinder/api/contrib/volume_actions.py",
        "cinder.api.contrib.volume_actions.VolumeActionsController",
    )


@pytest.mark.history
@pytest.mark.parametrize("tag", tags())
def test_no_handler_of_any_tag_is_left_out(nova_git: Path, facts: Cache, tag: str) -> None:
    asked = Program(open_checkout(f"{nova_git}@{tag}"), facts)
    actions = rest_actions(asked)
    assert asked.problems == ()
    if (EXPECTED / tag / "rest_actions.json").exists():
        assert counted(actions) == json.loads((EXPECTED / tag / "rest_actions.json").read_text())
    assert len(find_rest_action(actions, "DELETE /servers/{id}")) == 1
    reached = {(action.file, action.line) for action in actions}
    handlers = [(path, *handler) for path in asked.source_files(API) for handler in handlers_of(asked, path)]
    left = {name for path, line, name in handlers if (path, line) not in reached and not UNREACHABLE.search(name)}
    # The plugin of v3 had no entry point before the release.
    assert left <= ({f"ShelveController.{name}" for name in SHELVE} if tag.startswith("2013.2.") else set())


def handlers_of(asked: Program, path: str) -> list[tuple[int, str]]:
    """Give the methods of controllers that take a request or are registered as an action."""
    facts = asked.facts(path)
    found = []
    for function in facts.functions:
        names = {
            decorator.expression[1] if isinstance(decorator.expression, tuple) else decorator.expression
            for decorator in function.decorators
        }
        takes = [parameter.name for parameter in function.parameters[1:2]] == ["req"]
        is_controller = function.class_ is not None and "Controller" in facts.classes[function.class_].name
        public = takes and not function.name.startswith("_")
        if is_controller and "wsgi.extends" not in names and (public or "wsgi.action" in names):
            found.append((function.line, function.qualname))
    return found


ROUTER = """\
import routes

from nova import wsgi


class Controller(object):
    def index(self, req):
        pass


class APIRouter(wsgi.Router):
    def __init__(self):
        mapper = routes.Mapper()
        mapper.resource('server', 'servers', controller=Controller())
"""


@pytest.mark.parametrize(
    ("more", "cut"),
    [
        ("        self.a()\n    def a(self):\n" + "        self.a()\n" * 10, True),
        (
            "".join(f"{' ' * (8 + depth)}for i{depth} in ({'1, ' * 50}):\n" for depth in range(8)) + " " * 16 + "f()\n",
            True,
        ),
        ("        self.x = self.x\n" * 60 + "        mapper.resource('a', 'b', controller=self.x)\n", True),
        (
            "        d = {}\n        d['a'] = d\n        d['b'] = d['a']\n        mapper.connect(str(d), d['a'])\n",
            False,
        ),
        ("        x = (1,)\n" + "        x = (x, x)\n" * 500 + "        mapper.connect(str(x))\n", False),
        ("        k = 'k' * 90000\n" + "".join(f"        d{n}[k] = k\n" for n in range(3000)), False),
    ],
    ids=["methods", "loops", "attributes", "a dictionary in itself", "tuples", "long keys"],
)
def test_a_router_that_takes_too_long_is_cut_and_said(tmp_path: Path, more: str, *, cut: bool) -> None:
    files = {
        **PACKAGES,
        f"{API}/compute/__init__.py": ROUTER + more,
        "nova/wsgi.py": "class Router(object):\n    pass\n",
    }
    program = Program(open_checkout(str(make(tmp_path / "nova", files))))

    def found() -> tuple[list[str], list[str]]:
        return [action.name for action in rest_actions(program)], [problem.message for problem in program.problems]

    names, problems = within(found)
    assert names == ["GET /servers"]
    assert bool([one for one in problems if "takes more steps than are read" in one]) is cut
