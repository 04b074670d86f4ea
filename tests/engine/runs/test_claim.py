"""One run at a time writes into a folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.files import WriteError
from engine.messages import say
from engine.runs.claim import LOCK, OWNER, ClaimedError, claim, is_being_written
from engine.runs.continuing import going_on
from engine.runs.folder import record
from engine.runs.left import left_runs
from engine.runs.names import CHECKPOINT, EXPERIMENT, METRICS
from engine.runs.naming import new_run_folder
from engine.runs.opened import RunError, open_run
from engine.runs.replaying import replay_of
from engine.runs.resuming import load_checkpoint
from engine.training import fit
from engine.training.events import DataRead, EpochEnded, Event, Finished, Preparing, RunNotSaved, Started
from tests.engine.cases import experiment, of_type, with_recipe

BASE = experiment(epochs=3)
CLAIMING = ("import sys, time\nfrom pathlib import Path\nfrom engine.files import WriteError\n"
            "from engine.runs.claim import claim\nsys.stdin.readline()\ntry:\n    mine = claim(Path(sys.argv[1]))\n"
            "except WriteError:\n    print('refused', flush=True)\nelse:\n    print('claimed', flush=True)\n"
            "sys.stdin.readline()\n")


def claiming(folder: Path) -> subprocess.Popen[str]:
    """A process that tries to take the folder once it is told to, and then waits."""
    return subprocess.Popen([sys.executable, "-c", CLAIMING, str(folder)], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes into the folder “run”."""
    process = claiming(tmp_path / "run")
    told(process)
    assert answer(process) == "claimed"
    yield process
    process.kill()
    process.communicate()


