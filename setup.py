"""For tools that still look for this file; what it would say is in pyproject.toml."""

from setuptools import setup

setup()
