"""The screens' frame: navigation, guards, shared parts. Each screen itself lies in `pages/`."""
