"""Pairs of the gallery: all that is told of what differs, and where both are drawn."""

from __future__ import annotations

import pytest

from engine.compare.compare import compare
from engine.compare.union import union
from engine.experiment.experiment import load_experiment


@pytest.mark.parametrize(("before", "after", "told"), [
    ("lenet", "lenet-bn", [
        "changed conv1 at 0 76; Padding 2 → 0",
        "added bn1 at 0 152",
        "added bn2 at 0 456",
        "added bn3 at 0 836",
        "added bn4 at 0 1064",
        "wires +bn1>act1 +bn2>act2 +bn3>act3 +bn4>act4 +conv1>bn1 +conv2>bn2 +fc1>bn3 +fc2>bn4 -conv1>act1 "
        "-conv2>act2 -fc1>act3 -fc2>act4",
        "Learning rate 0.9 → 1",
        "Title LeNet → LeNet with batch norm",
        "Notes – → None"]),
    ("softmax", "mlp", [
        "changed fc1 at 0 152; Outputs 10 → 256",
        "added act1 at 0 228",
        "added fc2 at 0 304",
        "wires +act1>fc2 +fc1>act1",
        "Title Softmax regression → Multilayer perceptron",
        "Notes – → None"]),
    ("mlp", "mlp-dropout", [
        "added drop1 at 0 304",
        "changed fc2 at 0 380; Outputs 10 → 256",
        "added act2 at 0 456",
        "added drop2 at 0 532",
        "added fc3 at 0 608",
        "wires +act1>drop1 +act2>drop2 +drop1>fc2 +drop2>fc3 +fc2>act2 -act1>fc2",
        "Learning rate 0.1 → 0.5",
        "Title Multilayer perceptron → MLP with dropout",
        "Notes – → None"]),
    ("residual-small", "inception-small", [
        "added inception1 at 0 304",
        "changed pool2 at 0 380; Layer Adaptive average pool → Max pool",
        "added inception2 at 0 456",
        "added pool3 at 0 532",
        "removed bn1 at 260 152",
        "removed residual1 at 260 304",
        "removed residual2 at 260 380",
        "wires +conv1>act1 +inception1>pool2 +inception2>pool3 +pool1>inception1 +pool2>inception2 +pool3>flatten"
        " -conv1>−bn1 -pool1>−residual1 -pool2>flatten -−bn1>act1 -−residual1>−residual2 -−residual2>pool2",
        "Normalise off → on",
        "Batch size 64 → 32",
        "Title Small residual network → Small inception network",
        "Notes – → None"]),
    ("lenet-bn", "lenet", [
        "changed conv1 at 0 76; Padding 0 → 2",
        "removed bn1 at 260 152",
        "removed bn2 at 260 380",
        "removed bn3 at 260 684",
        "removed bn4 at 260 836",
        "wires +conv1>act1 +conv2>act2 +fc1>act3 +fc2>act4 -conv1>−bn1 -conv2>−bn2 -fc1>−bn3 -fc2>−bn4 -−bn1>act1"
        " -−bn2>act2 -−bn3>act3 -−bn4>act4",
        "Learning rate 1 → 0.9",
        "Title LeNet with batch norm → LeNet",
        "Notes – → None"]),
    ("lenet-digits", "lenet", [
        "wires ",
        "Data digits → fashion-mnist",
        "Resize 28 → –",
        "Optimizer adam → sgd",
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
    for name, pair in both.pairs.items():
        x, y = both.graph.nodes[name].position
        fields = (f"{' '.join(field.titles)} {field.before} → {field.after}" for field in pair.fields)
        if pair.change:
            found.append("; ".join([f"{pair.change} {pair.name} at {x:g} {y:g}", *fields]))
    found.append("wires " + " ".join(sorted([*(f"+{edge.source}>{edge.target}" for edge in both.added),
                                             *(f"-{edge.source}>{edge.target}" for edge in both.removed)])))
    found += [f"{' '.join(field.titles)} {field.before} → {field.after}"
              for field in (*comparison.data, *comparison.recipe, *comparison.words) if field.titles != ("About",)]
    assert found == told
