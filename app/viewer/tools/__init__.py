"""What the mouse does over a picture: one small file per tool."""
