//! 拒绝 the refusals of whoever sets papers.

use shiyan_foundation::codes;

codes! {
    FACE_UNREADABLE = "FT-1", zh "字体文件 {file} 不能使用：{why}",
        en "The font file {file} cannot be used: {why}",
        next "换成完整的 TrueType 或 OpenType 字体文件（.ttf、.otf、.ttc）" / "Put a whole TrueType or OpenType font file (.ttf, .otf, .ttc) in its place",
        article "";
    FACE_FORBIDDEN = "FT-2", zh "字体文件 {file} 的厂商不许把它嵌入文书（{right}）",
        en "The maker of the font file {file} does not allow it in documents ({right})",
        next "换用许可嵌入和取子集的字体，或者删去这个文件，改用系统自带的字体" / "Use a face that may be embedded and reduced, or remove the file and let the built-in face be used",
        article "";
}
