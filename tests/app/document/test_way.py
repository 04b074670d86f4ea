"""A way into a network: what becomes of it when the network is edited, undone and done again."""

from __future__ import annotations

import pytest

from app.document.document import Document
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph
from tests.app.desk import network


@pytest.fixture
def document() -> Document:
    return Document(Experiment(network()), "net")


def graph(document: Document) -> Graph:
    return document.experiment.graph


@pytest.mark.parametrize("path", [("outer",), ("outer", "small"), ("outer", "small", "conv1"), ("residual1", "conv1")])
def test_it_follows_renames_there_and_back(document: Document, path: tuple[str, ...]) -> None:
    way, (first, *rest) = document.way_to(path), path
    document.edit_graph("Rename", graph(document).renamed(first, "head"))
    assert way.path == ("head", *rest)
    document.undo()
    assert way.path == path
    document.redo()
    assert way.path == ("head", *rest)


def test_another_one_of_the_same_name_is_not_what_it_led_to(document: Document) -> None:
    way, block = document.way_to(("outer", "small")), graph(document).nodes["outer"]
    document.edit_graph("Delete", graph(document).without(["outer"]))
    assert way.path is None
    document.edit_graph("Paste", Graph.of([*graph(document).nodes.values(), block], graph(document).edges))
    assert way.path is None, "it has the same name and the same layers, and is another"
    document.undo()
    assert way.path is None
    document.undo()
    assert way.path == ("outer", "small"), "it is there again"
    document.redo()
    assert way.path is None


def test_the_top_is_always_there(document: Document) -> None:
    way = document.way_to(())
    document.edit_graph("Delete", graph(document).without(["outer", "residual1"]))
    assert way.path == ()
