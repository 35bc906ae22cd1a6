"""The columns that each table can have, by the names that options give them."""

LAYOUT = ("path", "description", "service", "role", "files", "lines")
