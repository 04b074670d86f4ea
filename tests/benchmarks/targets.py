"""One way to state a figure: what was measured, and its target. A benchmark that misses one ends with status 1."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]


class Figures:
    """Prints each figure as it comes, and keeps those that miss their target."""

    def __init__(self, title: str) -> None:
        self.missed: list[str] = []
        print(f"\n{title}", flush=True)

    def add(self, what: str, values: float | Sequence[float], unit: str = "ms", *, below: float | None = None,
            above: float | None = None) -> None:
        """One figure; of several values the median counts. A target, if there is one, is a limit that it keeps."""
        several = [values] if isinstance(values, int | float) else list(values)
        value = median(several)
        is_kept = (below is None or value < below) and (above is None or value > above)
        target = " and ".join(f"{sign} {limit:g}" for sign, limit in (("<", below), (">", above)) if limit is not None)
        spread = f"{min(several):.4g} … {max(several):.4g}" if len(several) > 1 else ""
        print(f"  {what:<58} {value:>9.4g} {unit:<4} {spread:<20} {f'target {target}' if target else ''}"
              f"{'' if is_kept else '   MISSED'}", flush=True)
        if not is_kept:
            self.missed.append(what)

    def status(self) -> int:
        """What the benchmark ends with: 0, or 1 where a target was missed."""
        if self.missed:
            print(f"  missed: {'; '.join(self.missed)}{_busy()}", flush=True)
        return 1 if self.missed else 0


def _busy() -> str:
    load, cores = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0, os.cpu_count() or 1
    return f"  (others are at work here: load {load:.1f} on {cores} cores)" if load > cores + 0.5 else ""


def ms(act: Callable[[], object]) -> float:
    """How long one call takes, in milliseconds."""
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)


def times_ms(act: Callable[[], object], count: int) -> list[float]:
    """How long each of so many calls takes, in milliseconds."""
    return [ms(act) for _ in range(count)]


def cold(module: str, call: str, runs: int = 5) -> list[float]:
    """What ``call`` in a benchmark's module answers in so many new processes: nothing is made or remembered there.

    Its files are in the page cache, as they are when a program is started for the second time.
    """
    code = f"import tests.benchmarks.{module} as here; print(here.{call})"
    done = [subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
            for _ in range(runs)]
    return [float(each.stdout.split()[-1]) for each in done]