def test_while_another_process_writes_there_nothing_is_written(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    folder = tmp_path / "run"
    with pytest.raises(ClaimedError, match=rf"another run is being written there \(process {other.pid} on "):
        list(record(fit(BASE), BASE, folder))
    assert {path.name for path in folder.iterdir()} == {LOCK, OWNER}
    other.kill()
    other.wait()
    assert not of_type(list(record(fit(BASE), BASE, folder)), RunNotSaved), "it is gone"
    assert (folder / CHECKPOINT).exists() and not (folder / LOCK).exists() and not (folder / OWNER).exists()


def test_of_several_that_begin_at_once_one_has_it(tmp_path: Path) -> None:
    processes = [claiming(tmp_path) for _ in range(4)]
    for process in processes:
        told(process)
    assert sorted(map(answer, processes)) == ["claimed", *["refused"] * 3]
    for process in processes:
        process.communicate("\n")


def test_two_runs_of_one_process_do_not_write_there_either(tmp_path: Path) -> None:
    running = record(fit(BASE), BASE, tmp_path)
    next(event for event in running if isinstance(event, EpochEnded))
    with pytest.raises(ClaimedError):
        list(record(fit(BASE), BASE, tmp_path))
    running.close()
    assert not of_type(list(record(fit(BASE), BASE, tmp_path)), RunNotSaved)


def test_what_a_killed_process_left_is_no_claim(tmp_path: Path) -> None:
    for name in (LOCK, OWNER):
        (tmp_path / name).write_bytes(b"\xff nonsense")
    mine = claim(tmp_path)
    assert mine is not None
    mine.release()
    assert not list(tmp_path.iterdir())


def test_where_no_lock_can_be_held_a_run_is_kept_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr("engine.runs.claim.FileLock.acquire", refuse)
    assert claim(tmp_path / "run") is None
    assert not of_type(list(record(fit(BASE), BASE, tmp_path / "run")), RunNotSaved)


# -- a folder that is removed while a run is written there -----------------------------------------------------------


def test_written_again_it_is_claimed_again(tmp_path: Path) -> None:
    refused = 0
    for event in record(fit(BASE), BASE, tmp_path / "run"):
        if isinstance(event, EpochEnded) and event.epoch == 1:
            shutil.rmtree(tmp_path / "run")
        if isinstance(event, EpochEnded) and event.epoch == 2:
            with pytest.raises(ClaimedError):
                list(record(fit(BASE), BASE, tmp_path / "run"))
            refused += 1
    assert refused and open_run(tmp_path / "run").has_ended and not (tmp_path / "run" / LOCK).exists()


@pytest.mark.parametrize("ends", [False, True], ids=["goes on", "has ended"])
def test_where_another_run_was_begun_since_nothing_is_written_any_more(ends: bool, tmp_path: Path) -> None:
    """This one goes on all the same: what it learns can still be seen."""
    other, events = with_recipe(BASE, lr=0.1), list[Event]()
    theirs = record(fit(other), other, tmp_path / "run")
    for event in record(fit(BASE), BASE, tmp_path / "run"):
        events.append(event)
        if isinstance(event, EpochEnded) and event.epoch == 1:
            shutil.rmtree(tmp_path / "run")
            next(each for each in theirs if isinstance(each, Finished if ends else EpochEnded))
            if ends:
                theirs.close()
    assert [str(each.message) for each in of_type(events, RunNotSaved)] == [
        f"{tmp_path / 'run'} was removed, and another run is written there by now: nothing more of this one is kept"]
    assert isinstance(events[-1], Finished)
    assert (tmp_path / "run" / LOCK).exists() is not ends, "the other's claim stays"
    list(theirs)
    assert open_run(tmp_path / "run").experiment == other and len(open_run(tmp_path / "run").state.epochs) == 3


def test_a_lock_that_alone_was_removed_is_made_again(tmp_path: Path) -> None:
    for event in record(fit(BASE), BASE, tmp_path):
        if isinstance(event, EpochEnded) and event.epoch == 1:
            (tmp_path / LOCK).unlink()
        if isinstance(event, EpochEnded) and event.epoch == 2:
            assert is_being_written(tmp_path)
    assert open_run(tmp_path).has_ended


# -- a run that does not begin ---------------------------------------------------------------------------------------


def test_a_folder_for_a_run_that_is_refused_goes_again(tmp_path: Path) -> None:
    list(record(fit(BASE), BASE, tmp_path / "run"))
    going = going_on(tmp_path / "run", with_recipe(BASE, epochs=5))
    with pytest.raises(WriteError, match="no"):
        list(record(refused(), going.experiment, going.folder, going.checkpoint, about=going.about))
    with pytest.raises(WriteError, match="no"):
        list(record(refused(), BASE, tmp_path / "other"))
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("here", [False, True], ids=["in another folder", "in its own"])
def test_a_run_that_had_begun_stays(here: bool, tmp_path: Path) -> None:
    list(record(fit(BASE), BASE, tmp_path / "run"))
    going = going_on(tmp_path / "run", BASE if here else with_recipe(BASE, epochs=5))
    for event in record(fit(going.experiment, resume=going.checkpoint), going.experiment, going.folder,
                        going.checkpoint, about=going.about):
        if isinstance(event, Started):
            break
    again = going_on(going.folder, going.experiment)
    with pytest.raises(WriteError, match="no"):
        list(record(refused(), again.experiment, again.folder, again.checkpoint, about=again.about))
    assert open_run(going.folder).begun and (going.folder / CHECKPOINT).exists()


def refused() -> Iterator[Event]:
    """A run that is refused before it begins."""
    yield Preparing(say("Reading"), 0, 0)
    yield DataRead(())
    raise WriteError("no")


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
    with pytest.raises(RunError, match=r"another recipe: .* \(lr 0.005 → 0.5, seed 0 → 3\)"):
        load_checkpoint(tmp_path, with_recipe(BASE, lr=0.5, seed=3))


def test_a_folder_that_may_not_be_looked_into_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WriteError, match="could not be made"):
        raise next(WriteError("{reason}", reason=event.message) for event in record(
            fit(BASE), BASE, tmp_path / ("n" * 300)) if isinstance(event, RunNotSaved))
    with pytest.raises(RunError, match=f"there is no {EXPERIMENT} in it"):
        load_checkpoint(tmp_path / ("n" * 300), BASE)


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_name_that_no_folder_can_have_is_a_sentence(name: str, tmp_path: Path) -> None:
    for folder in (tmp_path / name, tmp_path / name / "run"):
        for use in (open_run, replay_of, lambda folder: load_checkpoint(folder, BASE),
                    lambda folder: going_on(folder, BASE)):
            with pytest.raises(RunError, match="is not a run"):
                use(folder)
        [said] = of_type(list(record(fit(BASE), BASE, folder)), RunNotSaved)[:1]
        assert str(said.message).endswith("could not be made: no file can be called so")
        assert new_run_folder(folder, "net").parent == folder and left_runs([folder], 1) == [], "it is only named"
    list(record(fit(BASE), BASE, tmp_path / "run"))
    with pytest.raises(WriteError, match="no file can be called so"):
        going_on(tmp_path / "run", with_recipe(BASE, epochs=5), lambda: tmp_path / name)


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    mine = claim(tmp_path / "c5\udcff")
    assert mine is not None and (tmp_path / "c5\udcff" / LOCK).exists()
    mine.release()
