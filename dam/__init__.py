"""Imprimatur: digital asset and rights management for licensed archival photographs."""
