"""The demo shop, and volume for rehearsal."""
