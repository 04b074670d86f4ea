"""Why a network answers as it does: what it looked at, what it needs, and what each part of it can see."""
