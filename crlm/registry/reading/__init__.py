"""Reading a table: CSV and other delimited text, Excel, SPSS, Stata and Parquet become one `RawTable`."""

from crlm.registry.reading.door import SIZE_LIMIT, SUPPORTED, read_table
from crlm.registry.reading.table import RawColumn, RawTable, ReadOptions

__all__ = ["SIZE_LIMIT", "SUPPORTED", "RawColumn", "RawTable", "ReadOptions", "read_table"]
