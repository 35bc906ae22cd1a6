"""What is put into trees: texts, constants and statements that a reader of source might trip over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random

# Each table has its entries by kind, a kind on a line or two.
# fmt: off
SPECIAL: Final = (
    *("\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x07\x08\x7f", "a\tb", "a\rb", "a\nb", "\x85", "\x9b31m", "\x0b\x0c", "\0"),
    *("\u202eevil\u202c", "\u2066a\u2069", "\u200f", "\u061c", "\u2028", "\u2029", "\ufffe", "\uffff", "\ufeff", "\ufdd0"),
    *("\U0001fffe", "\U0010ffff", "\ud800", "\udfff\ud800", "\udc80", "\u200b", "\ue000", "\x1c", "\xad"),
)
"""Characters that change how a text is shown, or that are none."""
MARKUP: Final = (
    *("<script>alert(1)</script>", "</td></tr></table>", "\"'><img src=x onerror=alert(1)>", "&amp;&#0;&#x1b;", "]]>"),
    *("<!--", "-->", "<![CDATA[", "`a`__", "``", "`", "**", "*a", "|a|", "a_", "a__", "[1]_", ":ref:`a`", "\\"),
    *("\n\n.. raw:: html\n\n   <b>\n", ".. include:: /etc/passwd", "{{ 7 * 7 }}", "{% raw %}", "%s%n%d", "${HOME}"),
    *("\\input{/etc/passwd}", "$x^2$", "\\end{document}", "^^1b", "~", "#", "{", "}", "%%{init: {}}%%", "end\nend"),
    *("participant A", "A->>B: c", "#quot;", ";", "Note over A: b", "alt", "-->>", ":", "::", "a: b", "loop"),
)
"""Texts that mean something in what they are shown with."""
PLAIN: Final = (
    *("e\u0301", "日本語", "👩\u200d👩\u200d👧", "ﬁ", "İ", "ß", "\u0660", "é"),
    *("", " ", ".", "..", "/", "../../etc/passwd", "/etc/passwd", "nova..a", "nova.", ".nova", "__class__", "a.b.c.d"),
    *("a" * 300, "a" * 20_000, "a " * 5_000, "a." * 2_000, "\n" * 500, "*" * 400, "=" * 80, "-", "- a", "1. a", "(a)"),
    *("%(a)s", "{0}", "{a.__class__}", "%", "{", "{}" * 100, "%s" * 100, "\\N{BELL}", "\\ud800", "\\x1b", "\\"),
)
"""Texts that are strange, long, or empty."""

LITERALS: Final = (
    *("'\\ud800'", "'\\udfff\\ud800'", "'\\x1b[31m'", "'\\x00'", "'\\ufffe'", "'\\u202e'", "u'\\N{BULLET}'", "b'\\xff'"),
    *("'\\r\\n'", "'\\x85'", "'<script>'", "'`'", "'|'", "''", "' '", "'.'", "'a' 'b' b'c'", "f'{self}'", "f'{a!r:>{b}}'"),
    *("9" * 5000, "0x" + "f" * 5000, "1e400", "-1e400", "1e400 - 1e400", "float('nan')", "float('inf')", "1j", "0777"),
    *("10 ** 10 ** 10", "2 ** 10 ** 9", "1 << 10 ** 9", "9 ** 9 ** 9 ** 9", "-1", "0", "1 / 0", "1 % 0", "0x", "1__0"),
    *("'x' * 10 ** 9", "'x' * 10 ** 18", "['x'] * 10 ** 9", "(0,) * 10 ** 10", "[[0] * 1000] * 1000", "[[[0] * 1000] * 1000] * 1000"),
    *("''.join(['a' * 10 ** 6] * 10 ** 4)", "'{0}' * 33000", "('{0}' * 33000).format('a' * 33000)", "'%s' * 50000 % (('a',) * 50000)"),
    *("'%10000000000d' % 1", "'{:>10000000000}'.format(1)", "'%*d' % (10 ** 9, 1)", "str([0] * 10 ** 6)", "repr('\\x1b' * 10 ** 6)"),
    *("'a'.center(10 ** 10)", "'a'.ljust(10 ** 10)", "'a'.zfill(10 ** 10)", "'a\\t'.expandtabs(10 ** 10)", "'a'.replace('', 'b' * 10 ** 6)"),
    *("list(range(10 ** 10))", "tuple(range(10 ** 8))", "sum(range(10 ** 9))", "dict.fromkeys(range(10 ** 8))", "sorted(range(10 ** 8))"),
    *("[" * 100 + "]" * 100, "(" * 300 + "1" + ",)" * 300, "{'a': " * 150 + "1" + "}" * 150, "[" * 5000 + "]" * 5000),
    *("-" * 2000 + "1", "not " * 2000 + "1", "1" + " + 1" * 5000, "'a'" + " 'a'" * 5000, "'a'" + " + 'a'" * 3000),
    *("a" + ".b" * 3000, "a" + "()" * 2000, "a" + "[0]" * 2000, "lambda: " * 500 + "0", "a if b else " * 800 + "c"),
    *("None", "...", "True", "self", "cls", "super()", "__file__", "__name__", "CONF", "CONF.a.b.c", "CONF['a']", "CONF[CONF]"),
    *("{**{}}", "[*[1]]", "{1: 2, 1: 3}", "{[]: 1}", "{{}: {}}", "{*()}", "(yield)", "(await a)", "(a := a)", "[a for a in a]"),
    *("os.environ['HOME']", "open('/etc/passwd').read()", "__import__('os').system('false')", "exec('1')", "eval('1')", "globals()"),
    *("getattr(self, self)", "type('A', (object,), {})", "object()", "NotImplemented", "print", "a < b < c", "a @ b", "`a`", "a <> b"),
    *("'%(a)s' % {'a': 'b'}", "'%s.%s' % (1,)", "'%s' % ()", "'%z' % 1", "'{'.format()", "'{a[b].c}'.format(a=1)", "_('a')", "u'é'"),
)
"""Expressions."""

STATEMENTS: Final = (
    *("return", "return self", "raise", "raise E, v, t", "yield", "yield from self", "pass", "break", "continue", "del self"),
    *("global a", "nonlocal a", "from . import *", "from nova import *", "import nova.nova.nova", "from .... import a", "import self"),
    *("print 'a'", "print >>a, b", "exec 'a' in b", "assert a, b", "a = b = c = a", "a, *b = c", "a[0]: int = 3", "a += a", "type A = A"),
    *("while True: pass", "for self in self: pass", "with self as self: pass", "try: pass\nfinally: return", "if 0: pass\nelse: pass"),
    *("async with a as b: pass", "async for a in b: await a", "match self:\n    case {'a': [b, *c], **d} if e: return", "@a\ndef f(): pass"),
    *("self = self", "self.__class__ = self", "self.__dict__.update(self)", "setattr(self, 'a' * 99, self)", "self[self] = self", "self.run = self"),
    *("globals()['a'] = 1", "locals().update(a)", "__import__('nova.fuzzed')", "sys.modules[__name__] = self", "type(self).run(self)", "super().run()"),
    *("self.client.prepare(**self).cast(self, self)", "self.client.call()", "rpc.cast(context, topic, msg)", "rpc.cast()", "rpc.call(*a, **b)"),
    *("rpc.cast(context, rpc, {'method': rpc})", "self.compute_rpcapi.start_instance()", "self.compute_rpcapi.start_instance(*self, **self)"),
    *("rpc.cast(context, '%s' % topic, {'method': '%s.%s' % (a, b), 'args': {}})", "self.run(self.run)", "eventlet.spawn_n(self.run, self)"),
    *("db.instance_get_by_uuid()", "db.instance_update(*self)", "utils.spawn(self.run)", "functools.partial(self.run, self)()", "map(self.run, [self])"),
    *("self.tg.add_timer(CONF.a, self.run)", "loopingcall.FixedIntervalLoopingCall(self.run).start(interval=1)", "threading.Thread(target=self.run).start()"),
    *("CONF.register_opts(CONF)", "CONF.register_opt(cfg.StrOpt('a', default=CONF.a))", "CONF.register_opts([cfg.IntOpt(a) for a in b], group=c)"),
    *("CONF.import_opt('a', 'nova.fuzzed')", "service.serve(service.Service.create(binary=self))", "launcher.launch_service(launcher, workers=launcher)"),
    *("mapper.resource(mapper, mapper, controller=mapper)", "mapper.connect(None, '/{a:[}', controller=self, action=self)", "ROUTE_LIST += ROUTE_LIST"),
)
"""Statements, without their indentation."""

DECORATORS: Final = (
    *("@property", "@staticmethod", "@classmethod", "@functools.wraps", "@run", "@self", "@periodic_task.periodic_task", "@a.b.c(d)(e)"),
    *("@periodic_task.periodic_task(spacing=CONF.a.b, enabled=None, name='\\x1b')", "@periodic_task.periodic_task(spacing='a', run_immediately=CONF)"),
    *("@periodic_task.periodic_task(**CONF)", "@periodic_task.periodic_task(spacing=-1e400)", "@base.remotable", "@base.remotable_classmethod"),
    *("@wsgi.action('\\ud800')", "@wsgi.action(self)", "@wsgi.action()", "@wsgi.api_version('2.1', 'a')", "@wsgi.Controller.api_version(9 ** 9)"),
    *("@periodics.periodic(spacing=1)", "@contextlib.contextmanager", "@functools.lru_cache()", "@messaging.expected_exceptions(*a)", "@utils.synchronized"),
)

METADATA: Final = (
    *("[metadata]", "[metadata", "[entry_points]", "[project]", "[project.scripts]", "[[project]]", "= b", "name", "name =", "name = nova\nname = other"),
    *("name = \x1b[31m", "name = ../..", "name = " + "a" * 5000, "name = nova.nova", "name = \u202e", "Name: \ufffe", "Name: nova", "Name: other", "Name:"),
    *("version = " + "9" * 5000, "Version: " + "9" * 5000, "Version: " + "9" * 3000 + ".0", "Version: 1!2.3.4.dev5+a.b", "Version: <b>", "Version: 99999999999999999"),
    *("version = %(version)s", "version = attr: nova.version", "version = " + "1." * 2000 + "1", "version = 2013.2\n  2014.1", "version = " + "1e400"),
    *("console_scripts =\n    nova-a = nova.cmd.a:main", "console_scripts =\n    = :\n    a\n    b = c d:e [f]", "    nova-\x1b = nova.cmd.compute:main"),
    *("    nova-a = nova.cmd.compute:main.main.main", "    nova-a = .nova:main", "    ../nova-a = nova.cmd.compute:main", "    nova-compute = nova.cmd.compute:main"),
    *('name = "nova"', "name = 'nova'\nname = 'nova'", "a." * 1500 + 'b = "c"', "[a" + ".b" * 1500 + "]", "a = " + "[" * 1500 + "]" * 1500, "a = " + "9" * 5000),
    *("a = 1e400", "a = nan", 'a = "\\uD800"', "a = 1979-05-27T07:32:00Z", "[project.entry-points]\na = 1", "[project]\nname = 5", "[project]\nname = []"),
    *("[project.scripts]\nnova-compute = 5\n'' = ''\n", '[project.scripts]\n"nova-\\u202e" = "nova.cmd.compute:main"', "\ufeff[metadata]", "[DEFAULT]\na = %(a)s"),
    *("[pipeline:a]\npipeline = a a a", "[composite:osapi]\nuse = call:a\n/v2: a\n/v2: b", "paste.app_factory = nova.api.openstack.compute:APIRouter.factory", "[app:a]"),
)
"""Lines for ``setup.cfg``, ``pyproject.toml``, ``PKG-INFO`` and the configuration of the paste library."""

NAMES: Final = (
    *("a\nb.py", "\x1b[31m.py", "\u202eyp.exe", "\ufffe.py", "\uffff", "\udcff\udcfe.py", "\udc80", "a b.py", " ", "-rf", "--help", "a;b|c&d.py"),
    *("`a`.py", "**.py", "<script>.py", "\"'.py", "&amp;.py", "$(touch a).py", "%s.py", "{a}.py", "a@b.py", "a:b.py", "\\.py", "nul\u0000", "a" * 255),
    *("é.py", "e\u0301.py", "日本語.py", "İ.py", ".py", "..py", "...", "__init__.py", "__init__", "class.py", "1.py", "a.b.py", "A.PY", "nova.py", "~", "#a#"),
    *("\t", "\r", "\u2028.py", "\u200b.py", "\u061c", "~$a.py", "con.py", "a,b", "a=b", "[a]", "*", "?", ":(glob)*", ":!a", "HEAD", "a.py\r", "_.py", "\x7f.py"),
)
"""Names of files and folders, as :func:`os.fsdecode` returns them."""

PIECES: Final = (
    *(b"(", b")", b"[", b"]", b"{", b"}", b'"""', b"'''", b'"', b"'", b"\\", b"\\\n", b"\n", b"\t", b"  ", b"\x0c", b"\r", b"#", b";", b":"),
    *(b",", b".", b"...", b"=", b":=", b"->", b"*", b"**", b"@", b"`", b"<>", b"!", b"$", b"?", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe9", b"\xed\xa0\x80"),
    *(b"def ", b"def f(", b"class ", b"class A(B):", b"lambda ", b"async ", b"await ", b"yield ", b"exec ", b"if a:", b"elif b:", b"else:", b"try:"),
    *(b"except A, e:", b"finally:", b"with a as b:", b"for a in b:", b"while 1:", b"match a:", b"case [*_]:", b"import ", b"from . import ", b"global a"),
    *(b"return", b"f'{", b"}'", b"# coding: utf-7\n", b"# -*- coding: koi8-r -*-\n", b"# coding: rot13\n", b"# coding: \xff\n", b"# coding: utf-16\n", b"a = b = ", b"del "),
)

