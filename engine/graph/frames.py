"""Comment frames: a title around some layers, or a note of its own. They mean nothing to the network."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

COLORS = ("", "red", "orange", "yellow", "green", "blue", "purple")  # of frames and of labels on cards; "": none
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Frame:
    """A comment around the ``members``, which it follows; without members it lies at ``position`` and has ``size``.

    Scene pixels, top left. ``collapsed``: only its title is shown, in place of its members.
    """

    text: str = ""
    members: tuple[str, ...] = ()
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (240.0, 120.0)
    color: str = ""
    collapsed: bool = False


def without_members(frames: tuple[Frame, ...], gone: Collection[str]) -> tuple[Frame, ...]:
    """The frames that are left when these nodes go: one whose last member goes, goes too."""
    if not any(name in gone for frame in frames for name in frame.members):
        return frames
    kept = (replace(frame, members=tuple(name for name in frame.members if name not in gone)) for frame in frames)
    return tuple(now for now, was in zip(kept, frames, strict=True) if now.members or not was.members)


def with_members_renamed(frames: tuple[Frame, ...], names: Mapping[str, str]) -> tuple[Frame, ...]:
    """The same frames where nodes are called otherwise."""
    if not any(name in names for frame in frames for name in frame.members):
        return frames
    return tuple(replace(frame, members=tuple(names.get(name, name) for name in frame.members)) for frame in frames)
