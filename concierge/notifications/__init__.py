"""The outbox: what goes to customers by e-mail or text message, written where it was decided."""
