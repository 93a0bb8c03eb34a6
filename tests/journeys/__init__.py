"""Black-box journeys: only HTTP and a browser, nothing of the product imported."""
