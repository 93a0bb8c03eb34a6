"""Rights holders, supply agreements, restrictions, exclusivity, and the one decision about a use."""
