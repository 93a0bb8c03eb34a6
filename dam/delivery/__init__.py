"""The way out: one gate, licensed copies made once per delivery, and bytes streamed under a permit."""
