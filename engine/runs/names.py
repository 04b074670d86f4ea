"""What is in a run's folder. No torch."""

from __future__ import annotations

import re

EXPERIMENT, RUN, SUMMARY = "experiment.loom", "run.json", "summary.json"
METRICS, POINTS, TIMES = "metrics.csv", "points.csv", "times.csv"
CHANGES, REMARKS, HEALTH = "changes.jsonl", "remarks.jsonl", "health.jsonl"
ENDED, ENDED_BATCH = "ended.json", "ended.safetensors"  # where its numbers ended, and the batch in which they did
OLD_CHANGES = "changes.csv"  # of earlier versions
LAST, BEST, CHECKPOINT = "last.safetensors", "best.safetensors", "checkpoint.pt"
MOMENTS = "moments"  # a folder, with the weights on the way
MARKS = "marks.json"  # what a person wrote beside it
START = "start.safetensors"  # what it began with, where that was given
SWEEP, NETWORK = "sweep.json", "network.loom"  # of a sweep: its plan, and what it was made from
SERIES, SERIES_TABLE, SERIES_ROWS = "series.json", "series.csv", "series.jsonl"
# in the order they are removed
RESULTS = (CHECKPOINT, SUMMARY, RUN, METRICS, POINTS, TIMES, CHANGES, OLD_CHANGES, REMARKS, HEALTH, ENDED,
           ENDED_BATCH, LAST, BEST, START)


def member_folder(index: int, title: str) -> str:
    """The folder of a run of a series: ``2-decay 3``; nothing in it that a file system could refuse."""
    name = re.sub(r"[^\w.,=+-]+", " ", title).strip(" .")[:60].strip(" .")
    return f"{index}-{name}" if name else str(index)
