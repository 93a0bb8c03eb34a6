"""Letters to people: written once in the caller's unit, sent by a job, never lost."""
