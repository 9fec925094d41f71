"""Writes a text file as a C string: embed.py INPUT OUTPUT NAME."""
import sys

source, target, name = sys.argv[1:4]
with open(source, "rb") as file:
    lines = file.read().split(b"\n")
with open(target, "w", encoding="ascii") as file:
    file.write('#include "catalog/sqlite.h"\n\nconst char %s[] =\n' % name)
    for line in lines:
        text = "".join(
            "\\%03o" % byte if byte < 32 or byte > 126 or byte in b'"\\?' else chr(byte)
            for byte in line)
        file.write('    "%s\\n"\n' % text)
    file.write("    ;\n")
