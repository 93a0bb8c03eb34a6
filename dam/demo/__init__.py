"""The demo: stand-in pictures, six people, and the seed's case, loaded through the same services a person uses."""
