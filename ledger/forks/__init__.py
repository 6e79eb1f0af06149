"""What-if: acts on a loan tried in scenarios, really done and taken back, until a second person commits one."""
