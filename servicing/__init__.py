"""What the servicing department does, one small app each."""
