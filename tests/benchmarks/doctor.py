"""Each finding of the doctor, provoked by a small training and cured by its own repair; and runs that are well.

    python -m tests.benchmarks.doctor [--quick]

Writes ``doctor.md`` beside this file. Ends with 1 where a finding is not made, does not help, or a healthy run has one.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from engine.experiment.experiment import Experiment, load_experiment
from engine.training import fit
from engine.training.doctor.kinds import KINDS
from engine.training.events import EpochEnded, Remark
from tests.benchmarks.bench_training import mnist
from tests.engine.cases import of_type
from tests.engine.training.doctor.sick import SICK, Sick, cured, found, run

HEALTHY = ("lenet-relu", "lenet-bn", "mlp-dropout", "residual-small", "linreg")
HEAD = """# What the doctor finds

Made by `python -m tests.benchmarks.doctor`. Every network below learns the bundled digits (8×8, 1 797 of them); the
second number is of the same training after one press of the cure's button. Recall is the mean over the classes.

| finding | provoked by | cure | measure | before | after | other findings before |
|---|---|---|---|---|---|---|
"""
WELL = """
## Runs that are well

Real MNIST (linreg: made numbers), the gallery's own recipes, three seeds each.

| network | seed | epochs | reached | findings |
|---|---|---|---|---|
"""


def main() -> int:
    is_quick, wrong, lines = "--quick" in sys.argv, 0, [HEAD]
    for case in SICK:
        line, is_well = sick_row(case)
        lines.append(line)
        wrong += not is_well
    lines.append(WELL)
    with mnist() as root:
        for name in HEALTHY:
            for seed in range(1 if is_quick else 3):
                line, count = healthy_row(name, seed, root, epochs=1 if is_quick else None)
                lines.append(line)
                wrong += count
    if not is_quick:
        Path(__file__).with_suffix(".md").write_text("".join(lines), encoding="utf-8")
    return int(wrong > 0)


def sick_row(case: Sick) -> tuple[str, bool]:
    """A line of the table; whether it was found, and the cure helped."""
    events, before = run(case.make, case.data, case.part)
    said = found(events)
    mine = next((remark for remark in said if remark.kind == case.kind), None)
    if mine is None:
        print(f"{case.kind}: not found, but {[remark.kind for remark in said]}", flush=True)
        return "", False
    after = run(cured(case, mine), case.data, case.part)[1]
    values = [metrics.named[case.measure] for metrics in (before, after)]
    others = ", ".join(remark.kind for remark in said if remark is not mine)
    cells = (case.kind, case.how, case.cure, f"{case.part} {case.measure}", *(f"{each:.3f}" for each in values), others)
    line = f"| {' | '.join(cells)} |\n"
    print(line, end="", flush=True)
    return line, values[1] > values[0] + case.worse


def healthy(name: str, seed: int) -> Experiment:
    """A network of the gallery on real MNIST, in place of what is not at hand."""
    base = load_experiment(f"gallery:{name}")
    if base.data.task == "classification":
        base = replace(base, data=base.data.with_dataset("mnist"))
    return replace(base, recipe=base.recipe.with_options(seed=seed))


def healthy_row(name: str, seed: int, root: Path, epochs: int | None = None) -> tuple[str, int]:
    """A line, and how many findings there were."""
    base = healthy(name, seed)
    if epochs is not None:
        base = replace(base, recipe=base.recipe.with_options(epochs=epochs))
    events = list(fit(base, root=root))
    said = [remark for remark in of_type(events, Remark) if KINDS[remark.kind].is_finding]
    last = of_type(events, EpochEnded)[-1].validation.named
    reached = f"accuracy {last['accuracy']:.3f}" if "accuracy" in last else f"R² {last['r2']:.5f}"
    line = f"| {name} | {seed} | {base.recipe.epochs} | {reached} | {', '.join(r.kind for r in said) or 'none'} |\n"
    print(line, *(f"   {remark.message}\n" for remark in said), end="", sep="", flush=True)
    return line, len(said)


if __name__ == "__main__":
    sys.exit(main())
