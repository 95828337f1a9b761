"""What storing and handling goods costs their owners: tariffs, the arithmetic of a month, statements."""
