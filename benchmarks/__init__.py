"""What is fast, measured against something else in the same run."""
