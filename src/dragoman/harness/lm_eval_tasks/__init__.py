"""Tasks for lm-evaluation-harness; ``dragoman harness lm-eval`` prints the path of this folder, for
``--include_path``.
"""
