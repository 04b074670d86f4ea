"""Weights in the terminal know the network they were trained in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.terminal.cli import main
from engine.experiment.experiment import load_experiment, save_experiment
from engine.layers.activation import ReLU, Tanh

OTHER = "made in another network"


@pytest.fixture
def trained(tmp_path, capsys) -> tuple[Path, Path]:
    """A network that was trained, and its run."""
    experiment, network = load_experiment("gallery:mlp"), tmp_path / "mlp.loom"
    save_experiment(replace(experiment, data=experiment.data.with_dataset("digits")), network)
    assert main(["train", str(network), "--epochs", "1", "--out", str(tmp_path / "run")]) == 0
    capsys.readouterr()
    return network, tmp_path / "run"


def change(network: Path) -> None:
    """Another activation: every name and shape still fits."""
    experiment = load_experiment(network)
    name = next(name for name, node in experiment.graph.nodes.items() if isinstance(node.layer, ReLU))
    save_experiment(replace(experiment, graph=experiment.graph.with_layer(name, Tanh())), network)


@pytest.mark.parametrize("out", ["a.safetensors", "a.pt", "a.py"])
def test_weights_of_the_network_are_taken_without_a_word_those_of_another_are_named(trained, tmp_path, capsys, out):
    network, run = trained
    command = ["export", str(network), "--weights", str(run / "best.safetensors"), str(tmp_path / out)]
    assert main(command) == 0 and OTHER not in capsys.readouterr().err
    change(network)
    assert main(command) == 0 and OTHER in capsys.readouterr().err


def test_what_was_exported_is_recognised_as_well_and_what_says_nothing_is_not_suspected(trained, tmp_path, capsys):
    network, run = trained
    for name in ("mine.safetensors", "mine.pt"):
        assert main(["export", str(network), "--weights", str(run / "last.safetensors"), str(tmp_path / name)]) == 0
    change(network)
    capsys.readouterr()
    for name, is_known in (("mine.safetensors", True), ("mine.pt", False)):  # a state dict has no place for it
        assert main(["export", str(network), "--weights", str(tmp_path / name), str(tmp_path / "again.pt")]) == 0
        assert (OTHER in capsys.readouterr().err) is is_known


def test_torch_and_safetensors_read_the_file_as_any_other(trained):
    from safetensors import safe_open

    with safe_open(trained[1] / "best.safetensors", "pt") as file:
        metadata = file.metadata()
        assert set(metadata) == {"format", "layerloom_network"} and metadata["format"] == "pt"
        assert "fc1.weight" in file.keys()  # noqa: SIM118  (it is no dict)
    assert json.loads((trained[1] / "summary.json").read_text())["epochs"] == 1
