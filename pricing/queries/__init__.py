"""What is read: one module for each part of the work."""
