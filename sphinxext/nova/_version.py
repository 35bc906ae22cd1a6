"""The version, alone in a file so that the build backend reads it without importing Sphinx."""

__version__ = "0.1.0"
