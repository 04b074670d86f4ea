"""Export: what is written can be read back, by ours and by plain PyTorch, and gives equal outputs."""

from __future__ import annotations

import errno
import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save, save_file
from torch import nn

import engine.export.export as export_module
import engine.export.formats as formats
from engine.analysis.faults import FaultyLayerError
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.export.export import ExportError, export
from engine.export.weight_files import WeightsFileError, load_weights
from engine.files import WriteError
from engine.formats import suffixes
from engine.network.weights import WeightsError, check_weights, initial_module, trained_module
from tests.engine.cases import MLP, experiment, with_recipe

KINDS = [row.suffix for row in formats.FORMATS]
LARGE = {"alexnet", "alexnet-tv", "vgg11", "vgg11-full"}  # hundreds of MB each: test_gallery_training has them, smaller


@pytest.mark.parametrize("suffix", [*KINDS, ".PT"])
@pytest.mark.parametrize("name", [id for id in gallery_ids() if id not in LARGE])
def test_every_gallery_network_is_written_and_verified(name: str, suffix: str, tmp_path: Path) -> None:
    exported = export(load_experiment(f"gallery:{name}"), tmp_path / f"net{suffix}")
    assert exported.verified and exported.difference == 0
    assert str(exported.message) == f"net{suffix} is written and verified: read back, its outputs are equal"


@pytest.mark.parametrize(("options", "lines"), [
    ({}, ["Rows are standardised before they enter", "Gaps are filled with the mean.", "column of 0 and 1"]),
    ({"standardize": False, "missing_numbers": "median"}, ["Number columns enter as they are.", "with the median."]),
    ({"task": "regression", "log_target": True, "missing_numbers": "drop"}, ["natural logarithm", "gaps in these are"]),
])  # fmt: skip
def test_code_for_a_table_says_what_enters(options: dict[str, object], lines: list[str], tmp_path: Path) -> None:
    base = load_experiment("gallery:linreg")
    table = replace(base, data=DataSpec.model_validate({"dataset": "table", "path": "a.csv", "table": options}))
    for each, says in ((base, False), (table, True)):
        assert export(each, tmp_path / "net.py", initial_module(each).state_dict()).verified
        text = (tmp_path / "net.py").read_text()
        assert text.startswith('"""Made with Layerloom') and all((line in text) is says for line in lines)
    assert "logarithm" in text if "log_target" in options else "logarithm" not in text


def test_files_are_what_plain_pytorch_reads(tmp_path: Path) -> None:
    base = experiment()
    weights = initial_module(with_recipe(base, seed=7)).state_dict()
    for name in ("a.safetensors", "a.pt"):
        export(base, tmp_path / name, weights)
    for read in (load_file(tmp_path / "a.safetensors"), torch.load(tmp_path / "a.pt", weights_only=True),
                 load_weights(tmp_path / "a.safetensors"), load_weights(tmp_path / "a.pt")):
        assert list(read) != [] and all(torch.equal(read[key], tensor) for key, tensor in weights.items())
        assert set(read) == set(weights)


