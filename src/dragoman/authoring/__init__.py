"""The maintainer's rooms: what turns pages into a benchmark. Nothing outside this package imports it."""
