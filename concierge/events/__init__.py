"""What happened, as events: their names, their one shape, and the one recorder."""
