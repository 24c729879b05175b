"""Reads a workbook whose path is given as the package openpyxl does; prints its rows, each cell with its type."""

import json
import sys

import openpyxl

book = openpyxl.load_workbook(sys.argv[1])
sheets = {
    sheet.title: {
        "frozen": sheet.freeze_panes,
        "rows": [[[cell.value, cell.data_type] for cell in row] for row in sheet.iter_rows()],
    }
    for sheet in book
}
json.dump(sheets, sys.stdout)
