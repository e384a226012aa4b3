"""The command line: one file a command, each a thin layer over a library call."""

from semsearch.cli.main import main

__all__ = ["main"]
