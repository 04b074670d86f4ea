"""A run on the disk: its folder, its numbers over time, what is said and drawn of them."""
