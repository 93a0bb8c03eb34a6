"""Finding photographs: words, filters, counts and what rights allow, through one rule of who may know of what."""
