"""Modules that are generated: deep, circular, growing and enormous programs, each with the function to ask about."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Final, NamedTuple

from fuzz.hostile import literal, quoted, size, text

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


class Made(NamedTuple):
    """A module ``nova/fuzzed.py``, other files, and dotted names below the module that a question may be about."""

    text: str
    asked: tuple[str, ...] = ("run",)
    files: tuple[tuple[str, str], ...] = ()


_HEAD: Final = (
    "import functools\n\nfrom nova.compute import rpcapi\nfrom nova import rpc\nfrom oslo_config import cfg\n\n"
    "CONF = cfg.CONF\n\n\n"
)
_SEND: Final = "rpcapi.ComputeAPI().start_instance(context, context)"


def _class(body: str, bases: str = "object", name: str = "Fuzzed") -> str:
    return f"class {name}({bases}):\n{indent(body, '    ')}\n\n"


def growing(chance: random.Random) -> Made:
    """Functions that call themselves with arguments that grow."""
    grown = (
        *(
            "[s, {n}]",
            "(s, {n})",
            "{{'a': s, 'b': {n}}}",
            "s + [{n}]",
            "s + (s, {n})",
            "s + 'a{n}'",
            "'%s{n}' % s",
            "[s] * {n}",
        ),
        *(
            "lambda: (s, {n})",
            "functools.partial(self.f, context, (s, {n}))",
            "Node(s, {n})",
            "dict(s, a{n}=s)",
            "[*s, {n}]",
            "{{**s, {n}: s}}",
        ),
        *(
            "s.a{n}",
            "s[{n}]",
            "s({n})",
            "f'{{s}}{n}'",
            "not s",
            "s if s else {n}",
            "[a for a in s]",
            "str(s) + '{n}'",
            "(s, s, {n})",
            "-s",
        ),
    )
    calls = "".join(
        f"        self.f(context, {chance.choice(grown).format(n=number)})\n"
        for number in range(chance.choice((1, 1, 2, 3, 3, 5)))
    )
    more = chance.choice(("", "", ", *args, **kw"))
    if more:
        calls += "        self.f(context, *args, s, **kw)\n        self.f(context, s=s, a=kw, **dict(kw, b=args))\n"
    return Made(
        _HEAD
        + "class Node(object):\n    def __init__(self, *inner):\n        self.inner = inner\n\n\n"
        + f"class Fuzzed(object):\n    def f(self, context, s{more}):\n{calls}        {_SEND}\n\n\n"
        + f"def run(context):\n    Fuzzed().f(context, {chance.choice(('[]', '()', '0', repr('a'), 'None', '{}', 'context'))})\n",
        ("run", "Fuzzed.f"),
    )


def mutual(chance: random.Random) -> Made:
    """Functions that call one another, each with other constants or with what grows."""
    count = min(size(chance), 60)
    form = chance.choice(
        (
            "{m}",
            "'{n}-{m}'",
            "a + [{m}]",
            "(a, {m})",
            "f{m}",
            "lambda: f{m}(context, a)",
            "functools.partial(f{m}, context, a)",
        )
    )
    some = "".join(
        f"def f{n}(context, a):\n"
        + "".join(
            f"    f{m}(context, {form.format(n=n, m=m)})\n" for m in range(count) if chance.random() < 0.9 or m == n + 1
        )
        + f"    {_SEND}\n\n\n"
        for n in range(count)
    )
    return Made(_HEAD + some + "def run(context):\n    f0(context, 0)\n", ("run", "f0"))


def classes_that_make_classes(chance: random.Random) -> Made:
    """Classes whose constructors make one another."""
    count = min(size(chance), 12)
    given = chance.choice(("self", "[self]", "other", "self.other", "(self, other)"))
    some = "".join(
        f"class C{n}(object):\n    def __init__(self, other):\n        self.other = other\n"
        + "".join(f"        self.c{m} = C{m}({given})\n" for m in range(count))
        + "    def go(self, context):\n"
        + "".join(f"        self.c{m}.go(context)\n" for m in range(count))
        + f"        {_SEND}\n\n\n"
        for n in range(count)
    )
    return Made(_HEAD + some + "def run(context):\n    C0(None).go(context)\n", ("run", "C0.go"))


def levels(chance: random.Random) -> Made:
    """Levels of functions in which each is called several times: partials, lambdas, nested functions."""
    count, twice = min(size(chance), 60), chance.choice((1, 2, 2, 3))
    form = chance.choice(
        (
            "    functools.partial(f{m}, context, {k})()\n",
            "    (lambda: f{m}(context, {k}))()\n",
            "    def g{k}(c):\n        f{m}(c, {k})\n    g{k}(context)\n",
            "    if a == {k}:\n        f{m}(context, (a, {k}))\n",
            "    for b in a:\n        f{m}(context, [b, {k}])\n",
            "    try:\n        f{m}(context, {k})\n    except Exception:\n        f{m}(context, None)\n",
            "    with f{m}(context, {k}) as a:\n        pass\n",
            "    a = f{m}(context, a) or f{m}(context, {k})\n",
            "    [f{m}(context, b) for b in range({k})]\n",
        )
    )
    some = "".join(
        f"def f{n}(context, a):\n" + "".join(form.format(m=n + 1, k=k) for k in range(twice)) + "    return a\n\n\n"
        for n in range(count)
    )
    return Made(_HEAD + some + f"def f{count}(context, a):\n    {_SEND}\n\n\ndef run(context):\n    f0(context, 0)\n")


def branches(chance: random.Random) -> Made:
    """Many branches one after the other, or inside one another."""
    count = size(chance)
    form = chance.choice(
        (
            "    if s == {n}:\n        return {n}\n",
            "    if s == {n}:\n        a = {n}\n",
            "    elif s == {n}:\n        return f{n}\n",
            "    if a.b{n}:\n        a.b = {n}\n    else:\n        a.c = {n}\n",
            "    try:\n        a = {n}\n    except E{n}:\n        pass\n",
            "    for a in s:\n        if a:\n            break\n",
            "    with a{n} as b:\n        pass\n",
            "    while a{n}:\n        rpc.cast(context, 'compute', {{'method': 'f{n}', 'args': {{}}}})\n",
            "    if CONF.a{n}:\n        rpc.cast(context, 'compute', {{'method': 'start_instance', 'args': {{'a': {n}}}}})\n",
        )
    )
    first = "    if not s:\n        pass\n" if form.startswith("    elif") else ""
    return Made(
        _HEAD
        + "def f(context, s):\n    a = s\n"
        + first
        + "".join(form.format(n=n) for n in range(count))
        + f"    {_SEND}\n\n\n"
        "def run(context):\n    f(context, context.s)\n"
    )


def nesting(chance: random.Random) -> Made:
    """One thing inside another, many times."""
    count = size(chance)
    kind = chance.randrange(6)
    if kind == 0:
        head = chance.choice(
            ("if a:", "for a in b:", "while a:", "with a:", "try:", "def f(a):", "class A(object):", "match a:")
        )
        deep = min(count, 300)
        body = "".join("    " * (n + 1) + head + "\n" for n in range(deep)) + "    " * (deep + 1) + _SEND + "\n"
    elif kind == 1:
        open_, close = chance.choice(
            (("(", ")"), ("[", "]"), ("f(", ")"), ("{1: ", "}"), ("a[", "]"), ("lambda: (", ")"), ("(a, ", ")"))
        )
        body = f"    a = {open_ * count}context{close * count}\n    f(a)\n"
    elif kind == 2:
        body = f"    context{chance.choice(('.a', '()', '[0]', '.run()', '.a(b)[0]', '.prepare()')) * count}\n"
    elif kind == 3:
        body = f"    return {chance.choice(('not ', '-', 'await ', 'lambda: ', '*', '~')) * count}context\n"
    elif kind == 4:
        body = f"    return context{chance.choice((' + 1', ' and a', ' or a', ' if a else b', ' < a', ', a', ' % a', ' for a in b')) * count}\n"
    else:
        body = "    s = {}\n" + "".join(
            f"    s = {chance.choice(('[s]', '(s, s)', '{0: s}', 'lambda: s', '[s, s]'))}\n" for _ in range(count)
        )
        body += "    f(s)\n"
    return Made(_HEAD + f"def f(a):\n    return a\n\n\ndef run(context):\n{body}    {_SEND}\n")


def classes(chance: random.Random) -> Made:
    """Chains, circles, stars and lattices of base classes."""
    count = size(chance)
    kind = chance.randrange(6)
    body = "    def run(self, context):\n        super().run(context)\n"
    if kind == 0:
        text = (
            "".join(f"class C{n}(C{n + 1}):\n{body if n % 50 == 0 else '    pass'}\n\n\n" for n in range(count))
            + f"class C{count}(object):\n{body}\n\n"
        )
    elif kind == 1:
        text = "".join(f"class C{n}(C{(n + 1) % count}):\n{body}\n\n" for n in range(count))
    elif kind == 2:
        text = "".join(f"class C{n + 1}(object):\n{body}\n\n" for n in range(min(count, 1000)))
        text += f"class C0({', '.join(f'C{n + 1}' for n in range(min(count, 1000)))}):\n    pass\n\n\n"
    elif kind == 3:
        deep = min(count, 40)
        text = "class A0(object):\n    pass\n\n\nclass B0(object):\n    pass\n\n\n" + "".join(
            f"class A{n + 1}(A{n}, B{n}):\n{body}\n\nclass B{n + 1}(A{n}, B{n}):\n    pass\n\n\n" for n in range(deep)
        )
        text += f"class C0(A{deep}, B{deep}):\n    pass\n\n\n"
    elif kind == 4:
        text = "".join(
            f"class C{n}(f(C{n}), C{n}.D, *C, metaclass=C{n}):\n    class D(C{n}):\n        pass\n\n\n"
            for n in range(min(count, 100))
        )
    else:
        text = "".join(f"class C0(C0):\n{body}\n\n" for n in range(min(count, 300)))
    manager = chance.choice(("", "class ComputeManager(C0):\n    pass\n\n\n"))
    return Made(_HEAD + text + manager + "def run(context):\n    C0().run(context)\n", ("run", "C0.run"))


def imports(chance: random.Random) -> Made:
    """Modules that import one another in circles, by name or by star."""
    count = min(size(chance), 60)
    form = chance.choice(
        (
            "from nova.m{m} import *\n",
            "from nova.m{m} import a{m}, run\n",
            "import nova.m{m}\n",
            "from nova import m{m}\nm{m} = m{m}.m{m}\n",
        )
    )
    files = tuple(
        (
            f"nova/m{n}.py",
            form.format(m=(n + 1) % count)
            + chance.choice(("", form.format(m=chance.randrange(count)), f"from nova.m{n} import *\n"))
            + chance.choice(
                (f"a{n} = a{(n + 1) % count}\n", f"def a{n}(context):\n    return a{(n + 1) % count}(context)\n", "")
            ),
        )
        for n in range(count)
    )
    return Made(
        _HEAD
        + form.format(m=0)
        + "\n\ndef run(context):\n    m0.a0(context)\n    a0(context)\n    nova.m0.run(context)\n",
        ("run",),
        files,
    )


def constants(chance: random.Random) -> Made:
    """Constants that grow with each line."""
    lines = ["A = 'a' * 1000", "B = [A] * 1000", "C = {'a': A, 'b': B}", "T = (1, 2)"]
    grown = (
        "A = A + A",
        "A += A",
        "A = A * 1000",
        "B = B + B",
        "B = [B, B]",
        "B += B",
        "B *= 1000",
        "T = (T, T)",
        "T = T + T",
        "T *= 100",
        "C = {T: C}",
        "C = dict(C, c=C)",
    )
    lines += [chance.choice(grown) for _ in range(min(size(chance), 100))]
    used = (
        *(
            "''.join(B)",
            "os.path.join(*B)",
            "A.join(B)",
            "'%s' % (A,)",
            "'{0}{0}'.format(A)",
            "A.replace('a', A)",
            "str(B)",
            "repr(C)",
            "str(T)",
            "C[T]",
        ),
        *(
            "A.format(*B)",
            "A % T",
            "[A for A in B]",
            "T in C",
            "B.index(A)",
            "sorted(B)",
            "A.split('a')",
            "list(A)",
            "tuple(B)",
            "'{}' * 99999",
            "A.encode()",
        ),
        *(
            "dict(zip(B, B))",
            "B[0]",
            "A[::-1]",
            "A[0:10 ** 9]",
            "max(B)",
            "len(A)",
            "hash(T)",
            "set(B)",
            "A.upper()",
            "A == B",
            "A.title().swapcase()",
        ),
    )
    lines += [f"U{n} = {chance.choice(used)}" for n in range(3)]
    lines += [
        "CONF.register_opts([cfg.ListOpt('fuzzed', default=B), cfg.StrOpt(U0, default=U1, help=U2)], group=A)",
        "SERVICE_MANAGERS = {U0: U1, 'nova-compute': U2}",
    ]
    sent = chance.choice(("A", "U0", "U1", "U2", "B", "T", "C", "CONF.fuzzed", "CONF[A].fuzzed"))
    return Made(
        _HEAD
        + "\n".join(lines)
        + f"\n\n\ndef run(context):\n    rpc.cast(context, {sent}, {{'method': U0, 'args': {{'a': U1, 'b': U2}}}})\n"
        f"    if CONF.fuzzed == U1:\n        {_SEND}\n"
    )


def options(chance: random.Random) -> Made:
    """Options with hostile names, defaults and helps, some of which refer to themselves."""
    kinds = (
        "StrOpt",
        "IntOpt",
        "ListOpt",
        "BoolOpt",
        "FloatOpt",
        "MultiStrOpt",
        "DictOpt",
        "Opt",
        "PortOpt",
        "HostAddressOpt",
    )

    def value() -> str:
        return chance.choice(
            (literal(chance), quoted(chance), f"CONF.o{chance.randrange(5)}", "OPTS", "OPTS[0].default")
        )

    made = ",\n    ".join(
        f"cfg.{chance.choice(kinds)}({chance.choice((repr(f'o{n}'), repr(f'o{n}'), value()))}, default={value()}, help={value()})"
        for n in range(min(size(chance), 30))
    )
    extra = chance.choice(("OPTS += OPTS\n", "OPTS = OPTS + [OPTS]\n", "OPTS.extend(OPTS)\n", "OPTS[0] = OPTS\n", ""))
    uses = "".join(
        f"    @periodic_task.periodic_task(spacing={chance.choice((f'CONF.o{n}', value()))})\n    def _task{n}(self, context):\n"
        f"        if CONF.o{n} <= {value()}:\n            return\n        {_SEND}\n\n"
        for n in range(3)
    )
    return Made(
        "from oslo_service import periodic_task\n\nfrom nova import manager\n"
        + _HEAD
        + f"OPTS = [\n    {made},\n]\n{extra}CONF.register_opts(OPTS)\n"
        f"CONF.register_opts(OPTS, group={value()})\n\n\nclass FuzzedManager(manager.Manager):\n{uses}"
        "\n\ndef run(context):\n    FuzzedManager()._task0(context)\n",
        ("run", "FuzzedManager._task0"),
    )


def decorators(chance: random.Random) -> Made:
    """Functions that decorate themselves, and one another."""
    many = "@deco\n" * min(size(chance), 300)
    form = chance.choice(
        (
            f"{many}def deco(f):\n    @deco\n    def inner(*args):\n        return deco(inner)(f)(*args)\n    return inner\n",
            f"def deco(f):\n    {many.replace(chr(10), chr(10) + '    ')}def inner(*args, **kwargs):\n        return f(*args, **kwargs)\n    return inner\n",
            "class deco(object):\n    def __init__(self, f):\n        self.f = deco(f)\n\n    def __call__(self, *args):\n        return self.f(*args)\n",
            "def deco(*a):\n    return deco(deco, *a)\n",
            "deco = lambda f: lambda *a: deco(f)(*a)\n",
        )
    )
    return Made(
        _HEAD
        + form
        + f"\n\n{many}@deco(deco)\n@deco(*deco)\ndef run(context):\n    {_SEND}\n    return deco(run)(context)\n"
    )


def attributes(chance: random.Random) -> Made:
    """Objects that hold themselves, and names that are made while they are looked up."""
    lines = [
        chance.choice(
            (
                "self.a = self", "self.a = Fuzzed()", "self.a = [self.a, self]", "self.b = self.a.b", "self.a.b = self.b.a", "self.__class__ = Fuzzed",
                "self.run = self.go", "self.go = lambda: self.run(self)", "self.a = {'a': self}", "self.b = self.a['a']", "setattr(self, name, self)",
                "self.a = getattr(self, name)", "self.a = getattr(self, 'a' + name)", "Fuzzed.a = self", "Fuzzed.a.b = Fuzzed", "self.__dict__ = self.a",
                "self.a = self.a()", "self.a = self.a + self.a", "del self.a", "self.a = copy.deepcopy(self)", "self.a += [self.a]",
            )
        )
        for _ in range(min(size(chance), 60))
    ]  # fmt: skip
    body = "\n".join(f"        {line}" for line in lines)
    return Made(
        _HEAD
        + f"class Fuzzed(object):\n    def __init__(self, name='a'):\n{body}\n\n    def __getattr__(self, name):\n        return getattr(self, name + name)\n\n"
        f"    @property\n    def p(self):\n        return self.p\n\n    def run(self, context, name='a'):\n{body}\n        self.p.run(context, self.a)\n        {_SEND}\n\n\n"
        "def run(context):\n    Fuzzed().run(context)\n",
        ("run", "Fuzzed.run"),
    )


def objects(chance: random.Random) -> Made:
    """Versioned objects whose fields hold one another."""
    count = min(size(chance), 60)
    form = chance.choice(
        (
            "ObjectField('O{m}')",
            "ListOfObjectsField('O{m}')",
            "ObjectField(O{m})",
            "ObjectField('O{n}')",
            "ObjectField(*a)",
            "ObjectField('\\x1b')",
        )
    )
    some = "".join(
        f"class O{n}(base.NovaObject):\n    fields = {{'o': fields.{form.format(n=n, m=(n + 1) % count)}}}\n\n"
        f"    @base.remotable\n    def save(self):\n        self.o.save()\n        self.o.o.o.save()\n        self.obj_load_attr('o')\n\n"
        f"    def obj_load_attr(self, name):\n        self.o = O{(n + 1) % count}.get(self._context)\n\n"
        f"    @base.remotable_classmethod\n    def get(cls, context):\n        return O{(n + 1) % count}.get(context).o\n\n\n"
        for n in range(count)
    )
    return Made(
        _HEAD
        + "from nova.objects import base\nfrom nova.objects import fields\n\n\n"
        + some
        + "def run(context, o0):\n    O0.get(context).save()\n    o0.o.save()\n"
    )


def services(chance: random.Random) -> Made:
    """Commands that start services in strange ways, each in a module of its own."""

    def value() -> str:
        return chance.choice((literal(chance), quoted(chance), "server", "CONF.a.b", "sys.argv[1]"))

    body = "".join(
        chance.choice(
            (
                f"    server = service.Service.create(binary={value()}, topic={value()}, manager={value()})\n",
                f"    service.serve(server, workers={value()})\n",
                f"    launcher.launch_service(server, workers={value()})\n",
                "    main()\n",
                f"    server = service.WSGIService({value()}, use_ssl={value()})\n",
                f"    for api in {value()}:\n        service.serve(service.WSGIService(api))\n",
                f"    objects_base.NovaObject.indirection_api = {value()}\n",
                "    server.start(server.main)\n",
                f"    getattr(service, {value()})(server)\n",
                "    wsgi.Server(main, main).start()\n",
            )
        )
        for _ in range(min(size(chance), 40))
    )
    module = f"import sys\n\nfrom nova import service\nfrom nova.objects import base as objects_base\n{_HEAD}def main():\n    launcher = service.process_launcher()\n{body}"
    return Made(
        _HEAD + "def run(context):\n    pass\n",
        ("run",),
        tuple((f"nova/cmd/{name}.py", module) for name in chance.sample(("compute", "conductor", "scheduler"), 2)),
    )


def routes(chance: random.Random) -> Made:
    """Routes of the REST API with strange addresses, and routers that make one another."""

    def value() -> str:
        return chance.choice(
            (
                quoted(chance),
                ascii("/" + text(chance)),
                "'/a/{id}'",
                "'/a/{id:[}'",
                "'/{{a}'",
                "self",
                "ROUTE_LIST",
                literal(chance),
            )
        )

    entries = "".join(
        f"    ({value()}, {{{chance.choice((repr('GET'), repr('POST'), value()))}: [controller, {chance.choice((repr('run'), repr('action'), value()))}]}}),\n"
        for _ in range(min(size(chance), 300))
    )
    module = (
        "import functools\n\nfrom nova import fuzzed\n\n"
        f"controller = functools.partial(_create_controller, fuzzed.FuzzedController, {chance.choice(('[]', '[fuzzed.FuzzedController]', 'controller', '[[fuzzed]]'))})\n"
        f"ROUTE_LIST = (\n{entries})\n{chance.choice(('', 'ROUTE_LIST += ROUTE_LIST' + chr(10), 'ROUTE_LIST = (ROUTE_LIST, ROUTE_LIST)' + chr(10)))}\n\n"
        f"class APIRouterV21(base_wsgi.Router):\n    def __init__(self, mapper):\n        self.__init__()\n        mapper.resource({value()}, {value()}, controller=fuzzed.FuzzedController(), member={{{value()}: {value()}}})\n"
        f"        mapper.connect({value()}, {value()}, controller={value()}, action={value()}, conditions={value()})\n        self._setup_routes(mapper, self)\n\n"
        "    def _setup_routes(self, mapper, ext):\n        self._setup_routes(mapper, [ext])\n"
    )
    return Made(
        "from nova.api.openstack import wsgi\n"
        + _HEAD
        + f"class FuzzedController(wsgi.Controller):\n    def run(self, req):\n        context = req\n        {_SEND}\n\n"
        f"    @wsgi.action({value()})\n    def _a(self, req, id, body):\n        pass\n",
        ("FuzzedController.run", "FuzzedController._a"),
        (
            (
                chance.choice(
                    (
                        "nova/api/openstack/compute/routes.py",
                        "nova/api/openstack/compute/__init__.py",
                        "nova/api/openstack/__init__.py",
                    )
                ),
                module,
            ),
        ),
    )


def messages(chance: random.Random) -> Made:
    """Clients whose topics, methods and versions are strange."""

    def value() -> str:
        return chance.choice((literal(chance), quoted(chance), "a", "self.client", "self.topic"))

    body = "".join(
        f"    def m{n}(self, ctxt, a, **kw):\n        cctxt = self.client.prepare(server={value()}, version={value()}, fanout={value()}, topic={value()})\n"
        f"        return cctxt.{chance.choice(('cast', 'call'))}(ctxt, {value()}, a={value()}, **kw)\n\n"
        for n in range(min(size(chance), 60))
    )
    return Made(
        "import oslo_messaging as messaging\n"
        + _HEAD
        + "class FuzzedAPI(object):\n    def __init__(self, topic=None):\n        self.topic = topic\n"
        f"        target = messaging.Target(topic={value()}, version={value()}, namespace={value()}, fanout={value()})\n        self.client = rpc.get_client(target)\n\n{body}"
        "\n\ndef run(context):\n    FuzzedAPI().m0(context, context)\n    FuzzedAPI('compute').m1(context, [])\n",
        ("run", "FuzzedAPI.m0"),
    )


def many(chance: random.Random) -> Made:
    """Very many functions, tasks or messages."""
    count = size(chance)
    kind = chance.randrange(3)
    if kind == 0:
        text = (
            "".join(f"def f{n}(context):\n    f{n + 1}(context)\n\n\n" for n in range(count))
            + f"def f{count}(context):\n    {_SEND}\n\n\n"
        )
        return Made(_HEAD + text + "def run(context):\n    f0(context)\n", ("run", "f0"))
    if kind == 1:
        sends = "".join(f"    rpc.cast(context, 'compute', {{'method': 'm{n}', 'args': {{}}}})\n" for n in range(count))
        return Made(_HEAD + f"def run(context):\n{sends}")
    tasks = "".join(
        f"    @periodic_task.periodic_task(spacing={n})\n    def _t{n}(self, context):\n        {_SEND}\n\n"
        for n in range(min(count, 1000))
    )
    return Made(
        "from oslo_service import periodic_task\nfrom nova import manager\n"
        + _HEAD
        + f"class FuzzedManager(manager.Manager):\n{tasks}\n\ndef run(context):\n    FuzzedManager()._t0(context)\n"
    )


STRUCTURES: Final[tuple[Callable[[random.Random], Made], ...]] = (
    growing, mutual, classes_that_make_classes, levels, branches, nesting, classes, imports, constants, options,
    decorators, attributes, objects, services, routes, messages, many,
)  # fmt: skip
