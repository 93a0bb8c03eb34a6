"""The metadata workshop: what a file says about itself, and what we write into the copies we hand out."""
