"""WHEN it is shown; the server decides."""
