"""The end of day: what the night does with the book, in steps and chunks, and the proofs that follow."""
