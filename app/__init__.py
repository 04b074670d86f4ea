"""The running program: state, window, threads, command line."""
