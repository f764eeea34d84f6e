"""What is painted over a picture."""
