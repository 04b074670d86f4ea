"""What belongs to a run: recipe, curves, progress."""
