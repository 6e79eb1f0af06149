"""What `run.py` does: sets up and runs Loanwright on a bare machine. The standard library only, and no Django."""
