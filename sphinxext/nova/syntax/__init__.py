"""One file's bytes to facts about that file; knows no other file. The only package that knows tree-sitter."""
