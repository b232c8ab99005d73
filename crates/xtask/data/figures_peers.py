"""The twelve questions of figures.sql by DuckDB, polars and DataFusion over the same fact files; started by `cargo xtask bench --figures`.

figures_peers.py ENGINE MODE DIR SQL TIMES: ENGINE is duckdb, polars or datafusion; MODE is `cold` (views over the files, in a process that has read nothing
yet), `again` (views, each question TIMES times) or `warm` (tables in memory, each question TIMES times). Prints `name<TAB>microseconds...`, with `cold` the rows as `=cell<TAB>cell` too, and
`peak<TAB>kilobytes` at the end. Two threads, like ours.
"""
import datetime
import resource
import sys
import time

FAMILIES = ["batch", "item", "reading", "case_part", "service"]
THREADS = 2


def questions(path):
    text = open(path, encoding="utf-8").read()
    for part in text.split("\n\n"):
        head, _, sql = part.partition("\n")
        name = head.removeprefix("-- ").split(" ")[0]
        if name.isascii() and sql.strip():
            yield name, sql.strip().rstrip(";")


def duckdb_engine(mode, directory, used):
    import duckdb

    con = duckdb.connect(":memory:", config={"threads": THREADS})
    for family in FAMILIES:
        files = f"read_parquet('{directory}/{family}/*.parquet')"
        if mode != "warm":
            con.execute(f"CREATE VIEW {family} AS SELECT * FROM {files}")
        else:
            con.execute(f"CREATE TABLE {family} AS SELECT {', '.join(used[family])} FROM {files}")
    return lambda sql: con.execute(sql).fetchall()


def polars_engine(mode, directory, used):
    import os

    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    import polars

    frames = {}
    for family in FAMILIES:
        frame = polars.scan_parquet(f"{directory}/{family}/*.parquet")
        frames[family] = frame if mode != "warm" else frame.select(used[family]).collect().lazy()
    context = polars.SQLContext(frames)
    return lambda sql: context.execute(sql).collect().rows()


def datafusion_engine(mode, directory, used):
    import datafusion

    context = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(THREADS))
    for family in FAMILIES:
        context.register_parquet(f"{family}_file" if mode == "warm" else family, f"{directory}/{family}/")
        if mode == "warm":
            held = context.sql(f"SELECT {', '.join(used[family])} FROM {family}_file").collect_partitioned()
            context.register_record_batches(family, held)

    def run(sql):
        rows = []
        for batch in context.sql(sql).collect():
            rows.extend(zip(*[column.to_pylist() for column in batch.columns]))
        return rows

    return run


def shown(cell):
    if cell is None:
        return "0"
    if isinstance(cell, (datetime.date, str)):
        return str(cell)
    return str(int(cell))


def columns_used(all_sql):
    import re

    words = set(re.findall(r"[a-z_]+", all_sql))
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        sys.exit("pyarrow is not there")
    import glob

    used = {}
    for family in FAMILIES:
        files = sorted(glob.glob(f"{sys.argv[3]}/{family}/*.parquet"))
        used[family] = [name for name in parquet.read_schema(files[0]).names if name in words]
    return used


def main():
    engine, mode, directory, sql_file, times = sys.argv[1:6]
    asked = list(questions(sql_file))
    used = columns_used("\n".join(sql for _, sql in asked)) if mode == "warm" else None
    make = {"duckdb": duckdb_engine, "polars": polars_engine, "datafusion": datafusion_engine}[engine]
    __import__(engine)
    begun = time.perf_counter()
    run = make(mode, directory, used)
    answers = []
    for name, sql in asked:
        taken = []
        if mode != "cold":
            run(sql)
        for _ in range(1 if mode == "cold" else int(times)):
            start = time.perf_counter()
            rows = run(sql)
            taken.append(str(int((time.perf_counter() - start) * 1e6)))
        answers.append((name, taken, rows))
    print(f"total\t{int((time.perf_counter() - begun) * 1e6)}")
    for name, taken, rows in answers:
        print("\t".join([name, *taken]))
        if mode == "cold":
            for row in rows:
                print("=" + "\t".join(shown(cell) for cell in row))
    print(f"peak\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")


main()
