"""Reading the log of use: every delivery and refusal, its figures over time, and its export."""
