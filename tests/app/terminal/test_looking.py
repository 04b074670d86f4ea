"""“predict” and “look” as a person types them: what is printed and written, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from app import program
from app.terminal import cli
from engine import DataSpec, Experiment, Recipe, build_module, load_data, open_run, record, save_experiment
from engine.graph.parameters import Init, NodeParameters
from engine.training import fit
from tests.engine.cases import MLP, chain, experiment

Say = Callable[..., tuple[int, str, str]]
CODE = """class TripledToBeLookedAt(nn.Module):
    def forward(self, x):
        return 3 * x
"""


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command in an empty folder; exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def run(*argv: str | Path) -> tuple[int, str, str]:
        try:
            code = cli.main([str(word) for word in argv])
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
        out, errors = capsys.readouterr()
        assert "Traceback" not in out + errors
        return code, out, errors

    return run


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """A network, three digits and a file that is none, in a folder."""
    save_experiment(experiment(), tmp_path / "net.loom")
    (tmp_path / "digits" / "more").mkdir(parents=True)
    for place, image in enumerate(load_data(DataSpec()).test.inputs[:3]):
        Image.fromarray(image[0].numpy()).save(tmp_path / "digits" / ("more" if place else ".") / f"{place}.png")
    return tmp_path / "net.loom"


def shares(weights: dict[str, torch.Tensor] | None = None) -> list[list[float]]:
    """What plain torch says of the three digits."""
    module = build_module(experiment()).eval()
    if weights:
        module.load_state_dict(weights)
    with torch.no_grad():
        found: list[list[float]] = module(load_data(DataSpec()).test.inputs[:3] / 255).softmax(1).tolist()
    return found


# -- predict -----------------------------------------------------------------------------------------------------------


def test_predict_json_is_exactly_as_promised(say: Say, net: Path) -> None:
    code, out, errors = say("predict", "net.loom", "digits", "--json")
    found = json.loads(out)
    assert (code, errors) == (0, "") and [each["path"] for each in found] == [
        str(Path("digits") / name) for name in ("0.png", "more/1.png", "more/2.png")]
    assert all(list(each) == ["path", "class", "probabilities"] for each in found)
    for each, row in zip(found, shares(), strict=True):
        assert list(each["probabilities"]) == list("0123456789") and each["class"] == str(int(np.argmax(row)))
        assert list(each["probabilities"].values()) == pytest.approx(row, abs=1e-6)


def test_predict_as_a_table(say: Say, net: Path) -> None:
    code, out, _ = say("predict", "net.loom", "digits/0.png")
    best = shares()[0]
    assert code == 0 and out.split()[:3] == ["path", "class", "probability"]
    assert out.splitlines()[1].split() == ["digits/0.png", str(int(np.argmax(best))), f"{100 * max(best):.0f}", "%"]


def test_a_run_and_weights_from_a_file(say: Say, net: Path, tmp_path: Path) -> None:
    base = experiment(epochs=1)
    for _ in record(fit(base), base, tmp_path / "run"):
        pass
    wanted = shares(open_run(tmp_path / "run").best_weights())
    for words in (("run",), ("net.loom", "--weights", "run/best.safetensors")):
        code, out, _ = say("predict", *words, "digits/more/2.png", "--json")
        assert code == 0 and list(json.loads(out)[0]["probabilities"].values()) == pytest.approx(wanted[2], abs=1e-6)


def test_one_bad_picture_is_said_and_the_rest_goes_on(say: Say, net: Path) -> None:
    (net.parent / "digits" / "0-bad.jpg").write_bytes(b"nothing")
    code, out, errors = say("predict", "net.loom", "digits", "--json")
    assert code == 1 and len(json.loads(out)) == 3 and errors.count("\n") == 1
    assert errors.startswith("error: digits/0-bad.jpg cannot be read as a picture: ")
    code, out, errors = say("predict", "net.loom", "digits/0-bad.jpg")
    assert (code, out) == (2, "") and errors.endswith("error: Nothing could be read\n")


def test_rows_of_a_table(say: Say, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,k,y\n" + "".join(f"{place},{'uv'[place % 2]},{place * 2.5}\n"
                                                        for place in range(30)))
    spec = load_data(DataSpec().with_file(tmp_path / "t.csv").with_options(
        table={"kinds": (("a", "number"), ("k", "category")), "task": "regression"})).spec
    save_experiment(Experiment(chain(("fc", "Linear", {"out_features": 1})), spec, Recipe(loss="mse")),
                    tmp_path / "t.loom")
    (tmp_path / "new.csv").write_text("a,k\n1,u\n2,w\n,v\n")
    code, out, errors = say("predict", "t.loom", "new.csv", "--json")
    found = json.loads(out)
    assert code == 1 and [list(each) for each in found] == [["path", "row", "value"]] * 2
    assert [each["row"] for each in found] == [0, 2] and "error: new.csv, row 1: “w” is no value of “k”" in errors
    assert say("predict", "t.loom", "new.csv")[1].split()[:3] == ["path", "row", "value"]


def test_what_is_not_finite_is_null(say: Say, net: Path, tmp_path: Path) -> None:
    weights = build_module(experiment()).state_dict()
    save_file({key: torch.full_like(value, torch.nan) for key, value in weights.items()}, tmp_path / "nan.safetensors")
    words = "predict", "net.loom", "--weights", "nan.safetensors", "digits/0.png"
    found, = json.loads(say(*words, "--json")[1], parse_constant=lambda name: 1 / 0)
    assert set(found["probabilities"].values()) == {None} and found["class"] is None
    code, out, _ = say(*words)
    assert code == 0 and out.split()[-2:] == ["digits/0.png", "NaN"]


@pytest.mark.parametrize(("words", "code", "said"), [
    (("net.loom", "gone.png"), 2, "gone.png is not there"), (("gone.loom", "digits"), 2, "gone.loom"),
    (("digits", "digits"), 2, "digits is not a run"), (("net.loom",), 2, "required: PATH"),
    (("net.loom", "--weights", "net.loom", "digits"), 2, "net.loom"),
    (("net.loom", "empty"), 2, "empty holds no pictures"),
    (("wrong.loom", "digits"), 1, "fc1: Linear expects a flat input"),
    (("three.loom", "digits"), 1, "ends in 3, but there are 10"),
    (("code.loom", "digits"), 1, "--allow-code"), (("code.loom", "digits", "--allow-code", "--json"), 0, ""),
    (("net.loom", "--weights", "other.safetensors", "digits"), 1, "do not fit|fits"),
])
def test_exit_codes_of_predict(words: tuple[str, ...], code: int, said: str, say: Say, net: Path,
                               tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, rows in {"wrong": [("conv1", "Conv2d", {}), ("fc1", "Linear", {"out_features": 10})],
                       "three": [*MLP[:1], ("fc", "Linear", {"out_features": 3})],
                       "code": [*MLP, ("own", "Code", {"source": CODE + f"# {said}\n"})]}.items():
        save_experiment(experiment(*rows), tmp_path / f"{name}.loom")
    save_file({"weight": torch.ones(3, 7)}, tmp_path / "other.safetensors")
    got, _, errors = say("predict", *words)
    assert got == code and any(each in errors for each in said.split("|")) and (errors == "") == (code == 0)


# -- look --------------------------------------------------------------------------------------------------------------


def test_look_writes_every_layer_under_its_name(say: Say, tmp_path: Path) -> None:
    code, out, errors = say("look", "gallery:residual-small", "--sample", "test:5", "o.npz")
    assert (code, errors) == (0, "") and "test example 5: " in out and "o.npz is written" in out
    with np.load(tmp_path / "o.npz") as file:
        assert {"input", "conv1", "residual1.conv1", "residual1", "fc1"} <= set(file.files)
        for line in out.splitlines()[1:-1]:
            name, least, most = line.split()[0], line.split()[-3], line.split()[-1]
            assert float(least.replace("−", "-")) == pytest.approx(file[name].min(), rel=1e-3, abs=1e-6)
            assert float(most.replace("−", "-")) == pytest.approx(file[name].max(), rel=1e-3, abs=1e-6)
        assert len(out.splitlines()) == len(file.files) + 2


def test_the_notes_numbers_in_a_terminal(say: Say, tmp_path: Path) -> None:
    ones = NodeParameters(weight=Init(kind="constant", value=1.0), bias=Init(kind="constant", value=0.0))
    rows = [("fc1", "Linear", {"out_features": 8}), ("act1", "ReLU", {}), ("fc2", "Linear", {"out_features": 2})]
    graph = chain(*rows).with_parameters("fc1", ones).with_parameters("fc2", ones)
    graph = graph.with_layer("input", graph.nodes["input"].layer.with_options(shape=(4,)))
    save_experiment(replace(experiment(), graph=graph), tmp_path / "ones.loom")
    code, out, _ = say("look", "ones.loom", "--sample", "[1, 2, 3, 4]", "o.npz")
    assert code == 0 and [line.split()[-1] for line in out.splitlines()[1:5]] == ["4", "10", "10", "80"]
    with np.load(tmp_path / "o.npz") as file:
        assert file["fc2"].tolist() == [[80, 80]] and file["fc1"].tolist() == [[10] * 8]


@pytest.mark.parametrize("sample", ["test:0", "digits/0.png"])
def test_gradients_are_torchs(sample: str, say: Say, net: Path, tmp_path: Path) -> None:
    code, out, _ = say("look", "net.loom", "--sample", sample, "--gradients", "o.npz")
    module, data = build_module(experiment()), load_data(DataSpec())
    x = (data.test.inputs[:1] / 255).requires_grad_()
    kept = {}
    for name, part in module.named_children():
        part.register_forward_hook(lambda _, __, made, name=name: made.retain_grad() or kept.update({name: made}))
    answer = module(x)
    of_loss = sample == "test:0"
    number = torch.nn.functional.cross_entropy(answer, data.test.targets[:1]) if of_loss else answer.max()
    number.backward()
    assert code == 0 and ("those of the loss" if of_loss else "those of the largest output") in out
    with np.load(tmp_path / "o.npz") as file:
        assert np.allclose(file["gradients/x"], x.grad, atol=1e-6)
        for name, made in kept.items():
            assert np.allclose(file[f"gradients/outputs/{name}"], made.grad, atol=1e-6)
        for key, weight in module.named_parameters():
            assert np.allclose(file[f"gradients/weights/{key}"], weight.grad, atol=1e-6)


@pytest.mark.parametrize("loss", ["cross_entropy", "nll", "mse", "l1", "bce"])
@pytest.mark.parametrize("outputs", [1, 5])
def test_a_loss_that_cannot_be_leaves_the_outputs(loss: str, outputs: int, say: Say, tmp_path: Path) -> None:
    made = experiment(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": outputs}))
    save_experiment(replace(made, recipe=made.recipe.with_options(loss=loss)), tmp_path / "few.loom")
    code, out, errors = say("look", "few.loom", "--sample", "test:1", "--gradients", "o.npz")
    assert code == 1 and "o.npz is written" in out and errors.count("\n") == 1
    assert f"error: The gradients are left out: The network ends in {outputs}" in errors
    with np.load(tmp_path / "o.npz") as file:
        assert file.files == ["input", "flatten", "fc"]


def test_faults_are_said_and_the_rest_is_written(say: Say, tmp_path: Path) -> None:
    rows = [("conv1", "Conv2d", {}), ("bn", "BatchNorm2d", {}), ("pool", "AdaptiveAvgPool2d", {"output_size": 1}),
            ("bn2", "BatchNorm2d", {}), ("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10})]
    save_experiment(experiment(*rows), tmp_path / "bn.loom")
    code, out, errors = say("look", "bn.loom", "--sample", "test:0", "--train", "--gradients", "o.npz")
    assert code == 1 and "error: bn2: Batch norm cannot learn from one example" in errors and "o.npz is written" in out
    with np.load(tmp_path / "o.npz") as file:
        assert file.files == ["input", "conv1", "bn", "pool"]
        plain = file["conv1"]
        wanted = (plain - plain.mean((0, 2, 3), keepdims=True)) / np.sqrt(plain.var((0, 2, 3), keepdims=True) + 1e-5)
        assert np.allclose(file["bn"], wanted, atol=1e-4)
    assert say("look", "bn.loom", "--sample", "test:0", "o.npz")[0] == 0
    save_experiment(experiment(rows[0], ("fc1", "Linear", {"out_features": 10})), tmp_path / "wrong.loom")
    code, _, errors = say("look", "wrong.loom", "--sample", "test:0", "o.npz")
    assert code == 1 and "error: fc1: Linear expects a flat input, got 16×6×6" in errors
    with np.load(tmp_path / "o.npz") as file:
        assert file.files == ["input", "conv1"]


def test_code_is_not_run_until_it_is_allowed(say: Say, tmp_path: Path) -> None:
    save_experiment(experiment(*MLP[:1], ("own", "Code", {"source": CODE}), *MLP[3:]), tmp_path / "code.loom")
    code, _, errors = say("look", "code.loom", "--sample", "test:0", "o.npz")
    assert code == 1 and "--allow-code" in errors and "error: own: " in errors
    with np.load(tmp_path / "o.npz") as file:
        assert file.files == ["input", "flatten"]
    assert say("look", "code.loom", "--sample", "test:0", "--allow-code", "o.npz")[0] == 0
    with np.load(tmp_path / "o.npz") as file:
        assert np.allclose(file["own"], 3 * file["flatten"])


@pytest.mark.parametrize(("words", "code", "said"), [
    (("net.loom", "--sample", "test:99999", "o.npz"), 1, "no test example 99999"),
    (("net.loom", "--sample", "[1, 2", "o.npz"), 2, "cannot be read"),
    (("net.loom", "--sample", "[1, 2]", "o.npz"), 1, "This is 2"),
    (("net.loom", "--sample", "gone.png", "o.npz"), 2, "gone.png is not there"), (("net.loom", "o.npz"), 2, "--sample"),
    (("net.loom", "--sample", "test:0", "o.txt"), 2, "does not end in .npz"),
    (("net.loom", "--sample", "test:0", "gone/o.npz"), 2, "could not be written"),
    (("net.loom", "--sample", "torch.ones(10**9)", "o.npz"), 2, "are the most"),
])
def test_exit_codes_of_look(words: tuple[str, ...], code: int, said: str, say: Say, net: Path, tmp_path: Path) -> None:
    got, _, errors = say("look", *words)
    assert got == code and said in errors.replace("\n", " ") and not list(tmp_path.glob("*.npz"))


def test_both_are_commands_of_the_program() -> None:
    assert {"predict", "look"} <= program.COMMANDS
