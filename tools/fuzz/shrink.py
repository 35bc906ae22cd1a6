"""Make a recipe, then a tree, smaller while the same is wrong with it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.recipe import Recipe
    from fuzz.tree import Tree

ATTEMPTS: Final = 60


@dataclass(slots=True)
class Patience:
    """How many more attempts there are, and until when."""

    attempts: int = ATTEMPTS
    seconds: float = 12.0
    _until: float | None = None

    def more(self) -> bool:
        """Count an attempt; return whether it may be made."""
        if self._until is None:
            self._until = time.monotonic() + self.seconds
        self.attempts -= 1
        return self.attempts >= 0 and time.monotonic() < self._until


def fewer_mutations(recipe: Recipe, is_wrong: Callable[[Tree], bool], patience: Patience) -> Recipe:
    """Leave mutations out one by one, the last first."""
    for index in reversed(range(len(recipe.mutations))):
        smaller = replace(recipe, mutations=recipe.mutations[:index] + recipe.mutations[index + 1 :])
        if patience.more() and is_wrong(smaller.tree()):
            recipe = smaller
    return recipe


def fewer_files(tree: Tree, is_wrong: Callable[[Tree], bool], patience: Patience) -> Tree:
    """Leave files out: halves of them, then quarters, and so on to single ones."""
    size = (len(tree.files) + 1) // 2
    while size:
        paths = sorted(tree.files)
        for start in range(0, len(paths), size):
            smaller = tree.copy()
            for path in paths[start : start + size]:
                smaller.files.pop(path, None)
                smaller.committed.pop(path, None)
            if smaller.files.keys() != tree.files.keys() and patience.more() and is_wrong(smaller):
                tree = smaller
        size //= 2
    return tree
