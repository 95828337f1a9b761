"""Price sheets that people bring: files and pasted tables, read by content, mapped by people, tried before kept."""
