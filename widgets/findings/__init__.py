"""What is found out about a network: small experiments, two samples layer by layer, channels masked one by one."""
