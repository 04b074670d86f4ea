"""Layerloom from its source: ``python main.py``. Installed, the same is the command ``layerloom``."""

import sys

from app.program import main

if __name__ == "__main__":
    sys.exit(main())
