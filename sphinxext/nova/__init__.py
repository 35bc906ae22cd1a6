"""Sphinx directives that read an OpenStack Nova checkout while the documentation is built."""
