"""What is fuzzed: for each reader valid files to begin with, and what reads one that was changed."""

from __future__ import annotations

import gzip
import pickle
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from engine.messages import LayerloomError


class Sample(NamedTuple):
    """A valid file: how its name ends, and what it holds."""

    suffix: str
    content: bytes


@dataclass(frozen=True)
class Reader:
    """Something that reads what a person can open. ``read`` gets the changed file, alone in its folder."""

    name: str
    samples: Callable[[Path], list[Sample]]
    read: Callable[[Path], object]
    is_text: bool = False


def _files(*paths: Path) -> list[Sample]:
    return [Sample(path.suffix, path.read_bytes()) for path in paths]


# -- networks ----------------------------------------------------------------------------------------------------------


def _networks(_: Path) -> list[Sample]:
    from engine.experiment.experiment import GALLERY

    return _files(*(GALLERY / f"{name}.loom" for name in ("lenet-bn", "residual-small", "my-linear", "weight-decay",
                                                          "chimera", "tied", "init-zoo", "house-prices")))


def _read_network(path: Path) -> object:
    from engine.analysis.analysis import analyze
    from engine.experiment.experiment import load_experiment

    experiment = load_experiment(path)
    faults = analyze(experiment.graph, experiment.data.sample_shape).faults
    return [str(fault.error) for fault in faults]


def _blocks(folder: Path) -> list[Sample]:
    from engine.blocks.custom import Custom
    from engine.experiment.block_files import save_block
    from engine.graph.graph import Graph
    from engine.line.line import build_line

    inner = Custom(label="Inner", graph=build_line(Graph(), "input 4, linear 3, relu")[0], repeat=3)
    graph = build_line(Graph(), "input 1x8x8, conv 8 3x3, bn, relu, flatten, linear 4")[0]
    made = []
    for name, block in (("a", inner), ("b", Custom(label="Größe", graph=graph))):
        save_block(block, folder / f"{name}.loomblock")
        made.append(folder / f"{name}.loomblock")
    return _files(*made)


def _read_block(path: Path) -> object:
    from engine.experiment.block_files import load_block

    return load_block(path)


def _codes(_: Path) -> list[Sample]:
    from engine.experiment.experiment import load_experiment
    from engine.writing.source import to_python

    sources = []
    for name in ("lenet", "residual-small", "nest-mlp", "inception-small", "tied"):
        experiment = load_experiment(f"gallery:{name}")
        sources.append(to_python(experiment.graph, experiment.data.sample_shape))
    sources.append("conv 64 3x3 p1, bn, relu, maxpool 2, x3, flatten, linear 10")
    return [Sample(".py", text.encode()) for text in sources]


def _read_code(path: Path) -> object:
    from engine.reading.reading import from_text

    return from_text(path.read_text(encoding="utf-8", errors="replace"))


# -- weights -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _network() -> Any:
    from engine.experiment.experiment import load_experiment

    return load_experiment("gallery:softmax")


def _weights(folder: Path, legacy: bool = False) -> list[Sample]:
    import argparse

    import torch
    from torch import nn

    from engine.network.weights import initial_module

    weights = dict(initial_module(_network()).state_dict())
    weights = {key: value[:, :20].clone() if value.dim() == 2 else value for key, value in weights.items()}
    held = [weights, {f"module.{key}": value for key, value in weights.items()},
            {"epoch": 3, "model_state_dict": weights, "optimizer_state_dict": {"state": {0: torch.ones(3)}},
             "args": argparse.Namespace(lr=0.1)},
            {"sparse": torch.eye(4).to_sparse(), "half": torch.ones(3).half(), "complex": torch.ones(2) * 1j,
             "expanded": torch.ones(1).expand(7), "parameter": nn.Parameter(torch.ones(2, 3).t())}]
    for place, content in enumerate(held):
        torch.save(content, folder / f"{place}.pt", _use_new_zipfile_serialization=not legacy)
    return _files(*(folder / f"{place}.pt" for place in range(len(held))))


def _safetensors(folder: Path) -> list[Sample]:
    from engine.export.weight_files import save_weights
    from engine.network.weights import initial_module

    save_weights(initial_module(_network()).state_dict(), folder / "a.safetensors")
    return _files(folder / "a.safetensors")


def _read_weights(path: Path) -> object:
    from engine.data.formats.tensor_outline import holds_weights
    from engine.export.weight_files import read_weights
    from engine.network.fitting import fitted, told

    holds_weights(path)
    return str(told(fitted(_network(), read_weights(path).held), path.name))


# -- data --------------------------------------------------------------------------------------------------------------


def _arrays() -> dict[str, Any]:
    import numpy as np

    rng = np.random.default_rng(1)
    return {"x": rng.random((12, 5)).astype(np.float32), "y": np.arange(12) % 3, "x_test": rng.random((4, 5)).astype(
        np.float32), "y_test": np.arange(4) % 3}


