"""What is known of the request or job that is running: its id, for logs and the audit trail."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")
