"""The second front door: background work enters the house here."""
