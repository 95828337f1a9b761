"""EPCIS 2.0 at the border: our moves as its events, partners' events kept as they came.

Validates against the official schema and examples; the official schema itself is not shipped, because its notice
grants no licence to pass it on. JSON-LD contexts are never fetched: a context is kept and given back.
"""
