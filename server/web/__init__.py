"""HTTP and sockets only."""
