"""What an upgrade must keep: every row of the older books' log and local tables, in the columns that they had.
usage: books_kept.py OLD.db NEW.db [TABLE...]: these tables must have had rows. Derived tables are books_print's."""
import sqlite3
import sys

DERIVED = {"requests", "dues", "clocks", "answers", "notices", "results", "parts_held", "erasures", "disputes", "held",
           "successions", "governance", "retention"}
# The upgrade itself leaves acts in the domestic log: these tables grow, a log's row tells how far, and a start notes some
# settings anew.
GROW = {"entries", "sequence", "checkpoints", "witnessed", "receipts", "settings"}
LASTING = {"logs": ["id", "origin", "kind"], "settings": ["name"]}


def rows(books, table, columns):
    lasting = " where idx is not null" if table == "entries" else ""  # the others wait for their number
    return sorted(map(repr, books.execute(f"select {', '.join(columns)} from {table}{lasting}")))


old, new = (sqlite3.connect(f"file:{path}?mode=ro", uri=True) for path in sys.argv[1:3])
tables = [name for (name,) in old.execute("select name from sqlite_master where type = 'table'")]
counts, wrong = {}, []
for table in tables:
    if table in DERIVED or table == "schema_version" or table.startswith("sqlite_"):
        continue
    columns = [row[1] for row in old.execute(f"pragma table_info({table})")]
    columns = LASTING.get(table, columns)
    before, after = rows(old, table, columns), rows(new, table, columns)
    counts[table] = len(before)
    lost = [row for row in before if row not in set(after)]
    if lost or (table not in GROW and before != after):
        wrong.append(f"{table}: {len(before)} rows before, {len(after)} after, {len(lost)} of them changed or lost")
wrong += [f"{table}: had no rows" for table in sys.argv[3:] if table in counts and counts[table] == 0]
print("\n".join(wrong) or f"{sum(counts.values())} rows of {len(counts)} tables are kept")
sys.exit(1 if wrong else 0)
