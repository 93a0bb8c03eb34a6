"""The ground floor: words every other room uses, and nothing that knows a framework."""
