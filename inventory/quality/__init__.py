"""Quality in the yard: defects, holds, what is decided of defective goods, claims to the mill."""
