"""What is worked out of observed prices; pure modules, exact until a figure is shown."""
