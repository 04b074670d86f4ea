"""One run at a time writes into a folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from engine.files import WriteError
from engine.runs.claim import claim, release
from engine.runs.folder import record
from engine.runs.names import CHECKPOINT, EXPERIMENT, METRICS
from engine.runs.opened import RunError
from engine.runs.resuming import load_checkpoint
from engine.training import fit
from engine.training.events import EpochEnded, Finished, RunNotSaved
from tests.engine.cases import experiment, of_type, with_recipe

BASE = experiment(epochs=3)


@pytest.fixture(autouse=True)
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAYERLOOM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "writing"


@pytest.fixture
def other(tmp_path: Path) -> subprocess.Popen[bytes]:
    """Another process that writes into the folder “run”."""
    code = ("import sys, time\nfrom pathlib import Path\nfrom engine.runs.claim import claim\n"
            "claim(Path(sys.argv[1]))\nprint('claimed', flush=True)\ntime.sleep(60)\n")
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "run")], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"claimed\n"
    return process


def test_while_another_process_writes_there_nothing_is_written(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    folder = tmp_path / "run"
    events = list(record(fit(BASE), BASE, folder))
    [refused] = of_type(events, RunNotSaved)
    assert f"another run is being written there (process {other.pid})" in str(refused.message)
    assert isinstance(events[-1], Finished) and not folder.exists()
    other.kill()
    other.wait()
    assert not of_type(list(record(fit(BASE), BASE, folder)), RunNotSaved), "it is gone"
    assert (folder / CHECKPOINT).exists()


def test_a_note_goes_with_its_run(tmp_path: Path, notes: Path) -> None:
    running = record(fit(BASE), BASE, tmp_path / "run")
    next(event for event in running if isinstance(event, EpochEnded))
    assert len(list(notes.iterdir())) == 1
    running.close()  # type: ignore[attr-defined]
    assert list(notes.iterdir()) == []


def test_what_is_no_note_of_a_living_process_does_not_count(tmp_path: Path, notes: Path) -> None:
    note = claim(tmp_path / "run")
    assert note is not None and claim(tmp_path / "run") == note, "it is ours"
    for text in ("", "nonsense", f"{psutil.Process().ppid()} 1.0", "999999999 1.0"):
        note.write_text(text)
        assert claim(tmp_path / "run") == note
    release(note)
    release(None)
    assert not note.exists()


def test_where_no_note_can_be_kept_a_run_is_kept_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LAYERLOOM_CACHE", str(tmp_path / "file"))
    assert claim(tmp_path / "run") is None
    assert not of_type(list(record(fit(BASE), BASE, tmp_path / "run")), RunNotSaved)


# -- what would be lost -----------------------------------------------------------------------------------------------


def test_a_run_whose_checkpoint_is_gone_is_not_begun_again_by_itself(tmp_path: Path) -> None:
    list(record(fit(BASE), BASE, tmp_path))
    (tmp_path / CHECKPOINT).unlink()
    with pytest.raises(RunError, match=r"has no checkpoint.pt any more: .* would replace what is there"):
        load_checkpoint(tmp_path, BASE)
    (tmp_path / METRICS).unlink()
    assert load_checkpoint(tmp_path, BASE) is None, "there is nothing to lose"


def test_what_is_different_in_the_recipe_is_named(tmp_path: Path) -> None:
    list(record(fit(BASE), BASE, tmp_path))
    with pytest.raises(RunError, match=r"another recipe: .* \(lr: 0.005, not 0.5, seed: 0, not 3\)"):
        load_checkpoint(tmp_path, with_recipe(BASE, lr=0.5, seed=3))


def test_a_folder_that_may_not_be_looked_into_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WriteError, match="could not be made"):
        raise next(WriteError("{reason}", reason=event.message) for event in record(
            fit(BASE), BASE, tmp_path / ("n" * 300)) if isinstance(event, RunNotSaved))
    with pytest.raises(RunError, match=f"there is no {EXPERIMENT} in it"):
        load_checkpoint(tmp_path / ("n" * 300), BASE)


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    note = claim(tmp_path / "c5\udcff")
    assert note is not None and note.exists()
    release(note)
