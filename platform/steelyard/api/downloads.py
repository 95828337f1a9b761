"""Files as answers: whole or in pieces, under a name that may be Chinese."""

import io
from typing import IO

from flask import Response, send_file


def sent_file(content: bytes | IO[bytes], name: str, media_type: str) -> Response:
    """A file for the browser to save; its name is sent by RFC 5987 where it is not ASCII. An open file is closed."""
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    plain = "".join("_" if char in '/\\:*?"<>|' or not char.isprintable() else char for char in name)
    answer = send_file(
        file, mimetype=media_type, as_attachment=True, download_name=plain, conditional=False, etag=False, max_age=0
    )
    answer.content_length = size
    return answer