def _npz(folder: Path) -> list[Sample]:
    import numpy as np

    np.savez(folder / "a.npz", **_arrays())
    np.savez_compressed(folder / "b.npz", images=np.zeros((9, 6, 6), np.uint8), labels=np.arange(9, dtype=np.uint8) % 4)
    np.savez(folder / "c.npz", x=np.zeros((9, 3, 2), np.float64, order="F"), y=np.ones((9, 2)))
    return _files(folder / "a.npz", folder / "b.npz", folder / "c.npz")


def _npy(folder: Path) -> list[Sample]:
    import numpy as np

    np.save(folder / "a.npy", np.zeros((3, 1, 8, 8), np.uint8))
    np.save(folder / "b.npy", np.ones((8, 8), np.float64, order="F"))
    return _files(folder / "a.npy", folder / "b.npy")


def _read_npy(path: Path) -> object:
    from engine.experiment.experiment import Experiment
    from engine.graph.graph import Graph
    from engine.inspect.samples.arrays import from_arrays

    return from_arrays(Experiment(Graph()), path)


def _tensor_texts(_: Path) -> list[Sample]:
    texts = ("X = torch.arange(9.).reshape(3, 3)\nX = torch.stack((X, X + 1), dim=0)\nX[:, 1:] @ torch.ones(3, 2) / 2",
             "torch.cat([torch.rand(size=(2, 3)), torch.full((1, 3), 7)], 0).unsqueeze(0).T", "[[1, 2.5], [3, -4e2]]",
             "1 2 3\n4 5 6", "torch.linspace(0, 1, 5).repeat(2, 3).permute(1, 0).float() ** 2 - 8 // 3")
    return [Sample(".txt", text.encode()) for text in texts]


def _read_tensor_text(path: Path) -> object:
    from engine.inspect.samples.tensor_text import tensor_of

    return tensor_of(path.read_text(encoding="utf-8", errors="replace"))


def _pt(folder: Path) -> list[Sample]:
    import torch

    tensors = {name: torch.from_numpy(value) for name, value in _arrays().items()}
    torch.save(tensors, folder / "a.pt")
    torch.save((tensors["x"].to_sparse(), tensors["y"]), folder / "b.pt")
    torch.save({"x": tensors["x"].half(), "y": tensors["y"]}, folder / "c.pth", _use_new_zipfile_serialization=False)
    return _files(folder / "a.pt", folder / "b.pt", folder / "c.pth")


def _read_tensors(path: Path) -> object:
    from engine.data.formats.tensor_file import read_tensors
    from engine.data.spec.spec import DataSpec
    from tests.engine.cases import divided

    return divided(DataSpec(dataset="tensors", path=str(path)), read_tensors(path))


def _idx(_: Path) -> list[Sample]:
    import struct

    labels = struct.pack(">2I", 0x801, 6) + bytes(range(6))
    images = struct.pack(">4I", 0x803, 2, 28, 28) + bytes(2 * 28 * 28)
    return [Sample("", labels), Sample("", images), Sample(".gz", gzip.compress(images, mtime=0)),
            Sample(".gz", gzip.compress(labels, mtime=0))]


def _read_idx(path: Path) -> object:
    from engine.data.formats.idx import read_idx

    try:
        return read_idx(path, 3)
    except LayerloomError:
        return read_idx(path, 1)


def _cifar(_: Path) -> list[Sample]:
    from tests.engine.data.data_cases import cifar_batch, python2_pickle

    batch = cifar_batch(2, 10, 1)
    return [Sample("", python2_pickle(batch)), *(Sample("", pickle.dumps(batch, protocol)) for protocol in (2, 4, 5))]


def _read_cifar(path: Path) -> object:
    from engine.data.formats.cifar_batch import read_cifar_batch

    return read_cifar_batch(path, 10)


def _mat(folder: Path) -> list[Sample]:
    import numpy as np
    from scipy.io import savemat

    content = {"X": np.zeros((32, 32, 3, 2), np.uint8), "y": np.array([[1], [10]], np.uint8), "other": {"a": ["b"]}}
    savemat(folder / "a.mat", content)
    savemat(folder / "b.mat", content, do_compression=True)
    written = _files(folder / "a.mat", folder / "b.mat")
    return [each._replace(content=b"MATLAB".ljust(116) + each.content[116:]) for each in written]  # without the time


def _read_mat(path: Path) -> object:
    from engine.data.formats.matlab import read_matlab

    return read_matlab(path)


def _images(folder: Path) -> list[Sample]:
    import numpy as np
    from PIL import Image

    rng, made = np.random.default_rng(1), []
    for suffix, mode in ((".png", "RGBA"), (".png", "P"), (".jpg", "RGB"), (".bmp", "RGB"), (".gif", "P"),
                         (".tiff", "I;16"), (".tiff", "RGB"), (".webp", "RGBA"), (".ppm", "RGB"), (".tga", "RGBA"),
                         (".pcx", "L"), (".ico", "RGBA"), (".jp2", "RGB"), (".avif", "RGB"), (".png", "LA")):
        pixels = rng.integers(0, 256, (12, 9, 4), dtype=np.uint8)
        image = Image.fromarray(pixels).convert("RGB" if mode == "I;16" else mode)
        if mode == "I;16":
            image = Image.fromarray(pixels[..., 0].astype(np.uint16))
        path = folder / f"{len(made)}{suffix}"
        image.save(path)
        made.append(path)
    return _files(*made)


