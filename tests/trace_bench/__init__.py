"""The attack benchmark of the invisible fingerprint: `make bench-trace`."""
