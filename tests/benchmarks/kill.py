"""Runs that are killed at random moments, in the terminal or in a window, and go on until they end: each must end as an
uninterrupted one, to the last bit.

    python -m tests.benchmarks.kill [terminal|window] [KILLS] [SEED]
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from random import Random

from engine.data.options.options import Augment
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, save_experiment
from engine.runs.names import BEST, EXPERIMENT, LAST, METRICS
from engine.runs.opened import open_run
from engine.runs.replaying import differences
from tests.engine.cases import MLP, experiment

ROOT = Path(__file__).parents[2]
CONVOLUTION = (("conv1", "Conv2d", {"out_channels": 6, "kernel_size": 3}), ("bn1", "BatchNorm2d", {}),
               ("act0", "ReLU", {}), *MLP[:-1], ("drop1", "Dropout", {"p": 0.3}), MLP[-1])
VARIED = DataSpec(augment=Augment(crop=1, rotate=10.0))
CASES: dict[str, Experiment] = {
    "SGD": experiment(*CONVOLUTION, optimizer="sgd", lr=0.1, epochs=40, batch_size=16),
    "Adam, dropout, augmentation": experiment(*CONVOLUTION, data=VARIED, epochs=40, batch_size=16),
    "one cycle, EMA": experiment(*CONVOLUTION, schedule="one_cycle", averaging="ema:decay=0.99", epochs=40,
                                 batch_size=16, optimizer="momentum", lr=0.05),
    "plateau, gathered, clipped": experiment(*CONVOLUTION, schedule="plateau:patience=2", accumulate=3, clip_norm=1.0,
                                             epochs=40, batch_size=16),
    "folds": experiment(*CONVOLUTION, folds=4, epochs=10, batch_size=16),
}
WINDOW = """
import sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app.features.training import Training
from app.gui import make_window
from app.window.settings import Settings
app = QApplication([])
window = make_window(Settings(Path(sys.argv[1])))
window.open_at_start([sys.argv[2]])
window.show()
def until(true):
    while not true():
        app.processEvents()
        time.sleep(0.002)
until(lambda: window.is_ready)
trainer, top, folder = window.feature(Training).trainer, window.places.top, Path(sys.argv[1]) / "runs"
left = folder.is_dir() and any(folder.iterdir())
end = time.monotonic() + 20
until(lambda: not left or top.go_on.isVisible() or time.monotonic() > end)
(top.go_on if top.go_on.isVisible() else top.train).click()
until(lambda: trainer.state == "running")
print("running", flush=True)
until(lambda: trainer.state == "idle")
window.page.document.history.mark_clean()
window.close()
print("ended", flush=True)
"""


def command(face: str, folder: Path, network: Path, *, again: bool) -> list[str]:
    if face == "window":
        return [sys.executable, "-c", WINDOW, str(folder), str(network)]
    return [sys.executable, "main.py", "train", str(network), "--out", str(folder / "run"), *(
        ["--resume"] if again else [])]


def has_begun(folder: Path) -> bool:
    return any(folder.rglob(EXPERIMENT))


def until_the_end(face: str, folder: Path, network: Path, kills: int, random: Random) -> int:
    """Killed so often at random moments after training has begun, then left alone; how often it really was."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LAYERLOOM_CACHE": str(folder.parent / "cache"),
                   "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    killed = 0
    while True:
        process = subprocess.Popen(command(face, folder, network, again=has_begun(folder)), cwd=ROOT, env=environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if killed < kills and ("running" in line or "Training on" in line):
                time.sleep(random.uniform(0.0, 1.2))
                process.kill()
        process.wait()
        if process.returncode == 0:
            return killed
        if process.returncode != -signal.SIGKILL:
            raise SystemExit(said)
        killed += 1


def run_in(folder: Path) -> Path:
    """Of a window's runs the first that came to its end: one killed before anything was kept is begun anew, and so is
    one that had ended when its window was killed."""
    if (folder / "run").is_dir():
        return folder / "run"
    return min(run for run in (folder / "runs").iterdir() if open_run(run).has_ended)


def is_same(whole: Path, parts: Path) -> bool:
    if open_run(whole).members:
        return not differences(whole, parts)
    return all((whole / name).read_bytes() == (parts / name).read_bytes() for name in (METRICS, LAST, BEST))


def main(face: str = "terminal", kills: str = "20", seed: str = "0") -> int:
    bad = 0
    for name, base in CASES.items():
        with tempfile.TemporaryDirectory() as place:
            network, random = Path(place) / "net.loom", Random(f"{seed} {name}")
            save_experiment(replace(base, title=name), network)
            until_the_end("terminal", Path(place) / "whole", network, 0, random)
            killed = until_the_end(face, Path(place) / "parts", network, int(kills), random)
            same = is_same(run_in(Path(place) / "whole"), run_in(Path(place) / "parts"))
            bad += not same
            print(f"{name}: killed {killed} times in the {face}, {'the same' if same else 'NOT THE SAME'}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
