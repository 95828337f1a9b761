"""One small module for each publisher's format: bytes in, typed outcome out, nothing stored."""
