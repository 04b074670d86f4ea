"""Sweeps that are killed at random moments, or whose processes are, and go on until they end: each must end as an
undisturbed one, run by run and to the last bit.

    python -m tests.benchmarks.kill_sweep [KILLS] [SEED]
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from engine.experiment.experiment import Experiment, save_experiment
from engine.runs.names import BEST, LAST, METRICS
from engine.runs.sweeping.crew import MODULE
from engine.runs.sweeping.log import has_sweep
from engine.runs.sweeping.opened import Sweep, open_sweep
from tests.benchmarks.kill import CONVOLUTION, VARIED
from tests.engine.cases import experiment

ROOT = Path(__file__).parents[2]
ENDS_S = 30.0
CASES: dict[str, tuple[Experiment, tuple[str, ...]]] = {
    "a grid in two processes": (experiment(*CONVOLUTION, epochs=32, batch_size=32),
                                ("--over", "lr=0.001,0.01", "--over", "drop1.p=0.1,0.5", "--over", "seed=0..2")),
    "halved": (experiment(*CONVOLUTION, data=VARIED, epochs=16, batch_size=32),
               ("--over", "lr=1e-5,0.0003,0.003,0.03", "--over", "seed=0..2", "--halving")),
    "drawn, halved by three": (experiment(epochs=81, batch_size=16), ("--over", "lr=1e-5..0.3", "--over",
                               "optimizer=adam,momentum", "--runs", "12", "--halving", "3")),
}


def command(network: Path, over: tuple[str, ...], folder: Path) -> list[str]:
    return [sys.executable, "main.py", "sweep", str(network), *over, "--processes", "2", "--out", str(folder)]


def begun(network: Path, over: tuple[str, ...], folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1",
                   "LAYERLOOM_CACHE": str(folder.parent / "cache")}
    return subprocess.Popen(command(network, over, folder), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return [each for each in psutil.Process(process.pid).children() if MODULE in " ".join(each.cmdline())]
    except psutil.Error:
        return []


def until_the_end(network: Path, over: tuple[str, ...], folder: Path, kills: int) -> tuple[int, int]:
    """Killed so often at random, or its processes, then left alone; how often each was."""
    whole = parts = 0
    while True:
        process = begun(network, over, folder)
        while whole + parts < kills and process.poll() is None:
            time.sleep(random.uniform(0.5, 4.0))
            here = workers(process)
            if process.poll() is not None:
                break
            if parts <= whole and here:
                os.kill(random.choice(here).pid, signal.SIGKILL)
                parts += 1
                continue
            process.kill()
            if psutil.wait_procs(here, ENDS_S)[1]:
                raise SystemExit("a process has outlived its sweep")
            whole += has_sweep(folder)
        errors = process.communicate()[1]
        if process.returncode == 0:
            return whole, parts
        if process.returncode != -signal.SIGKILL:
            raise SystemExit(errors)


def told(sweep: Sweep) -> list[tuple[object, ...]]:
    """A run that was twice without its process was left out for that, which is no difference."""
    return [(member.setting, member.state, str(member.reason)) for member in sweep.members]


def differing(whole: Sweep, parts: Sweep) -> list[str]:
    return [mine.setting.title for mine, theirs in zip(whole.members, parts.members, strict=True) if any(
        (mine.folder / name).read_bytes() != (theirs.folder / name).read_bytes() for name in (METRICS, LAST, BEST))]


def main(kills: str = "12", seed: str = "0") -> int:
    random.seed(int(seed))
    bad = 0
    for name, (base, over) in CASES.items():
        with tempfile.TemporaryDirectory() as place:
            network = Path(place) / "net.loom"
            save_experiment(base, network)
            until_the_end(network, over, Path(place) / "whole", 0)
            counts = until_the_end(network, over, Path(place) / "parts", int(kills))
            while any(member.failure == "failed" for member in open_sweep(Path(place) / "parts").members):
                until_the_end(network, over, Path(place) / "parts", 0)  # whose process was killed twice
            whole, parts = open_sweep(Path(place) / "whole"), open_sweep(Path(place) / "parts")
            other = differing(whole, parts) if told(whole) == told(parts) else ["what is told of them"]
            bad += bool(other)
            print(f"{name}: the sweep was killed {counts[0]} times, its processes {counts[1]} times: "
                  f"{'NOT THE SAME: ' + ', '.join(other) if other else 'the same'}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