def test_a_process_without_layerloom_gives_equal_outputs(tmp_path: Path) -> None:
    base = load_experiment("gallery:residual-small")
    module = initial_module(with_recipe(base, seed=3))
    module(torch.rand(8, 1, 16, 16))  # batch norm's averages are no longer those of the beginning
    export(base, tmp_path / "net.py", module.state_dict())
    export(base, tmp_path / "net.safetensors", module.state_dict())
    x = torch.linspace(0, 1, 256).view(1, 1, 16, 16)
    code = ("import sys, json, torch; from safetensors.torch import load_file; from net import Network\n"
            "net = Network(); net.load_state_dict(load_file('net.safetensors')); net.eval()\n"
            "print(json.dumps(net(torch.linspace(0, 1, 256).view(1, 1, 16, 16))[0].tolist()))\n"
            "assert not any(name.split('.')[0] == 'engine' for name in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == pytest.approx(module.eval()(x)[0].tolist(), abs=1e-6)


def test_a_file_that_is_not_equal_is_not_called_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = formats.save_weights
    monkeypatch.setattr(formats, "save_weights", lambda weights, path, _network: plain(
        {key: tensor + 1 for key, tensor in weights.items()}, path))
    exported = export(experiment(), tmp_path / "a.pt")
    assert not exported.verified and exported.difference > 0.1 and "its outputs differ by" in str(exported.message)
    monkeypatch.setattr(formats, "save_weights", lambda _, path, _network: path.write_bytes(b"nothing"))
    assert "cannot be read back" in str(export(experiment(), tmp_path / "a.pt").message)


def test_a_kind_of_file_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(taken: formats.Taken, path: Path) -> None:
        path.write_bytes(save({key: tensor.half() for key, tensor in taken.weights.items()}))

    def read(taken: formats.Taken, path: Path) -> nn.Module:
        return trained_module(taken.experiment, {key: tensor.float() for key, tensor in load_file(path).items()})

    half = formats.NetworkFormat(".half", "Half precision", write, read, tolerance=0.01)
    strict, lacking = replace(half, tolerance=0.0), replace(half, needs=("torch", "no_such_package"))
    monkeypatch.setattr(export_module, "FORMATS", [half])
    exported = export(experiment(), tmp_path / "a.half")
    assert exported.verified and exported.difference > 0
    with pytest.raises(ExportError, match=r"The name may end in \.half$"):
        export(experiment(), tmp_path / "a.pt")
    monkeypatch.setattr(export_module, "FORMATS", [strict])
    assert "its outputs differ by" in str(export(experiment(), tmp_path / "b.half").message)
    monkeypatch.setattr(export_module, "FORMATS", [lacking])
    with pytest.raises(ExportError, match=r"c\.half: this kind of file needs no_such_package, which is not installed"):
        export(experiment(), tmp_path / "c.half")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.half", "b.half"]


def test_other_suffixes_and_wrong_networks_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=f"a.xyz: .* The name may end in {suffixes(formats.FORMATS)}"):
        export(experiment(), tmp_path / "a.xyz")
    with pytest.raises(ExportError):
        export(experiment(), tmp_path / "without")
    broken = experiment(("fc1", "Linear", {"out_features": 10}))
    with pytest.raises(FaultyLayerError, match="fc1: Linear expects a flat input, got 1×8×8"):
        export(broken, tmp_path / "a.py")


@pytest.mark.parametrize("suffix", KINDS)
def test_an_old_file_survives_a_full_disk(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text("old")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(WriteError, match=r"could not be written: no space left on device. Nothing was changed."):
        export(experiment(), path)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_old_files_survive_a_limit_that_the_system_itself_sets(tmp_path: Path) -> None:
    for suffix in KINDS:
        (tmp_path / f"a{suffix}").write_text("old")
    code = ("import resource, sys; sys.path.insert(0, sys.argv[1]); import torch\n"
            "from engine.experiment.experiment import load_experiment; from engine.export.export import export\n"
            "from engine.files import WriteError\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
            "for path in sys.argv[2:]:\n"
            "    try: export(load_experiment('gallery:softmax'), path)\n"
            "    except WriteError as error: print(error)")
    paths = [str(tmp_path / f"a{suffix}") for suffix in KINDS]
    arguments = [sys.executable, "-B", "-c", code, str(Path(__file__).parents[3]), *paths]
    done = subprocess.run(arguments, capture_output=True, text=True)
    said = "could not be written: file too large. Nothing was changed."
    assert done.returncode == 0 and done.stderr == ""
    assert all(f"a{suffix} {said}" in line for suffix, line in zip(KINDS, done.stdout.splitlines(), strict=True))
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"] * len(KINDS)


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="no such file or directory"):
        export(experiment(), tmp_path / "nowhere" / "a.pt")


class Trap:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path("sprung"),))


