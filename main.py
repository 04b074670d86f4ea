"""Layerloom: a command runs in the terminal; anything else opens the window, or trains where there is no display."""

from __future__ import annotations

import sys

COMMANDS = {"gallery", "check", "train", "export", "-h", "--help"}


def main(argv: list[str]) -> int:
    """The program; returns its exit code."""
    if argv and argv[0] in COMMANDS:
        from app.cli import main as run
    elif has_display():
        run = window
    else:
        from app.headless import main as run
    return run(argv)


def window(argv: list[str]) -> int:
    """Open the window, or say which system libraries it lacks."""
    try:
        from app.gui import main as run

        return run(argv)
    except ImportError as error:
        if ".so" not in str(error):
            raise
        print(missing_sentence(str(error).split(":")[0]), file=sys.stderr)
        return 1


if __name__ == "__main__":
    from app.system import has_display, missing_sentence

    sys.exit(main(sys.argv[1:]))
