"""A part of a picture as the text of a Mermaid sequence diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.present.mermaid import MAX_TEXT, escaped, lines
from sphinxext.nova.present.picture import Arrow, Continued, Failing, Group, arrows
from sphinxext.nova.present.splitting import MOST, split
from sphinxext.nova.present.unfollowed import in_short
from sphinxext.nova.present.words import hosts, when

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sphinxext.nova.present.picture import Item, Lifeline, Picture
    from sphinxext.nova.present.splitting import Part

_ARROWS = {"call": "->>", "cast": "-)", "fanout": "-)"}
_NAMED = 3
"""How many methods a note names."""


def diagrams(
    picture: Picture,
    title: str,
    translate: Callable[[str], str],
    *,
    start: str | None = None,
    description: str | None = None,
    most: int = MOST,
) -> tuple[tuple[Part, str], ...]:
    """Draw a picture, in several diagrams where it is too large for one.

    :param title: what the picture is about, which is read out.
    :param start: what is noted on the lifeline where it starts; the title by default.
    :param description: read out after the title; by default made from the lifelines.
    :param most: how many arrows one diagram has at most.
    :returns: each part with its text.
    """

    def text(part: Part, count: int) -> str:
        return _Writer(part, count, title, start or title, translate, noted).text(description)

    noted = in_short(picture.unfollowed, translate) if picture.unfollowed else None

    parts = split(picture, lambda part: len(text(part, 100)) <= MAX_TEXT, most)
    return tuple((part, text(part, len(parts))) for part in parts)


class _Writer:
    """Writes one diagram."""

    def __init__(
        self,
        part: Part,
        count: int,
        title: str,
        start: str,
        translate: Callable[[str], str],
        unfollowed: str | None = None,
    ) -> None:
        self._part = part
        self._count = count
        self._title = title
        self._noted = start
        self._translate = translate
        self._unfollowed = unfollowed if part.after is None else None
        """What is noted of the whole picture, in its first part."""

    def text(self, description: str | None) -> str:
        part, translate = self._part, self._translate
        title = self._title
        if self._count > 1:
            title = translate("{title} (part {part} of {count})").format(
                title=title, part=part.number, count=self._count
            )
        if description is None:
            lifelines = ", ".join(dict.fromkeys(line.name for line in part.lifelines))
            count = sum(1 for _arrow in arrows(part.items))
            if count == 1:
                counted = translate("1 step between {lifelines}. The table has the same step in words.")
            else:
                counted = translate("{count} steps between {lifelines}. The table has the same steps in words.")
            description = counted.format(count=count, lifelines=lifelines)
            if self._unfollowed is not None:
                description = f"{description} {self._unfollowed}."
        written = [
            "sequenceDiagram",
            f"  accTitle: {escaped(title)}",
            f"  accDescr: {escaped(description)}",
            *self._lifelines(part.lifelines),
            f"  Note over {part.start}: {self._start()}",
            *([f"  Note over {part.start}: {escaped(self._unfollowed)}"] if self._unfollowed is not None else ()),
            *self._items(part.items, "  "),
        ]
        return "\n".join(written) + "\n"

    def _lifelines(self, lifelines: Sequence[Lifeline]) -> Iterator[str]:
        where = hosts(lifelines, self._translate)
        for line in lifelines:
            declared = f"participant {line.id} as {escaped(line.name)}"
            if line.id in where:
                yield f"  box transparent {escaped(where[line.id])}"
                yield f"    {declared}"
                yield "  end"
            else:
                yield f"  {declared}"

    def _start(self) -> str:
        after = self._part.after
        if after is None:
            return escaped(self._noted)
        return escaped(self._translate("after {number}. {method}").format(number=after.number, method=after.text))

    def _items(self, items: Sequence[Item], margin: str) -> Iterator[str]:
        for item in items:
            if isinstance(item, Arrow):
                yield from self._arrow(item, margin)
            elif isinstance(item, Group):
                yield from self._group(item, margin)
            elif isinstance(item, Failing):
                yield f"{margin}Note over {item.over}: {self._failing(item)}"
            elif isinstance(item, Continued):
                text = self._translate("continued in part {part}").format(part=item.part)
                yield f"{margin}Note over {','.join(item.over)}: {escaped(text)}"

    def _arrow(self, arrow: Arrow, margin: str) -> Iterator[str]:
        kind = f"{arrow.kind} " if arrow.told else ""
        text = escaped(f"{arrow.number}. {kind}{arrow.text}")
        waits = "+" if arrow.kind == "call" else ""
        yield f"{margin}{arrow.from_}{_ARROWS.get(arrow.kind, '->>')}{waits}{arrow.to}: {text}"
        yield from self._items(arrow.body, margin)
        if arrow.again:
            again = self._translate("goes on as after {number}").format(number=arrow.again)
            yield f"{margin}Note over {arrow.to}: {escaped(again)}"
        if waits:
            yield f"{margin}{arrow.to}-->>-{arrow.from_}: ({arrow.number})"

    def _group(self, group: Group, margin: str) -> Iterator[str]:
        keyword = group.kind
        if keyword == "failure":
            keyword = "alt" if len(group.branches) > 1 else "opt"
        for number, (condition, items) in enumerate(group.branches):
            word = keyword if number == 0 else "else"
            yield f"{margin}{word} {escaped(when(group.kind, condition, self._translate))}"
            yield from self._items(items, f"{margin}  ")
        yield f"{margin}end"

    def _failing(self, failing: Failing) -> str:
        named = list(failing.methods[:_NAMED])
        if (more := len(failing.methods) - _NAMED) > 0:
            named.append(self._translate("and {number} more").format(number=more))
        return lines(self._translate("on failure:"), *named)
