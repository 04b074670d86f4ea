"""Train mode against predict mode: batch norm and dropout make one example's answer hang on what is beside it."""

from __future__ import annotations

from math import nan

import numpy as np
import torch
from torch import Tensor

from engine.inspect.lens import MASKED, Lens
from engine.inspect.trying.base import Trying, Tryout, register
from engine.inspect.trying.bench import NORMS, Bench
from engine.inspect.trying.values import Bars, NotHereError, Numbers
from engine.messages import say
from engine.units import measure_text

BESIDE = 16


@register
class Modes(Tryout):
    """One example alone and beside others, as it predicts and as it learns."""

    id = "modes"
    title = "Train mode against predict mode"
    question = "Does the answer hang on what else is in the batch?"
    needs = "batch norm or dropout"

    def check(self, lens: Lens) -> None:
        if not any(isinstance(part, (*NORMS, *MASKED)) for part in lens.modules.values()):
            raise NotHereError("There is neither batch norm nor dropout in this network: both modes are the same")

    def tried(self, bench: Bench) -> Trying:
        lens = yield from bench.grown()
        x, _ = bench.examples(2 * BESIDE + 1)
        one, some, others = x[:1], x[1: BESIDE + 1], x[BESIDE + 1:]
        rows = dict[str, Numbers]()
        for training, mode in ((False, "predict"), (True, "train")):
            lens.train(training)
            rows[f"{mode}, alone"] = self._answer(bench, lens, one, 1)
            rows[f"{mode}, beside some"] = self._answer(bench, lens, torch.cat([one, some]), 2)
            rows[f"{mode}, beside others"] = self._answer(bench, lens, torch.cat([one, others]), 3)
        far = {mode: self._far(rows, mode) for mode in ("predict", "train")}
        count = len(rows["predict, alone"])
        alone = rows["train, alone"]
        told = {"predict": measure_text(far["predict"]), "train": measure_text(far["train"])}
        sentence = say("As it predicts, an example's answer moves by {predict} with what is beside it; as it learns, "
                       "by {train} from batch to batch.", **told)
        if np.isnan(alone).any():
            sentence = say("{told} Alone it cannot learn: batch norm needs several examples.", told=sentence)
        return self.found(sentence, Bars(tuple(map(bench.class_name, range(count))), rows,
                                         say("probability") if bench.classes else say("answer")))

    def _answer(self, bench: Bench, lens: Lens, x: Tensor, seed: int) -> Numbers:
        """Of the first; nan where it cannot be: batch norm learns from several only."""
        bench.go_on()
        answer = lens.look(x, seed=seed).answer
        if answer is None:
            return np.full(bench.experiment.data.output_shape or (1,), nan).reshape(-1)
        found: Numbers = bench.shares(answer[:1])[0].numpy()
        return found

    def _far(self, rows: dict[str, Numbers], mode: str) -> float:
        """How far the answer moves at most with what is beside it."""
        some, others = (rows[f"{mode}, beside {which}"] for which in ("some", "others"))
        return float(np.abs(some - others).max())
