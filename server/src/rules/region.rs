//! Provinces: the first two digits of GB/T 2260.

/// A province.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Two digits.
    pub code: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

const fn region(code: &'static str, zh: &'static str, en: &'static str) -> Region {
    Region { code, zh, en }
}

/// All of them, by code.
pub const REGIONS: [Region; 34] = [
    region("11", "北京", "Beijing"),
    region("12", "天津", "Tianjin"),
    region("13", "河北", "Hebei"),
    region("14", "山西", "Shanxi"),
    region("15", "内蒙古", "Inner Mongolia"),
    region("21", "辽宁", "Liaoning"),
    region("22", "吉林", "Jilin"),
    region("23", "黑龙江", "Heilongjiang"),
    region("31", "上海", "Shanghai"),
    region("32", "江苏", "Jiangsu"),
    region("33", "浙江", "Zhejiang"),
    region("34", "安徽", "Anhui"),
    region("35", "福建", "Fujian"),
    region("36", "江西", "Jiangxi"),
    region("37", "山东", "Shandong"),
    region("41", "河南", "Henan"),
    region("42", "湖北", "Hubei"),
    region("43", "湖南", "Hunan"),
    region("44", "广东", "Guangdong"),
    region("45", "广西", "Guangxi"),
    region("46", "海南", "Hainan"),
    region("50", "重庆", "Chongqing"),
    region("51", "四川", "Sichuan"),
    region("52", "贵州", "Guizhou"),
    region("53", "云南", "Yunnan"),
    region("54", "西藏", "Tibet"),
    region("61", "陕西", "Shaanxi"),
    region("62", "甘肃", "Gansu"),
    region("63", "青海", "Qinghai"),
    region("64", "宁夏", "Ningxia"),
    region("65", "新疆", "Xinjiang"),
    region("71", "台湾", "Taiwan"),
    region("81", "香港", "Hong Kong"),
    region("82", "澳门", "Macao"),
];

/// The province with this code.
pub fn find(code: &str) -> Option<&'static Region> {
    REGIONS.iter().find(|region| region.code == code)
}
