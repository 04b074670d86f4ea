"""A person's label of a block in the docstring of its class: written there, and found there again."""

from __future__ import annotations

from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.blocks.recognising import CLASSES

OWN = "My"  # before the name of a person's block that is called like one of the program's
LONGEST = 60
APART = ": "


def called(block: Block) -> str:
    """The name of a block's class: of a person's own never that of one of the program's."""
    name = block.class_name
    return f"{OWN}{name}" if block.own_graph is not None and name in CLASSES else name


def quoted(label: str) -> str:
    """A person's words, as they may stand between quotes."""
    plain = label.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in plain)


def label_in(docstring: str, class_name: str) -> str | None:
    """The label of which the class has its name; None where the docstring does not begin with one."""
    parts = docstring.split(APART)
    labels = [APART.join(parts[:count]) for count in range(1, len(parts))]
    fitting = [label for label in labels if 0 < len(label) <= LONGEST and class_name.startswith(
        called(Custom(label=label)))]
    exact = [label for label in fitting if called(Custom(label=label)) == class_name]
    return next(iter(exact or fitting[::-1]), None)
