"""Networks in pure torch, one family a file."""
