"""Files that PyTorch wrote, read by opcodes of our own: without running them, and without believing their numbers."""
