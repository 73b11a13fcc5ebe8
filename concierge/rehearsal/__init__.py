"""Rehearsal: conversations played through the real services, in a store and at a time of their own.

A scenario (`data/scenarios/*.yaml`, or saved) says who the customer is, what is typed and done, and
what must come of it. Nothing of a run touches a real order, queue, outbox or number.
"""
