"""Requests, decisions, licences and their acceptance; the lightbox they begin in."""
