//! What people say when they complain, from a small grammar: words meet as often as in earnest, some nearly always,
//! some once.

use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

const WHEN: &[&str] =
    &["上个月", "昨天", "今年三月", "两周前", "国庆期间", "去年年底", "今天上午", "提车当天"];
const DID: &[&str] = &[
    "买了一辆二手车",
    "在你们门店提了新车",
    "去办理过户手续",
    "在手机上做实名登记",
    "把车卖给了朋友",
    "更换了车机里的卡",
    "打客服电话咨询",
    "收到了补登记的短信",
];
const PROBLEM: &[&str] = &[
    "系统提示该车辆已经被别人实名登记",
    "一直显示审核中，无法过户",
    "原车主联系不上，手机号也停机了",
    "车联网功能没有开通，导航不能用",
    "登记的姓名和证件号码对不上",
    "人脸识别总是失败，光线很好也不行",
    "行驶证上传之后说照片不清晰",
    "发动机号码登记错误，要求更正",
    "远程控制突然不能使用",
    "流量费用扣错了，而且没有通知",
    "工作人员态度很差，不肯受理",
    "我的身份信息被泄露了",
];
const WANT: &[&str] = &[
    "请尽快处理",
    "要求退还多扣的费用",
    "希望给一个明确的答复",
    "请帮忙联系原车主",
    "要求更正登记信息",
    "请恢复车机的联网功能",
    "再不解决我就向监管部门申诉",
    "请告诉我需要补交哪些材料",
];
const PAPER: &[&str] = &["发票", "行驶证", "登记证书", "购车合同", "身份证复印件", "保险单"];
const ANSWER: &[&str] = &[
    "您好，已经收到您的投诉，我们正在核实",
    "请您补充一张清晰的照片",
    "经查询，该卡登记在前任车主名下",
    "我们已经通知原车主，十五天内没有回复将由人工审核",
    "登记信息已经更正，请重新登录查看",
    "功能已经重新开通，请重启车机",
    "费用将在三个工作日内退还",
];
/// Names of dealers are put together from these: about one in every few complaints has the same.
const SIGNS: &[char] = &[
    '宏', '泰', '瑞', '丰', '盛', '鑫', '祥', '驰', '骏', '腾', '汇', '博', '恒', '信', '达', '通', '联',
    '众', '嘉', '华', '安', '顺', '元', '隆', '广', '源', '兴', '昌', '永', '利', '和', '顶',
];

fn pick<'a>(draw: &mut StdRng, words: &[&'a str]) -> &'a str {
    words.choose(draw).copied().unwrap_or_default()
}

/// A dealer's name: 32,768 of them.
pub fn dealer(number: u32) -> String {
    let sign = |place: u32| SIGNS[(number >> (5 * place)) as usize % SIGNS.len()];
    format!("{}{}{}", sign(0), sign(1), sign(2))
}

/// What somebody complains about, at which dealer's.
pub fn complaint(draw: &mut StdRng, dealer: &str) -> String {
    let (when, did, problem, want) =
        (pick(draw, WHEN), pick(draw, DID), pick(draw, PROBLEM), pick(draw, WANT));
    let order = draw.random_range(100_000..1_000_000);
    format!("我{when}在{dealer}汽车销售公司{did}，{problem}。订单号{order}，{want}。")
}

/// What a handler says.
pub fn answer(draw: &mut StdRng) -> String {
    format!("{}。如有疑问请致电客服热线。", pick(draw, ANSWER))
}

/// What the person says then.
pub fn reply(draw: &mut StdRng) -> String {
    format!("{}已经上传，{}，{}。", pick(draw, PAPER), pick(draw, PROBLEM), pick(draw, WANT))
}
