#!/usr/bin/env python3
"""Starts Loanwright on a bare machine: `python3 run.py demo`. `python3 run.py --help` says what else it does."""

import sys

from launcher.interpreter import use_supported_python

if __name__ == "__main__":
    use_supported_python()
    from launcher.cli import main

    sys.exit(main(sys.argv[1:]))
