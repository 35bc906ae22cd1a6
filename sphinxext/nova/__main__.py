"""``python -m sphinxext.nova``: what ``sphinxext-nova`` does, unless the current folder could take part in it.

With ``-m`` alone Python looks for modules in the current folder first: in a checkout that is to be read, ``json.py``
would be run. So nothing is imported that this folder could have (not even ``__future__``, here and in ``__init__.py``)
before it is out of the way. A folder ``sphinxext/nova`` there is found instead of this one, about which nothing can be
done here: ``sphinxext-nova`` and ``python -P -m sphinxext.nova`` do not look there at all.
"""

import os  # Python itself has imported both before it looked anywhere
import sys

_USED = frozenset({"msgpack", "packaging", "platformdirs", "tree_sitter", "tree_sitter_python"})
"""What is imported of other projects."""


def leave_current_folder() -> None:
    """Take the current folder out of where Python looks for modules.

    :raises SystemExit: with 2, the folder has a module of a name that is imported. None of it was run, but the next
        one that is started with ``-m`` may be; one line on standard error says how to start this program instead.
    """
    if sys.flags.safe_path or not sys.path or sys.path[0] not in {"", _current_folder()}:
        return
    del sys.path[0]
    names = sorted(_modules() & (sys.stdlib_module_names | _USED))
    if names:
        if sys.stderr is not None:
            sys.stderr.write(
                f"sphinxext-nova: the current folder has a module {names[0]!r}, and 'python -m' looks there first;"
                " use sphinxext-nova or python -P -m sphinxext.nova\n"
            )
        sys.exit(2)


def _current_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - pathlib may come from there
    except OSError:  # it was removed
        return ""


def _modules() -> "set[str]":
    """Return the names of the modules and packages that could be imported from the current folder."""
    try:
        with os.scandir() as entries:
            return {entry.name.partition(".")[0] for entry in entries if _is_module(entry)}
    except OSError:  # nor can anything be imported from there
        return set()


def _is_module(entry: "os.DirEntry[str]") -> bool:
    if entry.name.endswith((".py", ".pyc", ".so", ".pyd")):
        return True
    return any(os.path.exists(f"{entry.path}/__init__{suffix}") for suffix in (".py", ".pyc"))  # noqa: PTH110


if __name__ == "__main__":
    leave_current_folder()
    from sphinxext.nova.cli import run

    run()
