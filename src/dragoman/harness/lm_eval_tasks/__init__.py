"""Tasks of lm-evaluation-harness; the folder is what ``dragoman harness lm-eval`` prints, for ``--include_path``."""
