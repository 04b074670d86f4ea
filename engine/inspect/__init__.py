"""Looking into a network: its tensors, its gradients, the time of its layers."""
