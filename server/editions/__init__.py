"""WHAT is published: immutable editions."""
