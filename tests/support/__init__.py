"""What the tests share: databases, factories, an API client, the guard on sockets."""
