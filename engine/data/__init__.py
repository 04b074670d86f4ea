"""Data: what there is (spec), where it comes from (sources), how it becomes batches (tensors)."""
