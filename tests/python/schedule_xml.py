"""Validates a schedule.xml on stdin against the XSD whose path is given; prints what is wrong."""

import sys

import xmlschema

schema = xmlschema.XMLSchema(sys.argv[1])
document = sys.stdin.buffer.read().decode()
for error in schema.iter_errors(document):
    print(error.path, error.reason)
