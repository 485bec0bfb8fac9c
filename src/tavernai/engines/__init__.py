"""Each file here fulfils one port: a database, a model server's dialect, a store of bytes.

Engines import ports, never the reverse.
"""
