"""Versions of the files in `data/intents`: drafted, compared, published, rolled back, live."""