def _read_image(path: Path) -> object:
    from engine.data.formats.image import read_header, read_picture

    header = read_header(path)
    return read_picture(path, 1 if header.is_grey else 3, 8, 8)


# -- runs --------------------------------------------------------------------------------------------------------------


def _runs(folder: Path) -> list[Sample]:
    """Each file of a finished run."""
    from engine.runs.folder import record
    from engine.training import fit
    from tests.engine.cases import experiment

    base = experiment(epochs=2)
    list(record(fit(base), base, folder / "run"))
    return [Sample(f"/{path.name}", path.read_bytes()) for path in sorted((folder / "run").iterdir()) if path.is_file()]


def _read_run(folder: Path) -> object:
    from engine.runs.opened import open_run
    from engine.runs.resuming import load_checkpoint

    run = open_run(folder)
    texts = [str(remark.message) for remark in run.state.remarks]
    return texts, load_checkpoint(folder, run.experiment), run.best_weights(), run.states


def _sweeps(folder: Path) -> list[Sample]:
    """Each file of a sweep beside its runs'."""
    from engine.experiment.sweep.axes import axes_of
    from engine.experiment.sweep.plan import Plan
    from engine.messages import say
    from engine.runs.sweeping.log import Log, failed_line, planned_line, stopped_line, write_plan
    from tests.engine.cases import experiment

    base = experiment(epochs=8)
    plan = Plan(base, axes_of(base, ["lr=1e-4..0.1", "optimizer=adam,momentum:nesterov=yes", "seed=0..2"]), runs=12,
                halving=2)
    write_plan(plan, folder, "2026-01-31T12:00:00+0100")
    log = Log(folder)
    log.note(*(planned_line(index, setting) for index, setting in enumerate(plan.settings(), 1)))
    log.note(failed_line(1, "diverged", say("The loss became {loss}", loss="nan")), {"rungs": [[1, 1]]}, seconds=1.5)
    log.note(stopped_line(2, 1, say("stopped after epoch {epoch}", epoch=1)), {"run": 3, "examples": 153})
    return [Sample(f"/{path.name}", path.read_bytes()) for path in sorted(folder.iterdir())]


def _read_sweep(folder: Path) -> object:
    from engine.runs.sweeping.opened import open_sweep

    sweep = open_sweep(folder)
    return sweep.ranked, sweep.doubts, [*map(str, sweep.importance_lines)], [str(each.reason) for each in sweep.members]


# -- moments of a run --------------------------------------------------------------------------------------------------


def _moments(folder: Path) -> list[Sample]:
    """Three, each the difference to the one before."""
    import torch

    from engine.runs.moments.files import write_moment

    torch.manual_seed(0)
    before, made = None, folder / "moments"
    made.mkdir()
    for at in range(3):
        state = {"w": torch.randn(20, 7), "n": torch.tensor(at), "half": torch.randn(9).half(), "b": torch.ones(2) > at}
        write_moment(made, at, state, at - 1 if at else None, before)
        before = state
    return [Sample(f"/{path.name}", path.read_bytes()) for path in sorted(made.iterdir())]


def _read_moments(folder: Path) -> object:
    """Those that do not follow from the damaged one; where that is the first there is none."""
    from engine.runs.moments.kept import Moments

    moments, found = Moments(folder), []
    for at in moments:
        with suppress(LayerloomError):
            found.append(moments.weights(at))
    return found or moments.weights(0)


READERS = {reader.name: reader for reader in (
    Reader("loom", _networks, _read_network, is_text=True),
    Reader("loomblock", _blocks, _read_block, is_text=True),
    Reader("code", _codes, _read_code, is_text=True),
    Reader("weights", _weights, _read_weights),
    Reader("weights-legacy", lambda folder: _weights(folder, legacy=True), _read_weights),
    Reader("safetensors", _safetensors, _read_weights),
    Reader("npz", _npz, _read_tensors),
    Reader("npy", _npy, _read_npy),
    Reader("tensor-text", _tensor_texts, _read_tensor_text, is_text=True),
    Reader("pt", _pt, _read_tensors),
    Reader("idx", _idx, _read_idx),
    Reader("cifar", _cifar, _read_cifar),
    Reader("mat", _mat, _read_mat),
    Reader("image", _images, _read_image),
    Reader("run", _runs, _read_run),
    Reader("moment", _moments, _read_moments),
    Reader("sweep", _sweeps, _read_sweep),
)}  # fmt: skip
