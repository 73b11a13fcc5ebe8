"""What changes several slices at once, each in one transaction."""
