#!/usr/bin/env python3
"""Django's command line for Loanwright. `python3 run.py manage ...` runs it with everything set up."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lending.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
