"""Writes nfkc.txt from the Unicode Character Database that Python carries: /usr/bin/python3 nfkc.py > nfkc.txt"""
import sys
import unicodedata as ucd

HANGUL = range(0xAC00, 0xD7A4)
everything = [c for c in range(sys.maxunicode + 1) if not 0xD800 <= c < 0xE000 and c not in HANGUL]
hexes = lambda text: " ".join(f"{ord(c):X}" for c in text)

print(f"# Unicode {ucd.unidata_version}, from the Unicode Character Database (Unicode License); written by nfkc.py")
print("# D code = its full compatibility decomposition; C first second = their composite; K code = its combining class")
for c in everything:
    decomposed = ucd.normalize("NFKD", chr(c))
    if decomposed != chr(c):
        print(f"D {c:X} {hexes(decomposed)}")
for c in everything:
    pair = ucd.decomposition(chr(c))
    if pair and not pair.startswith("<") and len(pair.split()) == 2 and ucd.normalize("NFC", chr(c)) == chr(c):
        print(f"C {pair} {c:X}")
for c in everything:
    if ucd.combining(chr(c)):
        print(f"K {c:X} {ucd.combining(chr(c))}")
