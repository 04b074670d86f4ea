"""What the window can do, one ability a file: its commands, its page, what it wants of a page of the canvas."""
