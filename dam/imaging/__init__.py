"""The picture workshop: paths in, pixels out. Every untrusted byte is opened in a limited child process."""
