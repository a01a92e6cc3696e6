"""Trains the sequence models that the server runs. Development only: nothing of it runs in a server."""
