"""Integrations with evaluation harnesses: tasks for inspect_ai and lm-evaluation-harness, scored by Dragoman.

Both use the prompt, the answer parsing and the scorer of ``dragoman run chat:MODEL``, so that the same answers get the
same scores. ``extraction`` does not depend on any harness; the harness modules are imported only by their harness.
"""
