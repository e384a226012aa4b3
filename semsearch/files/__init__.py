"""Files on a disk, whatever is in them: one way to read what may be anything, one way to write, what a user said."""
