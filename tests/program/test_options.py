"""Config options are found from their use, in the form of every release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.model import Source
from sphinxext.nova.program import UNKNOWN, ConfigOption, FunctionDef, Options, Program
from sphinxext.nova.program.options import use
from sphinxext.nova.syntax import read
from tests.bounds import within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinxext.nova.program import Module
    from sphinxext.nova.syntax.forms import Expr

    Make = Callable[[Mapping[str, str]], Program]


def option(name: str, type_: str, **more: object) -> ConfigOption:
    """Make an option in which most is as it is by default."""
    fields = {
        "group": "DEFAULT",
        "default_text": None,
        "default": None,
        "help": None,
        "deprecated": (),
        "minimum": None,
        "maximum": None,
        "choices": None,
        "secret": False,
        **more,
    }
    return ConfigOption(name=name, type=type_, **fields)  # type: ignore[arg-type]


def form(text: str) -> Expr:
    (assignment,) = read(f"x = {text}\n".encode(), path="").assignments
    return assignment.value


def module_of(program: Program, name: str) -> Module:
    module = program.module(name)
    assert module is not None
    return module


FLAGS_ERA = {
    "nova/flags.py": """\
        import gflags

        FLAGS = gflags.FLAGS
        DEFINE_string = gflags.DEFINE_string
        DEFINE_string('compute_manager', 'nova.compute.manager.ComputeManager',
                      'Manager that runs')
        DEFINE_bool('fake_network', False, 'no real network')
        DEFINE_list('region_list', [], 'regions')
        DEFINE_multistring('driver', ['a'], 'drivers')
        DEFINE_float('ratio', 1.5, 'how much')
        DEFINE_enum('kind', 'a', ['a', 'b'], 'which')
    """,
    "nova/service.py": """\
        from nova import flags

        FLAGS = flags.FLAGS
        flags.DEFINE_integer('periodic_interval', 60,
                             'seconds between runs '
                             'of tasks',
                             lower_bound=1)
        flags.DECLARE('region_list', 'nova.flags')
    """,
}


def test_flags_of_2010_1_to_2011_3(program: Make) -> None:
    made = program(FLAGS_ERA)
    options, service = Options(made), module_of(made, "nova.service")

    assert options.find_use("FLAGS.periodic_interval", service) == option(
        "periodic_interval",
        "IntOpt",
        default_text="60",
        default=60,
        help="seconds between runs of tasks",
        minimum=1,
        path="nova/service.py",
        line=4,
    )
    assert options.in_module(module_of(made, "nova.flags")) == (
        option(
            "compute_manager",
            "StrOpt",
            default_text="'nova.compute.manager.ComputeManager'",
            default="nova.compute.manager.ComputeManager",
            help="Manager that runs",
            path="nova/flags.py",
            line=5,
        ),
        option(
            "fake_network",
            "BoolOpt",
            default_text="False",
            default=False,
            help="no real network",
            path="nova/flags.py",
            line=7,
        ),
        option("region_list", "ListOpt", default_text="[]", default=[], help="regions", path="nova/flags.py", line=8),
        option(
            "driver", "MultiStrOpt", default_text="['a']", default=["a"], help="drivers", path="nova/flags.py", line=9
        ),
        option("ratio", "FloatOpt", default_text="1.5", default=1.5, help="how much", path="nova/flags.py", line=10),
        option(
            "kind",
            "StrOpt",
            default_text="'a'",
            default="a",
            help="which",
            choices=("a", "b"),
            path="nova/flags.py",
            line=11,
        ),
    )


MODULE_ERA = {
    "nova/manager.py": """\
        import socket

        from oslo.config import cfg

        SECONDS = 60

        opts = [
            cfg.IntOpt('interval',
                       default=10 * SECONDS,
                       help=_('How often; '
                              'in seconds')),
            cfg.StrOpt('my-host', default=socket.gethostname()),
            cfg.StrOpt('password', secret=True),
            ]
        CONF = cfg.CONF
        CONF.register_opts(opts)
        CONF.register_opt(cfg.BoolOpt('alone', deprecated_name='lonely'), 'single')
        CONF.register_cli_opts([cfg.MultiStrOpt('cli', default=['a'])], group='single')

        group = cfg.OptGroup(name='grouped', title='Title')
        CONF.register_group(group)
        CONF.register_opts([cfg.FloatOpt('by_object')], group)
        CONF.register_opts([cfg.ListOpt('by_name')], group=group.name)

        def register(conf, group_name):
            conf.register_opt(cfg.IntOpt('anywhere', default=1), group=group_name)

        never = cfg.IntOpt('never', default=2)
    """,
    "nova/user.py": """\
        from nova import manager
        from oslo.config import cfg

        CONF = cfg.CONF
        CONF.import_opt('interval', 'nova.manager')
        single = CONF.single
    """,
}


def test_lists_in_the_module_that_uses_them(program: Make) -> None:
    made = program(MODULE_ERA)
    options, user = Options(made), module_of(made, "nova.user")

    def found(expression: str) -> ConfigOption | None:
        return options.find_use(form(expression), user)

    interval = option(
        "interval",
        "IntOpt",
        default_text="10 * SECONDS",
        default=600,
        help="How often; in seconds",
        path="nova/manager.py",
        line=8,
    )
    alone = option(
        "alone", "BoolOpt", group="single", deprecated=(("single", "lonely"),), path="nova/manager.py", line=17
    )
    assert found("CONF.interval") == interval
    assert found("cfg.CONF.interval") == interval
    assert found("manager.CONF.interval") == interval
    assert found("CONF['interval']") == interval
    assert found("CONF.get('interval')") == interval
    assert found("getattr(CONF, 'inter' + 'val', None)") == interval
    assert found("CONF.interval.bit_length") == interval
    assert found("CONF.my_host") == option(
        "my_host", "StrOpt", default_text="socket.gethostname()", default=UNKNOWN, path="nova/manager.py", line=12
    )
    assert found("CONF.password") == option("password", "StrOpt", secret=True, path="nova/manager.py", line=13)
    assert found("CONF.single.alone") == alone
    assert found("single.alone") == alone
    assert found("CONF['single']['alone']") == alone
    assert found("CONF.single.cli") == option(
        "cli", "MultiStrOpt", group="single", default_text="['a']", default=["a"], path="nova/manager.py", line=18
    )
    assert found("CONF.grouped.by_object") == option(
        "by_object", "FloatOpt", group="grouped", path="nova/manager.py", line=22
    )
    assert found("CONF.grouped.by_name") == option(
        "by_name", "ListOpt", group="grouped", path="nova/manager.py", line=23
    )
    for group in ("DEFAULT", "some"):
        assert options.find(group, "anywhere") == option(
            "anywhere", "IntOpt", group=group, default_text="1", default=1, path="nova/manager.py", line=26
        )
        assert options.find(group, "never") == option(
            "never", "IntOpt", group=group, default_text="2", default=2, path="nova/manager.py", line=28
        )
    for expression in ("CONF.alone", "CONF.single.interval2", "CONF.lonely", "CONF", "user.x", "interval", "1"):
        assert found(expression) is None


CONF_ERA = {
    "nova/conf/__init__.py": """\
        from oslo_config import cfg

        from nova.conf import compute
        from nova.conf import image

        CONF = cfg.CONF
        compute.register_opts(CONF)
        image.register_opts(CONF)
    """,
    "nova/conf/paths.py": """\
        import os

        def state_path_def(*args):
            return os.path.join('$state_path', *args)
    """,
    "nova/conf/image.py": """\
        import itertools
        import textwrap

        from oslo_config import cfg

        from nova.conf import paths

        GROUP = 'image_cache'
        image_group = cfg.OptGroup(GROUP, title='Image', help='''
        Text.
        ''')

        old = [cfg.DeprecatedOpt('manager_old', group='DEFAULT'), cfg.DeprecatedOpt('oldest')]

        image_opts = [
            cfg.IntOpt('manager_interval',
                default=2400,
                min=-1, max=86_400,
                deprecated_name='image_cache_manager_interval',
                deprecated_group='DEFAULT',
                deprecated_opts=old,
                help='''
        Number of seconds.

        Possible values:

          * -1: disable
        '''),
            cfg.StrOpt('subdirectory_name', default=paths.state_path_def('base')),
        ]
        more_opts = [
            cfg.StrOpt('mode', default='a', choices=[('a', 'the first'), ('b', 'the other')],
                       help=textwrap.dedent('''\\
                           Which
                           mode.''')),
        ]
        tail_opts = (cfg.Opt('tail', dest='the_tail'),)

        def _make(name, default=7):
            return cfg.IntOpt(name, default=default)

        def _many():
            opts = [cfg.PortOpt('port')]
            opts.append(_make('returned', 8))
            return opts

        ALL_OPTS = list(itertools.chain(image_opts, more_opts)) + list(tail_opts) + _many()
        ALL_OPTS.extend([_make('helped')])
        ALL_OPTS += [cfg.IntOpt('%s_workers' % name) for name in ('api', 'metadata')]
        ALL_OPTS += [one for one in [cfg.IntOpt('wrapped')]]

        def register_opts(conf):
            conf.register_group(image_group)
            conf.register_opts(ALL_OPTS, group=image_group)
            for one in (cfg.IntOpt('looped'), cfg.IntOpt('again')):
                conf.register_opt(one, image_group)
            for name in conf.image_cache.names:
                local = cfg.IntOpt('dynamic')
                conf.register_opt(local, group='x_%s' % name)

        def list_opts():
            return {image_group: ALL_OPTS}
    """,
    "nova/conf/compute.py": """\
        from oslo_config import cfg

        opts = [cfg.IntOpt('interval', default=1)]

        def register_opts(conf):
            conf.register_opts(opts)
    """,
    "nova/compute.py": """\
        import nova.conf
        from nova.conf import CONF as renamed

        CONF = nova.conf.CONF

        def work(interval):
            group = CONF.image_cache
            return group.mode
    """,
    "nova/cmd.py": "from oslo_config import cfg\n\ncfg.CONF.register_opts([cfg.IntOpt('elsewhere', default=3)])\n",
    "nova/virt/driver.py": "from oslo_config import cfg\n\nopts = [cfg.IntOpt('interval', default=99)]\n",
    "nova/tests/fixtures.py": "from oslo_config import cfg\n\ncfg.CONF.register_opts([cfg.IntOpt('only_in_tests')])\n",
}


def test_the_folder_conf(program: Make) -> None:
    made = program(CONF_ERA)
    options, compute = Options(made), module_of(made, "nova.compute")
    path = "nova/conf/image.py"

    def image(name: str, type_: str, line: int, **more: object) -> ConfigOption:
        return option(name, type_, group="image_cache", path=path, line=line, **more)

    interval = image(
        "manager_interval",
        "IntOpt",
        16,
        default_text="2400",
        default=2400,
        minimum=-1,
        maximum=86400,
        deprecated=(
            ("DEFAULT", "image_cache_manager_interval"),
            ("DEFAULT", "manager_old"),
            ("image_cache", "oldest"),
        ),
        help="Number of seconds.\n\nPossible values:\n\n  * -1: disable",
    )
    assert options.find_use("CONF.image_cache.manager_interval", compute) == interval
    assert options.find_use("nova.conf.CONF.image_cache.manager_interval", compute) == interval
    assert options.find_use("group.mode", FunctionDef(compute, 0)) == options.find("image_cache", "mode")
    assert str(interval) == "[image_cache] manager_interval"
    assert [
        options.find("image_cache", name) for name in ("subdirectory_name", "mode", "the_tail", "tail", "port")
    ] == [
        image(
            "subdirectory_name", "StrOpt", 29, default_text="paths.state_path_def('base')", default="$state_path/base"
        ),
        image("mode", "StrOpt", 32, default_text="'a'", default="a", choices=("a", "b"), help="Which\nmode."),
        image("the_tail", "Opt", 37),
        None,
        image("port", "PortOpt", 43),
    ]
    names = ("returned", "helped", "api_workers", "metadata_workers", "wrapped", "looped", "again")
    assert [options.find("image_cache", name) for name in names] == [
        image("returned", "IntOpt", 40, default_text="default", default=8),
        image("helped", "IntOpt", 40, default_text="default", default=7),
        image("api_workers", "IntOpt", 49),
        image("metadata_workers", "IntOpt", 49),
        image("wrapped", "IntOpt", 50),
        image("looped", "IntOpt", 55),
        image("again", "IntOpt", 55),
    ]
    assert options.find("x_y", "dynamic") == option("dynamic", "IntOpt", group="x_y", path=path, line=58)
    found = options.find_use("CONF.interval", compute)
    assert found == option("interval", "IntOpt", default_text="1", default=1, path="nova/conf/compute.py", line=3)
    assert str(found) == "interval"


def test_where_it_is_looked_for(program: Make) -> None:
    made = program(CONF_ERA)
    options = Options(made)
    with made.recording() as record:
        assert options.find("DEFAULT", "interval") is not None
    assert record.sources == {
        Source("tree", "nova/conf"),
        Source("file", "nova/conf/compute.py"),
        Source("file", "nova/conf/compute/__init__.py"),
        *(Source("file", f"nova/{name}") for name in ("__init__.py", "conf/__init__.py")),
        *(Source("file", name) for name in ("oslo_config/__init__.py", "oslo_config.py")),
        Source("mentions", "nova/conf", ("'interval'",)),
    }
    with made.recording() as record:
        assert options.find("DEFAULT", "interval") is not None
    assert Source("mentions", "nova/conf", ("'interval'",)) in record.sources
    with made.recording() as record:
        found = options.find("DEFAULT", "elsewhere")
    assert found == option("elsewhere", "IntOpt", default_text="3", default=3, path="nova/cmd.py", line=3)
    assert Source("tree", "nova") in record.sources
    with made.recording() as record:
        assert options.find("DEFAULT", "only_in_tests") is None
        assert options.find("DEFAULT", "absent") is None
    assert {source for source in record.sources if source.kind != "file"} == {
        *(Source("tree", "nova/conf"), Source("tree", "nova"), Source("names", "bin")),
        *(Source("mentions", "nova", (word,)) for word in ("'only_in_tests'", "'absent'")),
    }


def test_the_nearest_of_several_of_one_name(program: Make) -> None:
    text = "from oslo.config import cfg\nCONF = cfg.CONF\nCONF.register_opts([cfg.IntOpt('topic', default={})])\n"
    made = program(
        {
            "nova/a.py": text.format(1),
            "nova/b.py": text.format(2),
            "nova/c.py": text.format(3),
            "nova/user.py": "CONF.import_opt('topic', 'nova.b')\nCONF.import_opt('other', 'nova.c')\n",
            "nova/grouped.py": "CONF.import_opt('topic', 'nova.c', group='some')\n",
            "nova/old.py": "flags.DECLARE('topic', 'nova.c')\n",
            "bin/nova-tool": text.replace("topic", "tool").format(4),
        }
    )
    options = Options(made)

    def default(module: str) -> object:
        found = options.find_use("CONF.topic", module_of(made, module))
        return found and found.default

    assert [default(f"nova.{name}") for name in "abc"] == [1, 2, 3]
    assert default("nova.user") == 2
    assert default("nova.grouped") == 1
    assert default("nova.old") == 3
    tool = options.find("DEFAULT", "tool")
    assert tool is not None
    assert (tool.default, tool.path) == (4, "bin/nova-tool")


def test_forms_that_mean_nothing(program: Make) -> None:
    made = program(
        {
            "nova/x.py": """\
                from oslo_config import cfg

                ring = other + [1]
                other = ring
                CONF.register_opts(ring)
                CONF.register_opts(ring, group=unknown.thing())
                CONF.register_opts()
                CONF.register_opt(group='x')
                CONF.register_opts(*many)
                CONF.register_opts(cfg.IntOpt)
                CONF.register_opts([cfg.IntOpt(), cfg.IntOpt(5), cfg.IntOpt(name=make())])
                CONF.register_opts([self.x for x in y], 5)
                CONF.register_opts(lambda: 1)
                CONF.register_opts(again(1))
                broken = cfg.IntOpt('kept', default=)
                CONF.register_opts([cfg.IntOpt('fine', default=nothing, min='x', help=5, choices=6, secret='x')])

                def again(one):
                    return again(one)

                class MyOpt(cfg.IntOpt):
                    pass

                def not_an_Opt(name):
                    return 1

                not_an_Opt('no')
                mine = MyOpt('mine', default=1)
            """
        }
    )
    options = Options(made)
    assert {(found.name, found.type) for found in options.in_module(module_of(made, "nova.x"))} >= {
        ("fine", "IntOpt"),
        ("mine", "MyOpt"),
    }
    assert options.find("DEFAULT", "fine") == option(
        "fine", "IntOpt", default_text="nothing", default=UNKNOWN, path="nova/x.py", line=16
    )
    assert options.find("DEFAULT", "no") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CONF.a", ("a",)),
        ("FLAGS.a.b", ("a", "b")),
        ("nova.conf.CONF.a", ("a",)),
        ("self.CONF.a", ("a",)),
        ("CONF['a-b.c'].d", ("a-b.c", "d")),
        ("CONF[name].d", ()),
        ("CONF.get('a').b", ("a", "b")),
        ("CONF.get(name)", ()),
        ("getattr(CONF.a, 'b')", ("a", "b")),
        ("CONF", ()),
        ("conf.a", ()),
        ("CONF.a + 1", ()),
        ("f(CONF.a)", ()),
        ("None", ()),
    ],
)
def test_what_follows_conf(program: Make, text: str, expected: tuple[str, ...]) -> None:
    assert use(form(text), module_of(program({}), "nova")) == expected


@pytest.mark.parametrize(
    ("before", "more", "expected"),
    [
        ("A = [A]", "cfg.IntOpt('x', deprecated_opts=A)", ()),
        (
            "a0 = [cfg.DeprecatedOpt('y')]\n" + "".join(f"a{n} = [a{n - 1}, a{n - 1}]\n" for n in range(1, 60)),
            "cfg.IntOpt('x', deprecated_opts=a59)",
            None,
        ),
        (
            "a = [cfg.DeprecatedOpt('y'), cfg.DeprecatedOpt('z', group='g')]",
            "cfg.IntOpt('x', deprecated_opts=a)",
            (
                ("DEFAULT", "y"),
                ("g", "z"),
            ),
        ),
        ("d = [[[0] * 1000] * 1000] * 1000", "cfg.ListOpt('x', default=d)", ()),
        ("d = 'x' * 90000", "cfg.StrOpt('x', help=d + d, default=(d,) * 90000)", ()),
        ("", "cfg.IntOpt('x', default=" + "1" * 5000 + ", min=10 ** 5000, max=0x" + "1" * 50_000 + ")", ()),
        ("", "cfg.IntOpt('x', default=" + "[" * 140 + "]" * 140 + ")", ()),
    ],
    ids=["in itself", "doubled", "a list", "lists of lists", "long texts", "many digits", "nested"],
)
def test_an_option_beyond_all_measure(
    program: Make, before: str, more: str, expected: tuple[tuple[str, str], ...] | None
) -> None:
    made = program({"nova/x.py": f"from oslo_config import cfg\n{before}\ncfg.CONF.register_opts([{more}])\n"})

    def found() -> tuple[bool, str | None, object, tuple[tuple[str, str], ...]]:
        (one,) = Options(made).in_module(module_of(made, "nova.x"))
        return one.default is None or one.default is UNKNOWN, one.help, one.maximum, one.deprecated

    empty, text, maximum, deprecated = within(found)
    assert (empty, text, maximum) == (True, None, None)
    if expected is not None:
        assert deprecated == expected


def test_a_group_by_the_name_of_a_group(program: Make) -> None:
    made = program(
        {
            "nova/x.py": "from oslo_config import cfg\ng = cfg.OptGroup('one')\n"
            "cfg.CONF.register_opts([cfg.IntOpt('a')], group=g)\n"
            "cfg.CONF.register_opts([cfg.IntOpt('b')], group=g.name)\n"
            f"cfg.CONF.register_opts([cfg.IntOpt('c')], group=g{'.name' * 5000})\n"
        }
    )
    found = within(lambda: [(one.group, one.name) for one in Options(made).in_module(module_of(made, "nova.x"))])
    assert found == [("one", "a"), ("one", "b"), ("", "c")]


@pytest.mark.parametrize(
    "text", ["#Opt(" * 300_000, "#Opt(\n" * 300_000, "DEFINE_a" * 300_000, "Opt(" + " " * 1_000_000]
)
def test_scanning_for_options_takes_time_by_the_length_of_the_text(program: Make, text: str) -> None:
    files = {"nova/x.py": "Opt(  # one\n    # two\n    'a')\nDEFINE_string('b')\n", "nova/y.py": text}
    assert within(lambda: sorted(Options(program(files)).names())) == ["a", "b"]
