"""From the command line to the window: what is opened, what runs in the terminal, and what is said instead."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app import gui, program, system
from app.terminal import cli, headless
from engine.experiment.experiment import DEFAULT

ROOT = Path(__file__).parents[2]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """What is started instead of being run, with what it is told; each ends with a number of its own."""
    found: list[tuple[str, list[str]]] = []
    for module, name, code in ((cli, "terminal", 3), (headless, "headless", 4), (gui, "window", 5)):
        monkeypatch.setattr(module, "main", lambda argv, name=name, code=code: found.append((name, argv)) or code)
    monkeypatch.setattr(gc, "disable", lambda: None)
    return found


@pytest.mark.parametrize(("argv", "display", "what", "told", "code"), [
    (["check", "a.loom"], True, "terminal", ["check", "a.loom"], 3),
    (["-h"], False, "terminal", ["-h"], 3),
    ([], True, "window", ["layerloom"], 5),
    (["a.loom", "b.loom"], True, "window", ["layerloom", "a.loom", "b.loom"], 5),
    (["gallery:mlp"], True, "window", ["layerloom", "gallery:mlp"], 5),
    (["--style=fusion"], True, "window", ["layerloom", "--style=fusion"], 5),
    ([], False, "headless", [], 4), (["a.loom"], False, "headless", ["a.loom"], 4),
])  # fmt: skip
def test_a_command_a_window_or_neither(argv, display, what, told, code, started, monkeypatch):
    monkeypatch.setattr(program, "has_display", lambda: display)
    monkeypatch.setattr(program, "missing_library", lambda: None)
    assert program.main(["layerloom", *argv]) == code
    assert started == [(what, told)]


def test_a_file_that_is_there_is_opened_and_another_word_is_a_mistake(started, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(program, "has_display", lambda: True)
    monkeypatch.setattr(program, "missing_library", lambda: None)
    (tmp_path / "net").write_text("")
    monkeypatch.setattr(sys, "argv", ["layerloom", str(tmp_path / "net")])
    assert program.main() == 5 and started == [("window", sys.argv)]
    for word in ("chekc", "a" * 5000):
        assert program.main(["layerloom", word]) == 2
        assert capsys.readouterr().err == (
            f"error: “{word}” is neither a file nor a command; the commands are check, evaluate, export, gallery, "
            "look, predict, replay, runs, suspects, sweep, train\n")
    assert len(started) == 1


def test_without_a_library_it_trains_without_a_window_and_another_mistake_is_none(started, monkeypatch, capsys):
    def fails(words: str) -> None:
        def window(_argv: list[str]) -> int:
            raise ImportError(words)

        monkeypatch.setattr(gui, "main", window)

    monkeypatch.setattr(program, "has_display", lambda: True)
    monkeypatch.setattr(program, "missing_library", lambda: "libxcb.so.1")
    assert program.main(["layerloom", "a.loom"]) == 4 and started.pop() == ("headless", ["a.loom"])
    assert capsys.readouterr().err == f"{system.missing_sentence('libxcb.so.1')}\n"
    monkeypatch.setattr(program, "missing_library", lambda: None)
    fails("libEGL.so.1: cannot open shared object file")
    assert program.main(["layerloom"]) == 4 and started.pop() == ("headless", [])
    assert capsys.readouterr().err.startswith("The window needs the system library libEGL.so.1. ")
    fails("No module named 'pyqtgraph'")
    with pytest.raises(ImportError, match="pyqtgraph"):
        program.main(["layerloom"])


@pytest.mark.parametrize("named", [
    {"DISPLAY": ":99"}, {"WAYLAND_DISPLAY": "wayland-99"}, {"QT_QPA_PLATFORM": "nonsense"},
    {"QT_QPA_PLATFORM": "linuxfb:fb=/dev/nothing"}, {"DISPLAY": ":99", "QT_QPA_PLATFORM": "xcb;wayland"},
    {"QT_QPA_PLATFORM": "xcb", "QT_QPA_PLATFORM_PLUGIN_PATH": "/nowhere"},
], ids=lambda named: " ".join(named.values()))  # fmt: skip
def test_a_display_that_does_not_answer_is_none(named, tmp_path):
    """Qt would end the process: it trains without a window instead, and says why."""
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "DISPLAY", "WAYLAND"))}
    (tmp_path / "broken.loom").write_text("{")
    ran = subprocess.run([sys.executable, ROOT / "main.py", "broken.loom"], cwd=tmp_path, env=usual | named, text=True,
                         capture_output=True, timeout=100)
    assert ran.stdout == "There is no display here, so no window opens: Layerloom trains without one.\n"
    assert ran.returncode == 1 and "error: " in ran.stderr and "Reinstalling" not in ran.stderr


def test_names_that_a_terminal_cannot_show_do_not_end_it(started, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", None)  # a window may have none
    program.main(["layerloom", "gallery"])
    print("λ", file=stream, flush=True)
    assert stream.buffer.getvalue() == b"?\n"  # type: ignore[attr-defined]


# -- the window -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("argv", "name"), [([], DEFAULT.removeprefix("gallery:")), (["gallery:mlp"], "mlp")])
def test_the_window_opens_with_what_was_named(argv, name, qapp, qtbot, monkeypatch):
    seen, left, frozen, freezing = [], [], [], []
    monkeypatch.setattr(gc, "freeze", lambda: freezing.append(1))

    def run() -> int:
        [window] = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, gui.MainWindow)
                    and widget.isVisible()]
        frozen.append(len(freezing))
        qtbot.waitUntil(lambda: window.is_ready, timeout=60_000)
        frozen.append(len(freezing))
        seen.append(([page.document.name for page in window.pages], bool(left)))
        window.close()
        window.deleteLater()
        return 7

    monkeypatch.setattr(QApplication, "exec", staticmethod(run))
    monkeypatch.setattr(gui, "leave_text", lambda: left.append(1))
    qapp.setWindowIcon(qapp.windowIcon().__class__())
    assert gui.main(["layerloom", *argv]) == 7
    assert seen == [([name], False)] and left == [1]
    assert frozen == [1, 2], "what is there at first, and with PyTorch"
    assert qapp.applicationName() == qapp.applicationDisplayName() == "Layerloom"
    assert not qapp.windowIcon().isNull()


# -- the system -----------------------------------------------------------------------------------------------------


def test_elsewhere_than_on_linux_there_is_a_display_and_nothing_is_missing(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert system.has_display() is True and system.missing_library() is None


@pytest.mark.parametrize(("started", "name"), [("/opt/main.py", "main.py"), ("/usr/bin/layerloom", "layerloom"),
                                               ("-c", "layerloom")])
def test_it_is_called_as_it_was_started(started, name, monkeypatch):
    monkeypatch.setattr(sys, "argv", [started])
    assert system.program_name() == name


def test_a_plugin_that_cannot_be_loaded_names_its_library(monkeypatch, tmp_path):
    def load(path: str) -> None:
        raise OSError(reasons[Path(path).stem])

    reasons = {"libqmissing": "libxcb.so.1: cannot open shared object file: No such file", "libqtorn": "file too short"}
    monkeypatch.setattr(system.ctypes, "CDLL", load)
    monkeypatch.setattr(system, "find_spec", lambda _: type("Spec", (), {"submodule_search_locations": [tmp_path]}))
    plugins = tmp_path / "Qt" / "plugins" / "platforms"
    plugins.mkdir(parents=True)
    for stem in reasons:
        (plugins / f"{stem}.so").write_text("")
    for platform, library in (("missing", "libxcb.so.1"), ("missing:size=3;other", "libxcb.so.1"), ("torn", None),
                              ("none", None)):
        monkeypatch.setenv("QT_QPA_PLATFORM", platform)
        assert system.missing_library() == library
    monkeypatch.setattr(system, "find_spec", lambda _: None)
    monkeypatch.setenv("QT_QPA_PLATFORM", "missing")
    assert system.missing_library() is None, "without Qt something else is said"
