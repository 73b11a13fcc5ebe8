"""What pages show, in parts; pages themselves only put the parts together."""
