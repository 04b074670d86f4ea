"""Pairs of the gallery: all that is told of what differs, and where both are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from engine.blocks.custom import Custom
from engine.compare.compare import compare
from engine.compare.fields import Field, option_text, value_text
from engine.compare.union import GONE, union
from engine.data.sources import SOURCES
from engine.data.spec.spec import DataSpec
from engine.experiment.choices.averages import AVERAGES
from engine.experiment.choices.choice import ChoiceRow
from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.choices.schedules import SCHEDULES
from engine.experiment.experiment import Experiment, Variant, load_experiment
from engine.experiment.recipe import Recipe
from engine.graph.frames import Frame
from engine.graph.graph import Graph, Node
from engine.graph.grid import CARD, COLUMN, STEP
from engine.graph.parameters import Init, NodeParameters
from engine.layers.activation import ReLU
from engine.layers.linear import Linear
from engine.line.line import build_line


@pytest.mark.parametrize(("before", "after", "told"), [
    ("lenet", "lenet-bn", [
        "changed conv1; Padding 2 → 0",
        "added bn1",
        "added bn2",
        "added bn3",
        "added bn4",
        "wires +bn1>act1 +bn2>act2 +bn3>act3 +bn4>act4 +conv1>bn1 +conv2>bn2 +fc1>bn3 +fc2>bn4 -conv1>act1 "
        "-conv2>act2 -fc1>act3 -fc2>act4",
        "Learning rate 0.9 → 1",
        "Title LeNet → LeNet with batch norm",
        "Notes – → None"]),
    ("softmax", "mlp", [
        "changed fc1; Outputs 10 → 256",
        "added act1",
        "added fc2",
        "wires +act1>fc2 +fc1>act1",
        "Title Softmax regression → Multilayer perceptron",
        "Notes – → None"]),
    ("mlp", "mlp-dropout", [
        "added drop1",
        "changed fc2; Outputs 10 → 256",
        "added act2",
        "added drop2",
        "added fc3",
        "wires +act1>drop1 +act2>drop2 +drop1>fc2 +drop2>fc3 +fc2>act2 -act1>fc2",
        "Learning rate 0.1 → 0.5",
        "Title Multilayer perceptron → MLP with dropout",
        "Notes – → None"]),
    ("residual-small", "inception-small", [
        "added inception1",
        "changed pool2; Layer Adaptive average pool → Max pool",
        "added inception2",
        "added pool3",
        "removed bn1",
        "removed residual1",
        "removed residual2",
        "wires +conv1>act1 +inception1>pool2 +inception2>pool3 +pool1>inception1 +pool2>inception2 +pool3>flatten"
        " -conv1>−bn1 -pool1>−residual1 -pool2>flatten -−bn1>act1 -−residual1>−residual2 -−residual2>pool2",
        "Normalise off → on",
        "Batch size 64 → 32",
        "Title Small residual network → Small inception network",
        "Notes – → None"]),
    ("lenet-bn", "lenet", [
        "changed conv1; Padding 0 → 2",
        "removed bn1",
        "removed bn2",
        "removed bn3",
        "removed bn4",
        "wires +conv1>act1 +conv2>act2 +fc1>act3 +fc2>act4 -conv1>−bn1 -conv2>−bn2 -fc1>−bn3 -fc2>−bn4 -−bn1>act1"
        " -−bn2>act2 -−bn3>act3 -−bn4>act4",
        "Learning rate 1 → 0.9",
        "Title LeNet with batch norm → LeNet",
        "Notes – → None"]),
    ("lenet-digits", "lenet", [
        "wires ",
        "Data Digits → Fashion-MNIST",
        "Resize 28 → –",
        "Optimizer Adam → SGD",
        "Learning rate 0.003 → 0.9",
        "Batch size 32 → 256",
        "Epochs 20 → 10",
        "Title LeNet on digits → LeNet",
        "Notes – → None"]),
])  # fmt: skip
def test_what_differs_between_two_of_the_gallery(before: str, after: str, told: list[str]) -> None:
    comparison = compare(load_experiment(f"gallery:{before}"), load_experiment(f"gallery:{after}"))
    both = union(comparison)
    found = []
    for pair in both.pairs.values():
        fields = (f"{' '.join(field.titles)} {field.before} → {field.after}" for field in pair.fields)
        if pair.change:
            found.append("; ".join([f"{pair.change} {pair.name}", *fields]))
    found.append("wires " + " ".join(sorted([*(f"+{edge.source}>{edge.target}" for edge in both.added),
                                             *(f"-{edge.source}>{edge.target}" for edge in both.removed)])))
    found += [f"{' '.join(field.titles)} {field.before} → {field.after}"
              for field in (*comparison.data, *comparison.recipe, *comparison.words) if field.titles != ("About",)]
    assert found == told


@pytest.mark.parametrize(("value", "text"), [
    ("", "–"), ("a {b}", "a {b}"), ("a\nb\nc", "3 lines"), ("a\n", "2 lines"), (None, "–"), ((), "–"), (True, "on"),
    (False, "off"), (3, "3"), (0.5, "0.5"), (1e-5, "1e-5"), ((3, 5), "3×5"), ((3,), "3"), ((3, "a"), "2 entries"),
    ({"a": 1}, "set"), ([], "set"), (Init(kind="normal", std=0.5), "Normal mean 0.0, std 0.5"),
    (Init(kind="orthogonal"), "Orthogonal"), (NodeParameters(), "set"),
])  # fmt: skip
def test_values_as_people_read_them(value: object, text: str) -> None:
    assert str(value_text(value)) == text


@pytest.mark.parametrize(("name", "value", "text"), [
    ("optimizer", "momentum:nesterov=yes", "SGD + momentum, Nesterov"), ("schedule", "constant", "Constant"),
    ("schedule", "step:every=3,factor=0.5", "Step, Every 3, Factor 0.5"),
    ("schedule", "multi_step:at=30+60", "Multi-step, At 30+60"),
    ("schedule", "one_cycle:shape=linear", "One cycle, Shape straight lines"),
    ("schedule", "plateau:measure=train_loss", "On plateau, Measure train loss"),
    ("averaging", "ema:decay=0.9", "Moving average, Decay 0.9"), ("initialization", "xavier_uniform", "Xavier uniform"),
    ("best_by", "validation_f1", "Validation F1"), ("precision", "bfloat16", "bfloat16 (mixed)"),
    ("optimizer", "none such", "none such"), ("optimizer", 3, "3"), ("loss", {}, "set"), ("lr", 0.1, "0.1"),
])  # fmt: skip
def test_an_option_is_called_as_its_form_calls_it(name: str, value: object, text: str) -> None:
    assert str(option_text(Recipe, name, value)) == text


@pytest.mark.parametrize(("name", "rows"), [("optimizer", OPTIMIZERS), ("schedule", SCHEDULES),
                                            ("averaging", AVERAGES)])
def test_every_row_is_called_by_its_title(name: str, rows: Mapping[str, ChoiceRow]) -> None:
    assert {id: str(option_text(Recipe, name, id)) for id in rows} == {id: row.title for id, row in rows.items()}


@pytest.mark.parametrize(("model", "name"), [
    *((Recipe, name) for name, field in Recipe.model_fields.items() if get_origin(field.annotation) is Literal),
    (DataSpec, "dataset")])
def test_no_word_of_a_file_is_shown(model: type[BaseModel], name: str) -> None:
    for word in SOURCES if name == "dataset" else get_args(model.model_fields[name].annotation):
        shown = str(option_text(model, name, word))
        assert "_" not in shown and (shown != word or model is DataSpec or name == "precision"), word


def _told(fields: Iterable[Field]) -> list[str]:
    return [f"{field.within}/{' '.join(field.titles)}: {field.before} → {field.after}" for field in fields]


ONE = Experiment(build_line(Graph(), "input 4, linear 3, relu, linear 2")[0], title="one")


def test_variants_are_counted_where_their_number_differs() -> None:
    few = replace(ONE, variants=(Variant(title="a"),))
    other = replace(ONE, variants=(Variant(title="b"),))
    more = replace(ONE, variants=(Variant(title="a"), Variant(title="b")))
    assert _told(compare(few, other).words) == ["/Variants: 1 variants → None"]
    assert _told(compare(few, more).words) == ["/Variants: 1 variants → 2 variants"]
    assert compare(few, few).is_empty and not compare(few, other).is_empty


@pytest.mark.parametrize(("before", "after", "told"), [
    ([Frame("a", ("fc1",))], [Frame("b", ("fc1",))], ["/Comment: a → b"]),
    ([Frame("a", ("fc1",))], [Frame("a", ("fc2",))], ["/Comment: a → None"]),
    ([Frame("a")], [Frame("b")], ["/Comment: a → –", "/Comment: – → b"]),
    ([Frame("a")], [], ["/Comment: a → –"]), ([], [Frame("a")], ["/Comment: – → a"]),
    ([], [Frame("", ("fc1",))], ["/Comment: – → added"]), ([Frame("a")], [Frame("a", color="red")],
                                                           ["/Comment: a → None"]),
    ([Frame("a"), Frame("b")], [Frame("b"), Frame("a")], []),
])  # fmt: skip
def test_comments_are_told_by_their_texts(before: list[Frame], after: list[Frame], told: list[str]) -> None:
    old, new = (replace(ONE, graph=ONE.graph.with_frames(frames)) for frames in (before, after))
    assert _told(compare(old, new).comments) == told


def test_inside_a_block_other_places_and_other_layers_are_told() -> None:
    inner = build_line(Graph(), "input 4, linear 3, relu")[0]
    graph = ONE.graph.with_node(Node("own", Custom(label="Own", graph=inner)))
    for changed, told in (
            (inner.moved({"fc1": (5.0, 5.0)}), ["/Places inside: – → None"]),
            (inner.without(["act1"]), ["act1/Layer: ReLU → –", "/Wires: fc1 → act1 → –"]),
            (inner.with_node(Node("x", ReLU())), ["x/Layer: – → ReLU"]),
            (inner.with_layer("fc1", Linear(out_features=5)), ["fc1/Outputs: 3 → 5"]),
            (inner.without_edges(inner.edges[1:]), ["/Wires: fc1 → act1 → –"])):
        after = graph.with_layer("own", Custom(label="Own", graph=changed))
        assert _told(next(pair.fields for pair in compare(graph, after).pairs if pair.name == "own")) == told


def _gone_at(places: dict[str, tuple[float, float]]) -> list[tuple[float, float]]:
    """Where ``act1``, which is removed, is drawn; the others stand at these places."""
    graph = ONE.graph.moved({"act1": (0.0, 2 * STEP), **places})
    both = union(compare(graph, graph.healed("act1")))
    return [node.position for name, node in both.graph.nodes.items() if name.startswith(GONE)]


@pytest.mark.parametrize(("places", "aside"), [
    ({}, 0), ({"fc2": (0.0, 2 * STEP)}, COLUMN), ({"fc2": (0.0, 2 * STEP + CARD[1] + 24)}, 0),
    ({"fc2": (0.0, 2 * STEP + CARD[1] + 23)}, COLUMN), ({"fc2": (0.0, 2 * STEP - CARD[1] - 23)}, COLUMN),
    ({"fc2": (COLUMN - 2, 2 * STEP)}, -COLUMN), ({"fc2": (-COLUMN + 2, 2 * STEP)}, COLUMN),
    ({"fc2": (0.0, 2 * STEP), "fc1": (COLUMN, 2 * STEP)}, -COLUMN),
    ({"fc2": (0.0, 2 * STEP), "fc1": (COLUMN, 2 * STEP), "input": (-COLUMN, 2 * STEP)}, 2 * COLUMN),
])  # fmt: skip
def test_what_is_gone_is_drawn_clear_of_every_card(places: dict[str, tuple[float, float]], aside: float) -> None:
    assert _gone_at(places) == [(aside, 2 * STEP)]


def test_what_is_gone_goes_with_its_neighbours() -> None:
    after = ONE.graph.healed("act1").moved({"fc1": (30.0, 500.0)})
    both = union(compare(ONE.graph, after))
    x, y = ONE.graph.nodes["act1"].position
    assert both.graph.nodes[f"{GONE}act1"].position == (x + 30, y + 500 - ONE.graph.nodes["fc1"].position[1])


@pytest.mark.parametrize(("names", "moved"), [(["fc1", "act1"], ["fc1", "act1"]), (["fc1", "act1", "fc2"], [])])
def test_more_than_half_that_go_one_way_are_not_moved(names: list[str], moved: list[str]) -> None:
    after = ONE.graph.moved({name: (40.0, ONE.graph.nodes[name].position[1] + 8) for name in names})
    assert [pair.name for pair in compare(ONE.graph, after).of("moved")] == moved
