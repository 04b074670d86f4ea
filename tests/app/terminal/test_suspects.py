"""“suspects” as a person types it: a table or JSON of likely mislabelled examples, and what is said without folds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app import program
from engine import DataSpec, fit, record
from engine.data.spec.reading import described
from engine.runs.suspects import suspects
from engine.training.series import fit_series
from tests.engine.cases import experiment


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A k-fold run on a table of which two rows are in the wrong class."""
    place, a = tmp_path_factory.mktemp("suspects"), np.linspace(-2, 2, 120)
    names = ["high" if (value > 0) != (row in (10, 100)) else "low" for row, value in enumerate(a)]
    (place / "t.csv").write_text("\n".join(["a,y", *(f"{value:.4f},{name}" for value, name in zip(a, names,
                                                                                                 strict=True))]))
    data = described(DataSpec(dataset="table", path=str(place / "t.csv"), seed=1))
    made = experiment(("fc", "Linear", {"out_features": 2}), data=data, folds=2, epochs=15, batch_size=16, lr=0.2)
    list(record(fit_series(made), made, place / "run"))
    return place / "run"


def say(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    code = program.main(["main.py", *map(str, argv)])
    return code, *capsys.readouterr()


def test_the_likeliest_are_listed_with_what_is_suggested(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = suspects(run)
    code, out, _ = say(capsys, "suspects", run, "--limit", 1)
    lines = out.splitlines()
    assert code == 0 and lines[0].split() == ["example", "given", "suggested", "confidence", "margin"]
    first = found.found[0]
    assert lines[1].split()[:3] == [f"train:{first.id.number}", first.given, first.suggested]
    assert f"{found.count} of {found.judged} examples are likely mislabelled" in lines[2] and len(lines) == 3


def test_as_json_with_every_number(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = suspects(run)
    code, out, _ = say(capsys, "suspects", run, "--json")
    told = json.loads(out)
    assert code == 0 and (told["count"], told["judged"], told["examples"]) == (found.count, found.judged, found.total)
    assert told["suspects"][0] == {
        "part": "train", "index": found.found[0].id.number, "fold": found.found[0].fold,
        "given": found.found[0].given, "suggested": found.found[0].suggested,
        "confidence": pytest.approx(found.found[0].confidence), "margin": pytest.approx(found.found[0].margin)}


def test_what_is_no_k_fold_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = experiment(epochs=1)
    list(record(fit(made), made, tmp_path / "run"))
    assert say(capsys, "suspects", tmp_path / "run")[::2] == (
        2, f"error: {tmp_path / 'run'} is no k-fold run: which labels are likely wrong is seen where every example is "
        "judged by a network that has not learned it. Set K-fold in the recipe and train\n")
    code, _, error = say(capsys, "suspects", tmp_path)
    assert code == 2 and "is not a run" in error
    with pytest.raises(SystemExit):
        say(capsys, "suspects", tmp_path, "--limit", "-3")
    assert "'-3' is no number of examples" in capsys.readouterr().err
