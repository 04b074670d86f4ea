"""The whole program: a command runs in the terminal; anything else opens the window, or trains without a display."""

from __future__ import annotations

import gc
import io
import sys
from pathlib import Path

from app.system import has_display, missing_library, missing_sentence

COMMANDS = {"gallery", "check", "train", "replay", "runs", "sweep", "evaluate", "predict", "look", "suspects", "export",
            "-h", "--help"}


def main(argv: list[str] | None = None) -> int:
    """The program, from its whole command line; returns its exit code."""
    argv = sys.argv if argv is None else argv
    for stream in (sys.stdout, sys.stderr):  # names may hold what a terminal cannot show; a window may have neither
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if argv[1:] and argv[1] in COMMANDS:
        try:
            from app.terminal.cli import main as command  # a window does without the terminal

            return command(argv[1:])
        except KeyboardInterrupt:  # before the command itself hears of it
            print("Stopped.", file=sys.stderr)
            return 1
    if argv[1:] and not _may_be_opened(argv[1]):
        names = ", ".join(sorted(name for name in COMMANDS if not name.startswith("-")))
        print(f"error: “{argv[1]}” is neither a file nor a command; the commands are {names}", file=sys.stderr)
        return 2
    return _window(argv) if has_display() else _headless(argv)


def _headless(argv: list[str]) -> int:
    from app.terminal.headless import main as headless  # a window does without this, too

    return headless(argv[1:])


def _may_be_opened(word: str) -> bool:
    """Whether a word is meant for the window; a .loom file that is not there has a better sentence elsewhere."""
    try:
        return word.lower().endswith(".loom") or word.startswith(("gallery:", "-")) or Path(word).exists()
    except OSError:  # a name that no file can have
        return False


def _window(argv: list[str]) -> int:
    gc.disable()  # until the window stands: what is made for it stays, and looking through it takes long
    import engine.experiment.experiment  # noqa: F401  (before Qt, which reads the source of each module imported after it)

    missing = missing_library()
    try:
        if missing is None:
            from app.gui import main as window  # Qt is loaded only where there is a display

            return window(argv)
    except ImportError as error:
        if ".so" not in str(error):
            raise
        missing = str(error).split(":")[0]
    print(missing_sentence(missing), file=sys.stderr)
    gc.enable()
    return _headless(argv)
