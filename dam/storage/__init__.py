"""Objects in S3: originals written once, renditions, and licensed copies."""
