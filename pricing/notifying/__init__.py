"""The ways out of the console: which addresses they may lead to, and the carrying of a message."""
