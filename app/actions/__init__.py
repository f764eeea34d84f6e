"""What each command of `negatoscope` does."""
