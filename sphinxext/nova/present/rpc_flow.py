"""What a page and a terminal say beside the steps of a flow: what is not shown, and what was not followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.present import words
from sphinxext.nova.present.unfollowed import in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sphinxext.nova.present.picture import Picture


def nothing_shown(picture: Picture, translate: Callable[[str], str]) -> str | None:
    """Return what stands in the place of steps: that no message is sent, only where that is known.

    :returns: ``None`` where there are steps, or where what is left out says enough.
    """
    if picture.items or picture.left_out:
        return None
    return translate("No message was found.") if picture.unfollowed else translate("It sends no message.")


def left_out(picture: Picture, translate: Callable[[str], str]) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """Give what is not shown: how much and why, and the option that shows it with its value (``""``: it takes none)."""
    for left in picture.left_out:
        yield words.left_out(left, translate), left.reason.option


def paragraphs(picture: Picture, translate: Callable[[str], str]) -> Iterator[str]:
    """Give what a terminal says below the table of the steps, or in its place, in paragraphs of one line each."""
    if (nothing := nothing_shown(picture, translate)) is not None:
        yield nothing
    if picture.unfollowed:
        yield in_words(picture.unfollowed, translate)
    for said, option in left_out(picture, translate):
        shown_by = "" if option is None else f" --{' '.join(filter(None, option))}"
        yield translate("Not shown: {what}").format(what=f"{said[:1].lower()}{said[1:]}{shown_by}")
