"""The store room: the only one that knows eventsourcing, sqlite3 and psycopg. Others use store/connection.py."""
