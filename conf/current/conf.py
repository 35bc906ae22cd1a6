"""The documentation about the newest Nova release, or about the checkout that the variable NOVA names."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common

globals().update(common.settings(common.checkout_of("NOVA") or common.newest_release()))
