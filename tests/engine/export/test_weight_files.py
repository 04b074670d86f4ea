"""Files of weights as people have them: checkpoints, wrapped names, other suffixes, and what is no weights at all."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.experiment.experiment import Experiment, load_experiment
from engine.export.bringing import weights_for
from engine.export.weight_files import WEIGHTS, WeightsFileError, load_weights, read_weights, save_weights
from engine.graph.graph import Graph
from engine.line.line import build_line
from engine.network.fitting import told
from engine.network.weights import initial_module

STATE = {"fc.weight": torch.ones(2, 3), "fc.bias": torch.zeros(2)}
EMA = {key: value * 7 for key, value in STATE.items()}
OPTIMIZER = {"state": {0: {"buffer": torch.ones(2, 3), "step": torch.tensor(1.0)}}, "param_groups": [{"lr": 1}]}


def saved(content: object, path: Path) -> Path:
    torch.save(content, path)
    return path


@pytest.mark.parametrize(("content", "where"), [
    (STATE, ""), ({**STATE, "epoch": 3}, ""), ({"model_state_dict": STATE, "epoch": 3}, "model_state_dict"),
    ({"state_dict": STATE, "optimizer": OPTIMIZER}, "state_dict"), ({"net": STATE, "acc": 91.2}, "net"),
    ({"optimizer_state_dict": OPTIMIZER, "model": STATE}, "model"), ({"ema": EMA, "model": STATE}, "model"),
    ({"model_ema": STATE, "optimizer": OPTIMIZER}, "model_ema"), ({"a": {"b": {"net": STATE}}}, "a.b.net"),
    ({"state_dict": {"model": STATE}}, "state_dict.model"), ([STATE, OPTIMIZER], "0"),
    ({"args": argparse.Namespace(lr=0.1), "state_dict": STATE}, "state_dict"),
    ({"lr_scheduler": {"last": torch.ones(1)}, "weights": STATE}, "weights"),
])  # fmt: skip
@pytest.mark.parametrize("zipped", [True, False])
def test_the_state_dict_is_found_and_it_is_known_where(content: Any, where: str, zipped: bool, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)
    held = read_weights(tmp_path / "a.pt").held[0]
    assert held.where == where and {key: value.tolist() for key, value in held.weights.items()} == {
        key: value.tolist() for key, value in STATE.items()}


def test_what_stands_beside_the_tensors_is_named(tmp_path: Path) -> None:
    file = read_weights(saved({"args": argparse.Namespace(lr=0.1), "model": STATE, "best": {"net": nn.ReLU()}},
                              tmp_path / "a.pt"))
    assert {key: str(what) for key, what in file.left_out.items()} == {"args": "argparse.Namespace", "best.net": "ReLU"}


def test_parts_with_dicts_of_their_own_are_there_together_too(tmp_path: Path) -> None:
    file = read_weights(saved({"encoder": STATE, "decoder": EMA, "optimizer": OPTIMIZER}, tmp_path / "a.pt"))
    whole = file.held[-1]
    assert list(whole.weights) == ["encoder.fc.weight", "encoder.fc.bias", "decoder.fc.weight", "decoder.fc.bias"]
    assert {held.where for held in file.held} >= {"", "encoder", "decoder"}


@pytest.mark.parametrize("suffix", [suffix for each in WEIGHTS for suffix in each.readable])
def test_what_a_file_holds_counts_and_not_its_suffix(suffix: str, tmp_path: Path) -> None:
    save_weights(STATE, tmp_path / "a.safetensors")
    save_weights(STATE, tmp_path / "a.pt")
    for written in ("a.safetensors", "a.pt"):
        path = (tmp_path / f"b{suffix}")
        path.write_bytes((tmp_path / written).read_bytes())
        assert {key: value.tolist() for key, value in load_weights(path).items()} == {
            key: value.tolist() for key, value in STATE.items()}


class Whole(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(2, 2)


HOW = r"torch\.save\(net\.state_dict\(\), …\)"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("content", "reason"), [
    (Whole(), rf"it is a whole model \(Whole\).*{HOW}"), ({"model": Whole(), "epoch": 3}, rf"a whole model.*{HOW}"),
    ({"state": {"net": nn.Sequential(nn.ReLU())}}, rf"a whole model \(Sequential\).*{HOW}"),
    (torch.ones(2), rf"it is one tensor without a name.*{HOW}"), ({"epoch": 3, "lr": 0.1}, rf"no tensors in it.*{HOW}"),
    (argparse.Namespace(lr=1), rf"a Python object \(argparse\.Namespace\).*{HOW}"), ([], "no tensors"),
    ({"w": torch.eye(2).to_sparse()}, rf"cannot be used: a sparse tensor.*{HOW}"),
])  # fmt: skip
@pytest.mark.parametrize("zipped", [True, False])
def test_what_holds_no_weights_is_named_with_how_to_save_them(content: Any, reason: str, zipped: bool,
                                                              tmp_path: Path) -> None:
    torch.save(content, tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)
    with pytest.raises(WeightsFileError, match=rf"a\.pt holds no weights that can be read: .*{reason}"):
        read_weights(tmp_path / "a.pt")


@pytest.mark.parametrize(("content", "reason"), [
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "pointer of Git LFS.*git lfs pull"),
    (b"<!DOCTYPE html>\n<html>", "a web page"), (b"", "it is empty"), (bytes(100), "nothing but zeros"),
    (b"\x80\x02}q\x00(X", "damaged"), (b"\x40\0\0\0\0\0\0\0{\"a\": 1}", "damaged"), (b"PK\x03\x04 cut", "damaged"),
    (b"\x20\0\0\0\0\0\0\0{" + b" " * 31, "damaged"),
])  # fmt: skip
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_what_is_no_file_of_weights_is_a_sentence(content: bytes, reason: str, suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"a{suffix}").write_bytes(content)
    with pytest.raises(WeightsFileError, match=rf"a\{suffix} holds no weights that can be read: .*{reason}"):
        read_weights(tmp_path / f"a{suffix}")


def test_weights_that_are_tied_are_both_read(tmp_path: Path) -> None:
    shared = torch.rand(3, 3)
    found: dict[str, Tensor] = load_weights(saved({"a": shared, "b": shared, "c": shared.t()}, tmp_path / "a.pt"))
    assert torch.equal(found["a"], found["b"]) and torch.equal(found["c"], shared.t())


@pytest.mark.parametrize("out", [suffix for each in WEIGHTS for suffix in (each.suffix,)])
@pytest.mark.parametrize("zipped", [True, False])
def test_weights_that_share_their_memory_are_written_each_by_itself(out: str, zipped: bool, tmp_path: Path) -> None:
    base = Experiment(build_line(Graph(), "input 4, linear 4, relu, linear 4")[0])
    large = torch.rand(1000, 4)
    tied = {"fc1.weight": large[:4], "fc1.bias": large[9], "fc2.weight": large[:4], "fc2.bias": large[0]}
    torch.save(tied, tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)
    for weights in (weights_for(base, tmp_path / "a.pt").weights, tied):
        save_weights(weights, tmp_path / f"b{out}")
        found = load_weights(tmp_path / f"b{out}")
        assert all(torch.equal(found[key], value) for key, value in tied.items())
        assert (tmp_path / f"b{out}").stat().st_size < 4000, "the large one is not written"


def test_a_file_is_fitted_and_everything_about_it_is_told(tmp_path: Path) -> None:
    base = load_experiment("gallery:softmax")
    weights = initial_module(base).state_dict()
    file = saved({"epoch": 7, "args": argparse.Namespace(lr=0.1),
                  "net": {f"module.{key}": value + 1 for key, value in weights.items()}}, tmp_path / "net.ckpt")
    fit = weights_for(base, file)
    assert fit.is_whole and all(torch.equal(fit.weights[key], value + 1) for key, value in weights.items())
    assert str(told(fit, "net.ckpt")) == (
        "net.ckpt fits. They are what the file has as “net”. Their names are taken without “module.”. Nothing is made "
        "of args (argparse.Namespace)")
