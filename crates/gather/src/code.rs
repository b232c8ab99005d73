//! Refusals of the gathering: the file of the regions, and why a region is away.
use shiyan_foundation::codes;
codes! {
    REGIONS_READ = "REGIONS-READ", zh "读不了地区文件 {at}：{why}", en "The file of regions {at} cannot be read: {why}",
        next "核对路径和权限" / "Check the path and the permissions", article "";
    REGIONS_FILE = "REGIONS-FILE", zh "地区文件 {at} 读不懂：{detail}", en "The file of regions {at} cannot be understood: {detail}",
        next "对照 fixtures/regions.example.toml 改正；不认识的键不接受，凭证不写在这个文件里" / "Correct it by fixtures/regions.example.toml; unknown keys are not accepted, and no token stands in this file", article "";
    TOKEN_MISSING = "REGION-TOKEN-MISSING", zh "没有读到凭证：{from}", en "There is no token: {from}",
        next "由该地区用 shiyan user token 发放，写进这个环境变量或文件" / "The region hands one out with shiyan user token; put it into that variable or file", article "";
    TOKEN = "REGION-TOKEN", zh "该地区不接受这个凭证（已过期、已收回，或账号已停用、不再能看指标）", en "The region does not accept the token (it expired, was taken back, or its account is disabled or may not read figures any more)",
        next "请该地区用 shiyan user token 重新发放" / "Ask the region for a new one: shiyan user token", article "";
    CLEAR = "REGION-CLEAR", zh "{url} 不加密，凭证会在网上明着走", en "{url} is not encrypted: the token would travel in the clear",
        next "改用 https://；http:// 只用于本机（127.0.0.1）" / "Use https://; http:// is for this machine only (127.0.0.1)", article "等保 8.1.2.2";
    AWAY = "REGION-AWAY", zh "连不上：{why}", en "It cannot be reached: {why}",
        next "核对网址、网络和该地区的服务；恢复后再汇总一次" / "Check the address, the network and the region's server; gather again when it is back", article "";
    SLOW = "REGION-SLOW", zh "{seconds} 秒内没有答复", en "It did not answer within {seconds} {seconds|second|seconds}",
        next "稍后再汇总一次；该地区一向较慢的，在地区文件里写大 seconds" / "Gather again later; for a region that is always slow raise seconds in the file of regions", article "";
    CERTIFICATE = "REGION-CERTIFICATE", zh "该地区的证书不可信，没有发送凭证：{why}", en "The region's certificate is not trusted, the token was not sent: {why}",
        next "核对网址；该地区用自己的证书机构时，在地区文件里写 ca" / "Check the address; where the region has an authority of its own, name it as ca in the file of regions", article "";
    SAID = "REGION-SAID", zh "该地区答复 {status}：{what}", en "The region answered {status}: {what_en}",
        next "{next}" / "{next_en}", article "";
    OTHER_FORM = "REGION-FORM", zh "答复的格式不是本版本的（{detail}），没有计入", en "The answer is not in the form of this version ({detail}); it was not added",
        next "该地区和本机的程序版本不同时，先升级旧的一方；版本相同时核对网址" / "Where the region and this machine run different versions, update the older one; otherwise check the address", article "";
    OTHER_DAY = "REGION-DAY", zh "统计截止日是 {theirs}，不是 {ours}，没有计入", en "Its figures stand for {theirs} and not for {ours}; they were not added",
        next "刚过零点的再汇总一次；不然就用 --as-of 写明同一天，并核对该地区的时钟" / "Just after midnight gather again; otherwise give one day with --as-of, and check the clock of the region", article "";
    OTHER_SCOPE = "REGION-SCOPE", zh "统计口径的“{part}”与别处不同，没有计入", en "Its scope differs in “{part_en}”; it was not added",
        next "各地区用同一口径后再汇总" / "Gather again when all regions count by one scope", article "";
    OVERLAP = "REGION-OVERLAP", zh "街道 {street} 同时由“{other}”统计，两个地区都没有计入，以免重复", en "Street {street} is counted by “{other_en}” too; neither region was added, so that nothing counts twice",
        next "核对两处的网址和账号的街道范围" / "Check both addresses and the streets of both accounts", article "";
}
