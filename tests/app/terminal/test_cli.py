"""The command line, in this process where that is enough and as a program where it matters."""

from __future__ import annotations

import json
import os
import re
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import engine.export.export as export_module
from app import program as entry
from app import system
from app.terminal import cli, headless
from engine.data.fetching.folder import Official
from engine.data.sources.mnist import FILES
from engine.experiment.experiment import gallery_ids, load_experiment, save_experiment, to_json
from engine.export.formats import FORMATS
from engine.formats import suffixes
from tests.engine.cases import MLP, experiment
from tests.engine.data.data_cases import only_mirror

ROOT = Path(__file__).parents[3]
Say = Callable[..., tuple[int, str, str]]
LINE = (r"^best epoch \d+ of \d+: train loss \d\.\d{3}, train acc \d\.\d{3}, "
        r"validation acc \d\.\d{3}, test acc \d\.\d{3}, [\d\xa0]+ examples/s on cpu$")


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


def program(*argv: str | Path, cwd: Path, **environment: str) -> subprocess.Popen[str]:
    """``python main.py …`` as a person starts it."""
    return subprocess.Popen([sys.executable, str(ROOT / "main.py"), *map(str, argv)], cwd=cwd, text=True,
                            errors="replace", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={**os.environ, **environment})


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A file with a network that trains in a moment."""
    save_experiment(experiment(epochs=2), tmp_path / "small.loom")
    return tmp_path / "small.loom"


# -- gallery, check -----------------------------------------------------------------------------------------------


def test_gallery_lists_ids_the_default_first(say: Say) -> None:
    code, out, _ = say("gallery")
    assert code == 0 and out.split() == gallery_ids() and out.split()[0] == "lenet-digits"
    assert {"softmax", "mlp", "lenet", "lenet-relu", "residual-small", "inception-small"} < set(out.split())


def test_text_of_a_file_is_only_text(say: Say, tmp_path: Path) -> None:
    odd = replace(experiment(), title="[red]x[/blue]", graph=experiment().graph.renamed("fc1", "ünï"))
    save_experiment(odd, tmp_path / "odd.loom")
    code, out, _ = say("check", tmp_path / "odd.loom")
    assert code == 0 and "[red]x[/blue]" in out and "training memory" in out


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["table", "json"])
def test_what_a_terminal_cannot_show_is_no_traceback(more: tuple[str, ...], tmp_path: Path) -> None:
    text = to_json(replace(experiment(), title="TITLE", graph=experiment().graph.renamed("fc1", "層")))
    (tmp_path / "odd.loom").write_text(text.replace("TITLE", "\\ud800 ⇒"), encoding="utf-8")
    for encoding in ("cp1252", "utf-8"):
        done = program("check", "odd.loom", *more, cwd=tmp_path, PYTHONIOENCODING=encoding)
        out, errors = done.communicate(timeout=60)
        assert (done.returncode, errors) == (0, "") and "act1" in out


@pytest.mark.parametrize("name", gallery_ids())
def test_every_gallery_network_passes_and_says_what_it_is(name: str, say: Say) -> None:
    assert say("check", f"gallery:{name}")[0] == 0
    opened = load_experiment(f"gallery:{name}")
    assert opened.title and len(opened.about) > 60
    places = {node.name: node.position for node in opened.graph.nodes.values()}
    assert len(set(places.values())) == len(places)
    assert all(places[edge.source][1] < places[edge.target][1] or places[edge.source][0] + 228 < places[edge.target][0]
               for edge in opened.graph.edges)  # it flows down, or on to the next column


def test_check_json_is_exactly_as_promised(say: Say) -> None:
    code, out, _ = say("check", "gallery:lenet", "--json")
    report = json.loads(out)
    assert code == 0 and list(report) == ["nodes", "totals", "problems"] and report["problems"] == []
    assert list(report["totals"]) == ["params", "mult_adds", "training_memory_bytes", "inference_memory_bytes"]
    assert (report["totals"]["params"], report["totals"]["mult_adds"]) == (61_706, 416_520)
    assert all(list(node) == ["name", "layer", "output_shape", "params", "mult_adds", "activation_bytes"]
               for node in report["nodes"])
    shapes = {node["name"]: node["output_shape"] for node in report["nodes"]}
    table = {"conv1": [6, 28, 28], "pool1": [6, 14, 14], "conv2": [16, 10, 10], "pool2": [16, 5, 5], "fc1": [120],
             "fc2": [84], "fc3": [10]}
    assert {name: shapes[name] for name in table} == table and next(iter(shapes)) == "input"
    assert report["nodes"][1]["activation_bytes"] == 256 * 6 * 28 * 28 * 4


def test_check_says_what_is_wrong_and_what_mends_it(say: Say, tmp_path: Path) -> None:
    save_experiment(experiment(("conv1", "Conv2d", {}), ("fc1", "Linear", {"out_features": 10})), tmp_path / "a.loom")
    code, out, _ = say("check", tmp_path / "a.loom")
    assert code == 1 and "error: fc1: Linear expects a flat input, got 16×6×6 → “Insert Flatten”" in out
    code, out, _ = say("check", tmp_path / "a.loom", "--json")
    report = json.loads(out)
    assert code == 1 and report["nodes"][2]["output_shape"] is None
    assert report["problems"][0] == {"severity": "error", "node": "fc1",
                                     "repairs": ["Insert Flatten", "Insert global average pooling"],
                                     "message": "Linear expects a flat input, got 16×6×6"}


def test_the_table_groups_numbers(say: Say) -> None:
    out = say("check", "gallery:lenet")[1]
    assert re.search(r"conv1 +Conv 2d · 6 · 5×5 · pad 2 +6×28×28 +156 +117\s600 ", out)
    assert re.search(r"total +batch of 256 +61\s706 +416\s520 ", out)


# -- train --------------------------------------------------------------------------------------------------------


def test_train_writes_a_run_and_ends_with_the_notes_line(say: Say, small: Path, tmp_path: Path) -> None:
    code, out, _ = say("train", small, "--device", "cpu", "--seed", "3", "--epochs", "3", "--batch-size", "32", "--lr",
                       "0.01", "--out", tmp_path / "run")
    lines = out.splitlines()
    assert code == 0 and re.match(LINE, lines[-2]) and lines[-1] == f"Run folder: {tmp_path / 'run'}"
    recipe = load_experiment(tmp_path / "run" / "experiment.loom").recipe
    assert (recipe.seed, recipe.epochs, recipe.batch_size, recipe.lr) == (3, 3, 32, 0.01)
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["seed"] == 3


def test_two_runs_give_identical_metrics_and_a_default_folder(say: Say, small: Path, tmp_path: Path) -> None:
    say("train", small, "--out", tmp_path / "one")
    code, out, _ = say("train", small)
    folder = Path(out.splitlines()[-1].removeprefix("Run folder: "))
    assert code == 0 and folder.parent == Path("runs") and folder.name.startswith("small-")
    assert (folder / "metrics.csv").read_bytes() == (tmp_path / "one" / "metrics.csv").read_bytes()


def test_an_earlier_run_is_not_replaced_silently(say: Say, small: Path, tmp_path: Path) -> None:
    code, out, errors = say("train", small, "--epochs", "1", "--out", tmp_path / "run")
    assert code == 0 and errors == "" and "1\u00a0210 parameters, 1\u00a0374 examples, 1 epoch\n" in out
    code, _, errors = say("train", small, "--out", tmp_path / "run")
    assert code == 0 and errors == f"Replacing the run in {tmp_path / 'run'}\n"
    assert say("train", small, "--out", tmp_path / "run", "--resume")[2] == ""
    for option, value in (("--device", "cuda:77"), ("--set", "device=cuda:77")):
        code, _, errors = say("train", small, "--out", tmp_path / "run", option, value)
        assert code and "Replacing" not in errors and (tmp_path / "run" / "checkpoint.pt").exists()


@pytest.mark.parametrize(("setting", "said"), [
    ("batch_size=1.000", "Write 1000 or 1: 1.000 could mean either"),
    ("lr=1,000", "Write 1000 or 1.0: 1,000 could mean either"),
])
def test_a_setting_that_could_mean_two_numbers_is_refused(say: Say, small: Path, setting: str, said: str) -> None:
    code, _, errors = say("train", small, "--set", setting)
    assert code == 2 and said in errors.replace("\n", " ")


def test_resumed_with_more_epochs_a_new_run_begins_where_the_old_one_ended(say: Say, small: Path,
                                                                           tmp_path: Path) -> None:
    say("train", small, "--out", tmp_path / "parts")
    before = (tmp_path / "parts" / "metrics.csv").read_bytes()
    code, out, _ = say("train", small, "--epochs", "4", "--out", tmp_path / "parts", "--resume")
    assert code == 0 and "from epoch 3" in out
    assert "Another recipe (2 → 4 epochs): a new run in" in out and "begins where" in out
    say("train", small, "--epochs", "4", "--out", tmp_path / "whole")
    assert (tmp_path / "parts-2" / "metrics.csv").read_bytes() == (tmp_path / "whole" / "metrics.csv").read_bytes()
    assert (tmp_path / "parts" / "metrics.csv").read_bytes() == before


def test_a_run_is_replayed(say: Say, small: Path, tmp_path: Path) -> None:
    say("train", small, "--out", tmp_path / "one", "--optimizer", "momentum:nesterov=yes", "--clip-norm", "1")
    code, out, _ = say("replay", tmp_path / "one", "--out", tmp_path / "two")
    assert code == 0 and "bit for bit" in out and (tmp_path / "two" / "summary.json").exists()
    (tmp_path / "one" / "metrics.csv").write_text("epoch\n")
    code, out, _ = say("replay", tmp_path / "one", "--out", tmp_path / "three")
    assert code == 1 and "Not the same as" in out
    for words in ((tmp_path / "one", "--out", tmp_path / "one"), (tmp_path, "--out", tmp_path / "x")):
        code, _, errors = say("replay", *words)
        assert code == 2 and errors.startswith("error: ")


def test_a_series_is_resumed(say: Say, small: Path, tmp_path: Path) -> None:
    say("train", small, "--k-fold", "2", "--out", tmp_path)
    before = (tmp_path / "series.csv").read_bytes()
    code, out, _ = say("train", small, "--k-fold", "2", "--out", tmp_path, "--resume")
    assert code == 0 and "epoch   1" not in out and (tmp_path / "series.csv").read_bytes() == before
    code, _, errors = say("train", small, "--k-fold", "3", "--out", tmp_path, "--resume")
    assert code == 2 and "another recipe" in errors and "(k-fold 2 → 3)" in errors


def test_lenet_relu_learns_mnist(mnist_root: Path, say: Say, tmp_path: Path) -> None:
    code, _, _ = say("train", "gallery:lenet-relu", "--data", "mnist", "--data-root", mnist_root, "--epochs", "1",
                     "--device", "cpu", "--out", tmp_path / "run")
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    # three epochs, which take longer than a test should, are promised 0.95
    assert code == 0 and summary["validation"]["accuracy"] >= 0.88 and summary["params"] == 61_706


WRONG: dict[str, tuple[tuple[str, ...], int, str]] = {
    "batch size 0": (("train", "SMALL", "--batch-size", "0"), 2, "Batch size must be at least 1"),
    "learning rate nan": (("train", "SMALL", "--lr", "nan"), 2, "Learning rate must be a finite number"),
    "learning rate 0": (("train", "SMALL", "--lr", "0"), 2, "Learning rate must be more than 0"),
    "no epochs": (("train", "SMALL", "--epochs", "0"), 2, "Epochs must be at least 1"),
    "no number": (("train", "SMALL", "--epochs", "many"), 2, "invalid int value: 'many'"),
    "no such device": (("train", "SMALL", "--device", "gpu"), 2, "'gpu' is none of auto, cpu"),
    "missing gpu": (("train", "SMALL", "--device", "cuda:99"), 1, "This computer has no "),
    "no such data": (("train", "SMALL", "--data", "imagenet"), 2, "'imagenet' is neither a data set (digits, mnist, "),
    "data of no kind": (("train", "SMALL", "--data", "TEXT"), 2, "is neither a data set ("),
    "data without a path": (("train", "SMALL", "--data", "table"), 2, "'table' is neither a data set ("),
    "target of no table": (("train", "SMALL", "--target", "y"), 2, "--target names a column of a table, but the data"),
    "one fold": (("train", "SMALL", "--k-fold", "1"), 2, "--k-fold needs 2 parts at least"),
    "no fold": (("train", "SMALL", "--k-fold", "1000"), 2, "Folds must be at most 100"),
    "resume a series": (("train", "SMALL", "--k-fold", "3", "--resume", "--out", "."), 2, "is not a run"),
    "no such file": (("train", "nowhere.loom"), 2, "nowhere.loom could not be read: no such file or directory"),
    "no such gallery": (("check", "gallery:x"), 2, "There is no network “x” in the gallery. There are: lenet-digits"),
    "no such command": (("fly",), 2, "invalid choice: 'fly'"),
    "no command": ((), 2, "the following arguments are required: COMMAND"),
    "a folder": (("check", "."), 2, "could not be read: is a directory"),
    "not a loom file": (("check", "TEXT"), 2, "text: This is not a Layerloom file"),
    "unwritable run": (("train", "SMALL", "--out", "TEXT"), 2, "could not be made: file exists"),
    "unwritable run below": (("train", "SMALL", "--out", "TEXT/run"), 2, "could not be made: not a directory"),
    "resume what": (("train", "SMALL", "--resume"), 2, "--resume needs --out"),
    "resume nothing": (("train", "SMALL", "--resume", "--out", "."), 2, "is not a run: there is no experiment.loom"),
    "other suffix": (("export", "SMALL", "net.xyz"), 2, f"The name may end in {suffixes(FORMATS)}"),
    "no such weights": (("export", "SMALL", "net.py", "--weights", "no.pt"), 2, "no.pt could not be read"),
    "weights are text": (("export", "SMALL", "net.py", "--weights", "TEXT"), 2, "weights are read from .safetensors"),
    "no such folder": (("export", "SMALL", "nowhere/net.py"), 2, "could not be written: no such file or directory"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_a_sentence_and_an_exit_code(case: str, say: Say, small: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a network")
    argv, expected, sentence = WRONG[case]
    words = [word.replace("SMALL", str(small)).replace("TEXT", str(tmp_path / "text")) for word in argv]
    code, _, errors = say(*words)
    assert code == expected and sentence in errors
    assert not (tmp_path / "runs").exists()


def test_offline_is_a_sentence(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = dict.fromkeys((f"{name}.gz" for name in FILES), "")
    only_mirror(monkeypatch, lambda: Official(["http://127.0.0.1:9/"], names))
    code, _, errors = say("train", "gallery:softmax", "--data-root", tmp_path / "data")
    assert code == 1 and errors.count("\n") == 1
    assert "Fashion-MNIST is not here and could not be downloaded" in errors
    assert str(tmp_path / "data" / "FashionMNIST" / "raw") in errors and not (tmp_path / "runs").exists()


def test_truncated_data_and_a_network_that_cannot_be_trained(say: Say, tmp_path: Path) -> None:
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_bytes(b"\0\0\x08")
    code, _, errors = say("train", "gallery:softmax", "--data", "mnist", "--data-root", tmp_path)
    assert code == 1 and "is damaged: it ends too early" in errors
    save_experiment(experiment(MLP[0], ("fc1", "Linear", {"out_features": 7})), tmp_path / "seven.loom")
    code, _, errors = say("train", tmp_path / "seven.loom")
    assert code == 1 and errors == "error: fc1: Digits has 10 classes, but the network ends in 7\n"


def test_diverging_is_a_sentence(say: Say, tmp_path: Path) -> None:
    save_experiment(experiment(optimizer="momentum", loss="mse", lr=1000.0, epochs=9), tmp_path / "wild.loom")
    code, _, errors = say("train", tmp_path / "wild.loom")
    assert code == 1 and "Try a lower learning rate" in errors


# -- export -------------------------------------------------------------------------------------------------------


LENET = {"conv1.weight": (6, 1, 5, 5), "conv1.bias": (6,), "conv2.weight": (16, 6, 5, 5), "conv2.bias": (16,),
         "fc1.weight": (120, 400), "fc1.bias": (120,), "fc2.weight": (84, 120), "fc2.bias": (84,),
         "fc3.weight": (10, 84), "fc3.bias": (10,)}  # fmt: skip


@pytest.mark.parametrize("suffix", ["safetensors", "pt", "py"])
def test_export_verifies(suffix: str, say: Say, tmp_path: Path) -> None:
    code, out, _ = say("export", "gallery:lenet", f"net.{suffix}")
    assert code == 0 and out == f"net.{suffix} is written and verified: read back, its outputs are equal\n"
    read = {"safetensors": load_file, "pt": torch.load,
            "py": lambda path: runpy.run_path(str(path))["Network"]().state_dict()}[suffix]
    shapes = {key: tuple(value.shape) for key, value in read(tmp_path / f"net.{suffix}").items()}
    assert shapes == LENET


def test_export_takes_weights_that_fit(say: Say, small: Path, tmp_path: Path) -> None:
    say("train", small, "--out", tmp_path / "run")
    assert say("export", small, "a.pt", "--weights", tmp_path / "run" / "best.safetensors")[0] == 0
    code, _, errors = say("export", "gallery:lenet", "b.py", "--weights", tmp_path / "a.pt")
    assert code == 1 and "These weights do not fit the network. It has conv1.weight" in errors
    assert not (tmp_path / "b.py").exists()


# -- the program --------------------------------------------------------------------------------------------------


def test_the_command_line_loads_no_qt_and_checks_without_torch(tmp_path: Path) -> None:
    code = (f"import sys; sys.path.insert(0, {str(ROOT)!r}); import main\n"
            "main.main(['main.py', 'check', 'gallery:lenet'])\n"
            "print({'PySide6', 'torch', 'numpy'} & set(sys.modules))\n"
            "main.main(['main.py', 'train', 'gallery:lenet-digits', '--epochs', '1', '--out', 'run'])\n"
            "print({'PySide6', 'pyqtgraph', 'sklearn', 'matplotlib', 'torchvision'} & set(sys.modules))\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines().count("set()") == 2, done.stdout


def test_without_a_display_the_main_job_is_done(tmp_path: Path) -> None:
    done = program(cwd=tmp_path, QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    out, errors = done.communicate(timeout=120)
    assert done.returncode == 0, errors
    assert out.startswith("There is no display here, so no window opens") and re.search(LINE, out, re.MULTILINE)
    written = [tmp_path / line for line in out.splitlines() if line.startswith("runs/")]
    assert [path.suffix for path in written] == [".safetensors", ".png"] and all(path.is_file() for path in written)
    summary = json.loads((written[0].parent / "summary.json").read_text())
    assert summary["validation"]["accuracy"] >= 0.95


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_ctrl_c_stops_cleanly_and_keeps_what_there_is(tmp_path: Path) -> None:
    running = program("train", "gallery:lenet-digits", "--epochs", "5000", "--out", "run", cwd=tmp_path)
    while not (tmp_path / "run" / "metrics.csv").exists():  # an epoch was whole
        assert running.poll() is None
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    out, errors = running.communicate(timeout=60)
    assert running.returncode == 0 and errors == ""
    assert "Stopped: what was learned so far is kept." in out
    begin = r"best epoch \d+ of \d+, stopped in epoch \d+ of 5\xa0000"
    stopped = LINE.replace(r"test acc \d\.\d{3}, ", "").replace(r"best epoch \d+ of \d+", begin)
    assert re.search(stopped, out, re.MULTILINE), "a stop skips the test pass"
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["epochs"] >= summary["best_epoch"] >= 1


def test_help_names_the_program_as_it_was_started(tmp_path: Path) -> None:
    out, errors = program("train", "--help", cwd=tmp_path).communicate(timeout=60)
    assert out.startswith("usage: main.py train ") and errors == ""


def test_help_says_what_can_be_written(tmp_path: Path) -> None:
    out, _ = program("--help", cwd=tmp_path).communicate(timeout=60)
    assert "a picture (.svg, .png, .pdf) or a table of layers (.md, .tex)" in " ".join(out.split())


def test_a_mistyped_command_opens_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "has_display", lambda: pytest.fail("went on"))
    for word in ("chekc", "x" * 5000):
        assert entry.main(["main.py", word]) == 2
        errors = capsys.readouterr().err
        assert errors == (f"error: “{word}” is neither a file nor a command; the commands are check, evaluate, export, "
                          "gallery, look, predict, replay, runs, suspects, sweep, train\n")


def test_headless_is_not_content_with_unverified_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                         small: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(export_module, "FORMATS", [replace(each, tolerance=-1.0) for each in export_module.FORMATS])
    assert headless.main([str(small)]) == 1


def test_headless_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert headless.main(["nowhere.loom"]) == 1
    assert "error: nowhere.loom could not be read" in capsys.readouterr().err


def test_missing_system_libraries_are_one_sentence(capsys: pytest.CaptureFixture[str],
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "missing_library", lambda: "libxcb-cursor.so.0")
    monkeypatch.setattr(headless, "main", lambda _argv: 7)  # the main job is done without a window
    assert entry.main(["main.py"]) == 7
    monkeypatch.setattr(entry, "missing_library", lambda: None)
    monkeypatch.setitem(sys.modules, "app.gui", None)
    with pytest.raises(ImportError):  # not about a library: a fault of ours, and not to be hidden
        entry.main(["main.py"])
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1 and "libxcb-cursor.so.0" in errors and "apt install" in errors and "dnf" in errors


def test_the_libraries_of_qts_platform_are_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert system.missing_library() is None
    needs = "libnowhere.so.7: cannot open shared object file: No such file or directory"

    def lacking(_: str) -> None:
        raise OSError(needs)

    monkeypatch.setattr(system.ctypes, "CDLL", lacking)
    assert system.missing_library() == ("libnowhere.so.7" if sys.platform.startswith("linux") else None)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is one")
def test_a_display_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert not system.has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert system.has_display()
