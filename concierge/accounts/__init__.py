"""Who works here: people, their roles, their passwords and their sign-ins."""
