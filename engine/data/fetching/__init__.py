"""Where data lie, and how they get there."""
