"""What an experiment is and what it has found, as plain values."""

from __future__ import annotations

from typing import NamedTuple

from widgets.findings.pictures import Picture


class Offer(NamedTuple):
    """A small experiment that can be tried on the open network; ``reason``: why not on this one."""

    id: str
    title: str
    question: str
    reason: str = ""


class FindingShown(NamedTuple):
    """What came of one: a sentence, pictures, and on what it was tried."""

    title: str
    sentence: str
    pictures: tuple[Picture, ...] = ()
    about: str = ""


class Running(NamedTuple):
    """How far the one that runs is; ``share`` None: nobody knows."""

    share: float | None
    words: str
