//! Refusals of the worksheet pages.
use shiyan_foundation::codes;
codes! {
    NO_FILE = "INSTR-NO-FILE", zh "没有选择仪器文件", en "No instrument file was chosen",
        next "选择仪器导出的文件" / "Choose the file that the instrument exported", article "";
    NO_PROFILE_FILE = "INSTR-NO-PROFILE-FILE", zh "没有选择格式文件", en "No profile file was chosen",
        next "选择写好的 TOML 格式文件" / "Choose the TOML file of the profile", article "";
    NO_PROFILE = "INSTR-NO-PROFILE", zh "没有选择文件格式，文件也认不出是哪一种", en "No profile was chosen, and the file does not show which one it is",
        next "选择这台仪器的文件格式" / "Choose the profile of this instrument", article "";
    UNKNOWN_FILE = "INSTR-UNKNOWN-FILE", zh "本批没有留存这个文件", en "This worksheet keeps no such file",
        next "重新试读" / "Read the file again", article "";
    OTHER_PERSON = "WS-OTHER-PERSON", zh "这台电脑现在登录的是 {now}，这一页是 {page} 打开的，没有保存", en "{now} is signed in on this computer, but {page} opened this page; nothing was saved",
        next "由 {page} 重新登录后再保存，输入的内容仍在页面上" / "Let {page} sign in again, then save; what was typed is still on the page", article "ISO/IEC 17025 7.5.1";
    TOO_MANY_CELLS = "WS-BATCH", zh "一次最多保存 {most} 格", en "{most} cells at most are saved at once",
        next "分几次保存" / "Save them in several messages", article "";
}
