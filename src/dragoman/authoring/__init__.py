"""The maintainer's steps: what turns pages into a benchmark. Nothing but the command line imports it."""
