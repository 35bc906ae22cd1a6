"""From a number to a tree and a question, always the same."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fuzz import bases, questions
from fuzz.mutations import MUTATIONS, apply

if TYPE_CHECKING:
    from fuzz.questions import Question
    from fuzz.tree import Tree

_RELEASE_SHARE: Final = 0.06
_OTHER_PROJECTS: Final = ("cinder", "ironic", "nova_extra")
_OTHER_SHARE: Final = 0.03


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a tree is made, and what is asked of it.

    ``number`` is that of the tree in the run of the seed ``seed``, ``attempt`` how many trees of this number were the
    same as an earlier one. ``mutations`` are names and seeds.
    """

    seed: int
    number: int
    attempt: int
    base: str
    mutations: tuple[tuple[str, int], ...]
    project: str | None = None

    def tree(self) -> Tree:
        """Make the tree."""
        made = bases.base(self.base, self._chance("base"))
        if self.project is not None:
            bases.renamed(made, self.project)
        for name, seed in self.mutations:
            apply(name, seed, made)
        return made

    def question(self, tree: Tree) -> Question:
        """Draw the question for the tree."""
        return questions.draw(tree, self._chance("question"))

    def chance(self) -> random.Random:
        """Return the generator for what is neither the tree nor the question, such as the second hash seed."""
        return self._chance("more")

    def _chance(self, what: str) -> random.Random:
        return random.Random(f"{self.seed}/{self.number}/{self.attempt}/{what}")


def draw(seed: int, number: int, attempt: int = 0) -> Recipe:
    """Return the recipe of a number."""
    chance = random.Random(f"{seed}/{number}/{attempt}/recipe")
    names = bases.names()
    releases = [name for name in names if name.startswith(bases.RELEASE)]
    if releases and chance.random() < _RELEASE_SHARE:
        base = chance.choice(releases)
    else:
        base = chance.choice([name for name in names if not name.startswith(bases.RELEASE)])
    count = chance.choices((1, 2, 3, 5, 9, 20), (34, 24, 16, 14, 8, 4))[0]
    chosen = chance.choices(tuple(MUTATIONS), tuple(weight for _, weight in MUTATIONS.values()), k=count)
    # What is committed is the tree with some mutations; those after it are changes of the work tree.
    mutations = tuple((name, chance.randrange(1 << 62)) for name in chosen)
    project = chance.choice(_OTHER_PROJECTS) if chance.random() < _OTHER_SHARE else None
    return Recipe(seed, number, attempt, base, mutations, project)
