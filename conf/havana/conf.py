"""The documentation about Nova 2013.2 "Havana", read out of the git clone that the variable NOVA_GIT names."""

import sys
from pathlib import Path

from sphinx.errors import ConfigError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common

clone = common.checkout_of("NOVA_GIT")
if clone is None:
    message = "NOVA_GIT does not say where a git clone of Nova is: make docs EDITION=havana NOVA_GIT=../nova"
    raise ConfigError(message)
globals().update(common.settings(f"{clone}@2013.2"))
