"""Pages for people: one module a room, each with a `blueprint` that the application finds by itself."""
