"""Makes the data of this folder. Needs: python-barcode zxing-cpp pillow. The second half reads bars that this house drew
(lines `text,modules` on standard input) and keeps those that the reader reads as they were meant."""

import csv
import random
import sys

import zxingcpp
from barcode import EAN8, EAN13, Code128, UPCA
from barcode.ean import EAN14
from PIL import Image

dice = random.Random(69)


def digits(n):
    return "".join(dice.choice("0123456789") for _ in range(n))


def barcodes():
    for _ in range(10):
        yield EAN8(digits(7)).get_fullcode(), "ean8"
        yield UPCA(digits(11)).get_fullcode(), "upc_a"
        yield EAN13("69" + digits(10)).get_fullcode(), "ean13"
        yield EAN14(digits(13)).get_fullcode(), "gtin14"


def read(modules):
    picture = Image.new("L", ((len(modules) + 40) * 3, 120), 255)
    for at, dark in enumerate(modules):
        if dark == "1":
            picture.paste(0, ((at + 20) * 3, 10, (at + 21) * 3, 110))
    found = zxingcpp.read_barcodes(picture)
    return found[0].text if len(found) == 1 and "128" in str(found[0].format) else None


if len(sys.argv) == 1:
    with open("barcodes.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["digits", "kind"])
        out.writerows(barcodes())
else:
    rows = []
    for line in sys.stdin:
        text, modules = line.strip().rsplit(",", 1)
        assert read(modules) == text, (text, read(modules))
        same = Code128(text).build()[0] == modules
        rows.append([text, "python-barcode" if same else "zxing-cpp", modules])
    with open("code128.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["text", "by", "modules"])
        out.writerows(rows)
