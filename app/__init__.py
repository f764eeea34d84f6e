"""The window, the library of studies, and what leaves the room."""
