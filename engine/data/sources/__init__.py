"""Where data come from: each kind of file, read into arrays."""