def _foreign(folder: Path) -> dict[str, Path]:
    """Files that are no weights."""
    paths = {name: folder / name for name in ("cut.safetensors", "cut.pt", "empty.pt", "empty.safetensors", "text.pt",
                                              "module.pt", "trap.pt", "no.txt", "not.pt")}
    weights = initial_module(experiment()).state_dict()
    save_file(weights, paths["cut.safetensors"])
    torch.save(weights, paths["cut.pt"])
    for name in ("cut.safetensors", "cut.pt"):
        paths[name].write_bytes(paths[name].read_bytes()[:-500])
    for name in ("empty.pt", "empty.safetensors"):
        paths[name].write_bytes(b"")
    paths["text.pt"].write_text("epoch,loss\n1,2\n")
    torch.save(nn.Linear(2, 2), paths["module.pt"])
    paths["trap.pt"].write_bytes(pickle.dumps(Trap()))
    return paths


@pytest.mark.parametrize("name", ["cut.safetensors", "cut.pt", "empty.pt", "empty.safetensors", "text.pt", "module.pt",
                                  "trap.pt", "no.txt", "not.pt"])
def test_foreign_and_damaged_weights_are_a_sentence(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsFileError, match=rf"{name}"):
        load_weights(_foreign(tmp_path)[name])
    assert not Path("sprung").exists()


def test_weights_that_do_not_fit_name_their_keys() -> None:
    base = experiment()
    weights = dict(initial_module(base).state_dict())
    check_weights(base, weights)
    weights["other.weight"] = weights.pop("fc1.bias")
    weights["fc2.weight"] = torch.zeros(10, 15)
    with pytest.raises(WeightsError) as raised:
        check_weights(base, weights)
    assert str(raised.value) == ("These weights do not fit the network. missing: fc1.bias; unexpected: other.weight; "
                                 "wrong shape: fc2.weight (10×15, not 10×16)")
    deep = experiment(MLP[0], *((f"fc{n}", "Linear", {"out_features": 10}) for n in range(1, 6)))
    with pytest.raises(WeightsError, match=r"missing: fc1.weight, fc1.bias, fc2.weight … \(10 in all\)$"):
        check_weights(deep, {})


class Shifted(nn.Module):
    """The same network, whose outputs are off by so much."""

    def __init__(self, module: nn.Module, off: torch.Tensor) -> None:
        super().__init__()
        self.module, self.off = module, off

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.module(x) + self.off
        return out


@pytest.mark.parametrize(("factor", "off", "verified"), [
    (0.0, 0.125, True), (0.0, 0.126, False), (0.0, -0.126, False), (0.5, 0.125, True), (0.5, 0.126, False),
    (8.0, 1.0, True), (8.0, 1.01, False), (0.0, float("nan"), False), (0.0, float("inf"), False),
])  # fmt: skip
def test_outputs_may_differ_by_a_share_of_the_largest(factor: float, off: float, verified: bool, tmp_path: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an eighth here; of numbers below 1 by an eighth itself."""

    def read(taken: formats.Taken, _: Path) -> nn.Module:
        return Shifted(trained_module(taken.experiment, taken.weights), torch.tensor(off))

    kind = formats.NetworkFormat(".odd", "Odd", lambda _, path: path.touch(), read, tolerance=0.125)
    monkeypatch.setattr(export_module, "FORMATS", [kind])
    net = experiment(MLP[0], ("fc1", "Linear", {"out_features": 10, "bias": False}), ("one", "Scale", {"factor": 0.0}),
                     ("shift", "Scale", {"factor": 1.0, "shift": factor}))
    exported = export(net, tmp_path / "a.odd")
    assert exported.verified is verified and exported.path == tmp_path / "a.odd"
    if verified:
        assert exported.difference == abs(off)


def test_outputs_that_are_no_numbers_are_equal_where_both_are(tmp_path: Path) -> None:
    net = experiment(MLP[0], ("shift", "Scale", {"shift": -2.0}), ("log", "Log", {}), *MLP[1:])
    assert export(net, tmp_path / "net.pt").verified
