"""The command line, `python -m concierge COMMAND`: one module per group of commands.

Modules here import little at the top: what a command needs is imported when it runs, so that
`detect` does not wait for the database driver nor `config` for the screens.
"""
