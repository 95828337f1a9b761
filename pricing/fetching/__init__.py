"""Fetching: from a publisher's address to stored bytes and a typed outcome, politely."""
