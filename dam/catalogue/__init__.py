"""What is held: photographs, their descriptions, and the collections they belong to."""
