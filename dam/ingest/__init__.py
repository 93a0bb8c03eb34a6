"""From upload to ready: checking, storing, opening and marking what archivists bring in."""
