"""The HTTP API under `/api`: one thin router per slice.

Every module here that has a `router` is part of the API; it checks the request's form, calls one
service with the actor of `deps`, and answers what the service answers.
"""
