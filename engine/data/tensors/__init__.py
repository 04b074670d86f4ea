"""Arrays as splits and batches of tensors."""
