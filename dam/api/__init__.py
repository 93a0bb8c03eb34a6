"""The JSON surface under /api/v1: one module a room, each with a `blueprint` that the application finds by itself."""
