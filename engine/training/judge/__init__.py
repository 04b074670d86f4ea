"""What a run shows: whether it goes well, and what it came to."""
