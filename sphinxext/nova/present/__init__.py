"""Answers turned into what a reader sees, still plain data: tables of cells that any output format can show."""
