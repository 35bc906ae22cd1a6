"""git, run so that nothing of the repository's configuration is executed, fetched, locked or asked for.

Only commands that look at names, object ids and raw objects are used. Nothing here may compare the content of a
working file (``status``, ``diff``, ``diff-files``, ``ls-files -m``): for that git runs the clean filters that
the repository's own configuration names.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from sphinxext.nova.checkout._special import Scope, special_file

if TYPE_CHECKING:
    import subprocess

TIMEOUT: Final = 30.0
"""Seconds that one git command may take; listing all of Nova takes hundredths of one."""

_PATIENCE: Final = 2.0
"""Seconds after which git is thought to wait for something that is no file, which then is looked for."""

_SLICE: Final = 0.5
"""Seconds after which it is looked how much git has printed so far."""

MOST_PRINTED: Final = 64 * 1024 * 1024
"""How much one git command may print (bytes): a list of half a million files; that of all of Nova is half of a MB.

A few hundred objects are enough for a commit of any number of files: folders of the same ten folders, ten levels deep.
"""

_SETTINGS: Final = (
    # Programs that a repository can name.
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.askPass=true",
    "core.alternateRefsCommand=true",
    "credential.helper=",
    "diff.external=",
    "gc.auto=0",
    "maintenance.auto=false",
    # Before git 2.45 nothing else stops a lazy fetch.
    "protocol.allow=never",
    # The user has named the bare repository: that is what the setting asks for.
    "safe.bareRepository=all",
)

_ENVIRONMENT: Final = {
    "GIT_ALLOW_PROTOCOL": "none",  # also where the repository allows one protocol by name
    "GIT_ASKPASS": "true",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",  # a commit id has to mean one content
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "SSH_ASKPASS": "true",
}

_KEPT: Final = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT")
_KEPT_PREFIXES: Final = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
"""Variables by which users say where their own configuration is: it may hold safe.directory."""

_ABSOLUTE: Final = re.compile(r"(?<![^\s'\"(])/(?:[^\s/]+/)*")
"""The folders of an absolute path: no page may show where on this machine something is."""


class GitError(Exception):
    """git was asked and did not answer. The text is what git said, without the path of this machine."""


class GitStalledError(GitError):
    """git waits, or would wait, for something that is no file; asking it anything else is of no use."""


class GitVerboseError(GitError):
    """git printed more than :data:`MOST_PRINTED`."""


class GitSilentError(GitError):
    """git failed without a word, as it does where ``--quiet`` leaves only one reason."""


class GitMissingError(GitError):
    """There is no git on this machine."""


class GitDistrustError(GitError):
    """git distrusts the owner of the folder ("dubious ownership")."""


class Git:
    """git in one repository: the working folder that holds ``.git``, or the bare repository itself.

    ``root`` is its real path. git is kept from looking above it: an unpacked sdist often lies inside the repository of
    the documentation.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self._looked_at = 0
        """The :class:`.Scope` in which special files were looked for."""

    def run(self, *arguments: str) -> bytes:
        """Run one command to its end and return what it printed.

        :raises GitError: it could not be run, failed, took longer than :data:`TIMEOUT`, or printed more than
            :data:`MOST_PRINTED`.
        """
        import subprocess  # noqa: PLC0415 - a folder without git, and what is kept of it, need none

        self.look_for_special(Scope.REPOSITORY)
        try:
            process = subprocess.Popen(  # noqa: S603 - a fixed program; no argument is an option unless written here
                self._command(arguments),
                env=_environment(self.root),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except FileNotFoundError:
            raise GitMissingError("git is not installed") from None
        except OSError as error:
            raise GitError(f"git cannot be run: {error.strerror}") from None
        with process:
            try:
                output, errors = self._output(process)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise self._error(errors.decode("utf-8", "replace"))
        return output

    def _output(self, process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
        import subprocess  # noqa: PLC0415 - as above

        started = time.monotonic()
        while True:
            try:
                output, errors = process.communicate(timeout=_SLICE)
            except subprocess.TimeoutExpired as so_far:
                _check_length(so_far.output or b"")
                taken = time.monotonic() - started
                if taken >= _PATIENCE:
                    self.look_for_special(Scope.FOLDER)
                if taken >= TIMEOUT:
                    raise GitStalledError(f"git took longer than {TIMEOUT:.0f} seconds") from None
            else:
                _check_length(output)
                return output, errors

    def look_for_special(self, scope: Scope) -> None:
        """Look for what git would wait for without end, once: a pipe in place of a file.

        :raises GitStalledError: there is some.
        """
        if scope <= self._looked_at:
            return
        found = special_file(self.root, scope)
        if found is not None:
            found = _ABSOLUTE.sub(".../", found)
            raise GitStalledError(f"{found} is no regular file (a pipe, a socket or a device)")
        self._looked_at = scope

    def start(self, *arguments: str, stdin: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
        """Start a command whose output is read while it runs, fed from ``stdin`` or (``None``) through a pipe.

        :raises GitError: it could not be run, or would not come to an end.
        """
        import subprocess  # noqa: PLC0415 - as above

        self.look_for_special(Scope.OBJECTS)
        try:
            return subprocess.Popen(  # noqa: S603 - as above
                self._command(arguments),
                env=_environment(self.root),
                stdin=subprocess.PIPE if stdin is None else stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            raise GitMissingError("git is not installed") from None

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        return ["git", "--no-pager", *settings, "-C", self.root, *arguments]

    def _error(self, said: str) -> GitError:
        if "dubious ownership" in said or "unsafe repository" in said:  # git 2.35.3 and later; 2.35.2
            return GitDistrustError("git distrusts its owner")
        first = said.partition("\n")[0].strip().removeprefix("fatal: ").replace(self.root, ".")
        first = _ABSOLUTE.sub(".../", first)
        return GitError(first) if first else GitSilentError("git failed without a word")


def _check_length(output: bytes) -> None:
    if len(output) > MOST_PRINTED:
        raise GitVerboseError(f"git printed more than {MOST_PRINTED // 1024**2} MiB")


def has_repository(root: str) -> bool:
    """Tell whether the folder itself is a working folder of git (``.git``, a folder or a file, lies in it)."""
    return os.path.lexists(f"{root}/.git")


def is_bare(root: str) -> bool:
    """Tell whether the folder itself is a bare repository, with or without a configuration."""
    path = Path(root)
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def _environment(root: str) -> dict[str, str]:
    above = str(Path(root).parent)
    if os.pathsep in above:  # it separates the ceilings: git would look for a repository above the folder
        raise GitError(f"git cannot be kept inside a folder whose path holds {os.pathsep!r}")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }
    # A relative folder, the empty one included, may be that of the checkout: git would be looked for in it.
    path = os.pathsep.join(filter(os.path.isabs, os.get_exec_path())) or os.defpath
    return kept | _ENVIRONMENT | {"GIT_CEILING_DIRECTORIES": above, "GIT_WORK_TREE": root, "PATH": path}
