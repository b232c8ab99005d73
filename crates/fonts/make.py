"""Makes the faces in data/ out of the files that their packages hold: `cargo xtask fonts` calls it, nothing else does.

The steps: check the SHA-256 of what was fetched; keep the characters that papers need and nothing of the layout tables;
draw the tick boxes that no face has; give the face our name, because a reduced font is a modified version and may not go by a
reserved one; write WOFF2, which the build script of this crate unpacks. The same packages give the same bytes.
"""

import hashlib
import sys
import tarfile
from pathlib import Path

from fontTools import subset
from fontTools.misc.transform import Transform
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables import _c_m_a_p as cmaps

HERE = Path(__file__).resolve().parent

# Symbols that papers use and GB 2312 lacks.
SYMBOLS = (
    "©®°±²³¹¼½¾·×÷µ¶§«»¿¡¢£¥€‰‱′″‹›–—―‘’“”„…•‧※℃℉№™ΩÅ⅓⅔⅛←↑→↓↔⇒∂∆∏∑−√∝∞∠∥∧∨∩∪∫∴∵∶≈≌≠≡≤≥≦≧≪≫≮≯⊕⊙⊥≒"
    "⁰⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹ"
    "║■□▢▲△▼▽◆◇○●◎★☆☐☑☒✓✔✗✘〇〓〔〕〖〗【】《》「」『』〈〉㎎㎏㎜㎝㎞㎡㏄￠￡￥～％，。！？：；（）\u3000\u00a0⸺"
)
# Characters of analytes and rare ones of names that the lists below may lack.
RARE = "噁𫫇𬭩𫟷𠮷㛃𬍤𬜬𫖯喆堃玥昇镕"
# Where Unicode keeps Han: of these the Kai holds some 30,000.
HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F), (0x30000, 0x323AF))

# file, family, style, PostScript name, the file in its package, its SHA-256, wide
FACES = (
    ("song.woff2", "Shiyan Song", "Regular", "ShiyanSong-Regular", "noto-serif-sc/package/400Regular/NotoSerifSC_400Regular.ttf",
     "c358a69de3df5f423a8946a7b03e3126fb6ba116f1130a463455b4e39e1f0742", False),
    ("song-bold.woff2", "Shiyan Song", "Bold", "ShiyanSong-Bold", "noto-serif-sc/package/700Bold/NotoSerifSC_700Bold.ttf",
     "9c6a2ba736e4b499c84f65ce366bd3625c0401885fd3e585ace50fb738b96ff6", False),
    ("hei.woff2", "Shiyan Hei", "Regular", "ShiyanHei-Regular", "noto-sans-sc/package/400Regular/NotoSansSC_400Regular.ttf",
     "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16", False),
    ("hei-bold.woff2", "Shiyan Hei", "Bold", "ShiyanHei-Bold", "noto-sans-sc/package/700Bold/NotoSansSC_700Bold.ttf",
     "9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96", False),
    ("kai.woff2", "Shiyan Kai", "Regular", "ShiyanKai-Regular", "wenkai.ttf",
     "0819604ad9357afbc6e7cc097328a16ed85143ee0848ffda09fda35a30da6506", True),
)
LICENCE = (
    "This Font Software is licensed under the SIL Open Font License, Version 1.1. It is a reduced and renamed version of the font "
    "named in the copyright notice."
)

# The file of the Kai has a malformed short cmap beside a sound long one.
_short = cmaps.cmap_format_4.decompile


def _or_empty(self, data, font):
    try:
        _short(self, data, font)
    except IndexError:
        self.cmap = {}


cmaps.cmap_format_4.decompile = _or_empty


def double_byte(lead, trail):
    """The characters of a range of GBK."""
    found = set()
    for a in lead:
        for b in trail:
            try:
                found |= set(bytes([a, b]).decode("gbk"))
            except UnicodeDecodeError:
                pass
    return {c for c in found if not 0xE000 <= ord(c) <= 0xF8FF}


def standard():
    """通用规范汉字表: the characters that a name registered today is written with."""
    lines = (HERE / "tgh2013.txt").read_text("utf-8").splitlines()
    table = "".join(line.strip() for line in lines if not line.startswith("#"))
    assert len(table) == 8105, len(table)
    return set(table)


def reduced(path, chars):
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["FFTM", "morx", "feat", "bsln", "prop", "vhea", "vmtx", "BASE", "gasp", "STAT", "GDEF", "GPOS", "GSUB", "prep", "fpgm", "cvt "]
    font = subset.load_font(str(path), options)
    font.recalcTimestamp = False
    tool = subset.Subsetter(options)
    tool.populate(unicodes=[ord(c) for c in chars])
    tool.subset(font)
    return font


