"""Version of the package, independent of the version of the data."""

__version__ = "0.2.0"