TARGETS: Final = (
    *(".", "..", "../..", "/", "/etc/passwd", "/etc", "/proc/self", "/proc/self/mem", "/proc/self/fd/1", "/dev/zero", "/dev/full", "/dev/null", "/dev/tty"),
    *("../outside", "../outside/secret.py", "/nonexistent", "a" * 300, "nova", "./nova/../nova/../nova", "setup.py", "\udcff", "\x1b[31m"),
)
"""Where links lead: round in circles, into the tree, and out of it."""

# fmt: on

SECRET: Final = "f5c1b0-outside-of-the-tree"
"""What the file has in it that lies beside each tree: it must never be shown."""


def size(chance: random.Random) -> int:
    """Return how large a structure is to be: mostly small, seldom enormous."""
    return chance.choices((2, 3, 5, 10, 30, 100, 300, 1000, 3000, 10_000), (4, 6, 6, 6, 5, 4, 3, 2, 1, 1))[0]


def text(chance: random.Random) -> str:
    """Return a text as it might stand in a name of a file, in documentation, in what is asked."""
    return chance.choice(chance.choices((SPECIAL, MARKUP, PLAIN), (5, 3, 3))[0])


def quoted(chance: random.Random) -> str:
    """Return such a text as a string of Python that says it by escapes, all of which are good ASCII."""
    return ascii(text(chance))


def literal(chance: random.Random) -> str:
    """Return an expression."""
    return quoted(chance) if chance.random() < 0.4 else chance.choice(LITERALS)