def redrawn(font, char, advance, draw):
    """Puts a glyph of our own behind a character; a new one at the end when the face lacks it."""
    cmap = font.getBestCmap()
    name = cmap.get(ord(char)) or f"own{ord(char):04X}"
    pen = TTGlyphPen(None)
    draw(pen)
    glyph = pen.glyph()
    if ord(char) not in cmap:
        font.setGlyphOrder(font.getGlyphOrder() + [name])
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[ord(char)] = name
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (advance, getattr(glyph, "xMin", 0))


def ring(pen, points):
    pen.moveTo(points[0])
    for point in points[1:]:
        pen.lineTo(point)
    pen.closePath()


def box(pen):
    ring(pen, [(80, -80), (80, 760), (920, 760), (920, -80)])
    ring(pen, [(140, -20), (860, -20), (860, 700), (140, 700)])


def tick(pen):
    ring(pen, [(215, 340), (285, 405), (430, 225), (740, 640), (815, 585), (440, 85)])


def cross(pen):
    ring(pen, [(250, 560), (310, 620), (500, 400), (690, 620), (750, 560), (555, 340), (750, 120), (690, 60), (500, 280), (310, 60), (250, 120), (445, 340)])


def own_glyphs(font, kai):
    upem = font["head"].unitsPerEm
    scale = upem / 1000

    def scaled(*parts):
        def draw(pen):
            for part in parts:
                part(TransformPen(pen, Transform(scale, 0, 0, scale, 0, 0)))

        return draw

    if kai:
        # No face has them, and papers are full of them.
        redrawn(font, "☐", upem, scaled(box))
        redrawn(font, "☑", upem, scaled(box, tick))
        redrawn(font, "☒", upem, scaled(box, cross))
        redrawn(font, "✔", upem, scaled(tick))
        # Half as wide as Chinese text wants them: the other faces give theirs.
        for table in font["cmap"].tables:
            for char in "“”‘’—…":
                table.cmap.pop(ord(char), None)
        return
    # 破折号: two dashes join without a gap when each fills its em.
    glyphs = font.getGlyphSet()
    name = font.getBestCmap()[ord("—")]
    old = font["glyf"][name]
    old.recalcBounds(font["glyf"])
    stretch = upem / (old.xMax - old.xMin)
    pen = TTGlyphPen(glyphs)
    glyphs[name].draw(TransformPen(pen, Transform(stretch, 0, 0, 1, -old.xMin * stretch, 0)))
    glyph = pen.glyph()
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (upem, 0)


def renamed(font, family, style, postscript):
    old = font["name"]
    copyright_, version = old.getDebugName(0), old.getDebugName(5)
    table = newTable("name")
    table.names = []
    full = family if style == "Regular" else f"{family} {style}"
    texts = {0: copyright_.replace("\r\n", "\n"), 1: family, 2: style, 3: postscript, 4: full, 5: version, 6: postscript, 13: LICENCE, 14: "https://openfontlicense.org"}
    for number, text in texts.items():
        table.setName(text, number, 3, 1, 0x409)
    font["name"] = table


def main(fetched):
    for archive in sorted(fetched.glob("*.tgz")):
        name = archive.name.removeprefix("expo-google-fonts-").rsplit("-", 1)[0]
        with tarfile.open(archive) as tar:
            tar.extractall(fetched / name, filter="data")
    halves = [sorted((fetched / "vendor" / name / "resources").iterdir()) for name in ("makepad-fonts-chinese-regular", "makepad-fonts-chinese-regular-2")]
    (fetched / "wenkai.ttf").write_bytes(b"".join(half.read_bytes() for files in halves for half in files))

    table = standard()
    latin = {chr(c) for c in (*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x391, 0x3CA))}
    small = double_byte(range(0xA1, 0xF8), range(0xA1, 0xFF)) | latin | set(SYMBOLS) | set(RARE) | table
    wide = small | double_byte(range(0x81, 0xFF), range(0x40, 0xFF)) | {chr(c) for first, last in HAN for c in range(first, last + 1)}

    lines = []
    for file, family, style, postscript, source, sha256, all_han in FACES:
        path = fetched / source
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != sha256:
            sys.exit(f"{source}: SHA-256 is {found}, expected {sha256}")
        font = reduced(path, wide if all_han else small)
        own_glyphs(font, all_han)
        has = font.getBestCmap()
        lost = "".join(sorted(c for c in table if ord(c) not in has))
        if lost:
            sys.exit(f"{file}: the font lacks {lost}")
        renamed(font, family, style, postscript)
        font.flavor = "woff2"
        out = HERE / "data" / file
        font.save(out)
        made = hashlib.sha256(out.read_bytes()).hexdigest()
        lines.append(f"{made}  {file}  {out.stat().st_size} bytes, {len(has)} characters\n")
        print(lines[-1], end="")
    (HERE / "data" / "SHA256SUMS").write_text("".join(lines), "utf-8")


main(Path(sys.argv[1]))
