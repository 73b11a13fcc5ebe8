"""The journeys of customers and agents, walked through the real services on the real database.

`run.run(services)` answers evidence: per flow its steps with what was expected and seen. What a
walk makes is marked as simulated while it is there and taken away at the end.
"""
