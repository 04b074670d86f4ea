"""Many runs of one network: what to try, what each attempt came to, what waits for its turn."""
