"""The invisible fingerprint: embedded in every copy that leaves, and found again in a copy that was found."""
