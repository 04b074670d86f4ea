"""An open network: its state, undo, the level one is at, the page that shows it."""
