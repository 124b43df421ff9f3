"""Other people's evaluation harnesses: inspect_ai and lm-evaluation-harness ask, and what they get is scored here.

Both use the prompt, the reading of answers and the scorer of ``dragoman run chat:MODEL``, so that the same answers have
the same scores. ``extraction`` knows no harness; the modules of the harnesses are imported by these alone.
"""
