"""Layerloom: a command runs in the terminal; anything else opens the window, or trains where there is no display."""

from __future__ import annotations

import sys

from app.system import has_display, missing_library, missing_sentence

COMMANDS = {"gallery", "check", "train", "export", "-h", "--help"}


def main(argv: list[str]) -> int:
    """The program, from its whole command line; returns its exit code."""
    if argv[1:] and argv[1] in COMMANDS:
        from app.cli import main as command

        return command(argv[1:])
    if not has_display():
        from app.headless import main as headless

        return headless(argv[1:])
    return _window(argv)


def _window(argv: list[str]) -> int:
    missing = missing_library()
    try:
        if missing is None:
            from app.gui import main as window

            return window(argv)
    except ImportError as error:
        if ".so" not in str(error):
            raise
        missing = str(error).split(":")[0]
    print(missing_sentence(missing), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
