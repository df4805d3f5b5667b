//! People who do not exist, and numbers nobody has: births lie before 1900, so that no living person can hold one.

use rand::Rng;
use rand::seq::IndexedRandom;
use verify::document::ResidentId;

/// What stands on a card.
pub struct Holder {
    /// Chinese, two to four characters.
    pub name: String,
    /// 男 or 女.
    pub sex: &'static str,
    /// The number as printed.
    pub number: String,
}

const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何",
    "林", "罗", "高", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "欧阳", "司马",
    "诸葛",
];
const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超",
    "秀", "英", "华", "慧", "巧", "美", "平", "刚", "桂", "文", "辉", "鑫", "宇", "浩", "梓", "涵", "子",
    "轩", "雨", "欣", "怡", "思", "佳", "博", "嘉", "雪", "梅", "兰", "竹", "菊", "松", "柏", "晓", "晨",
    "曦",
];
const PROVINCES: &[u8] = &[11, 13, 21, 31, 32, 33, 35, 37, 41, 42, 43, 44, 45, 50, 51, 53, 61, 62, 65];

/// Someone made up.
pub fn invent(rng: &mut impl Rng) -> Holder {
    let one = |rng: &mut _, list: &[&'static str]| list.choose(rng).copied().unwrap_or_default();
    let mut name = one(rng, SURNAMES).to_owned();
    for _ in 0..rng.random_range(1..=2) {
        name += one(rng, GIVEN);
    }
    let province = PROVINCES.choose(rng).copied().unwrap_or(11);
    let (year, month, day) =
        (rng.random_range(1860..1900), rng.random_range(1..=12), rng.random_range(1..=28));
    let start = format!(
        "{province}{:04}{year}{month:02}{day:02}{:03}",
        rng.random_range(0..10_000),
        rng.random_range(1..1_000)
    );
    let number = "0123456789X".chars().map(|check| format!("{start}{check}"));
    let number = number.filter(|number| number.parse::<ResidentId>().is_ok()).collect();
    Holder { name, sex: if rng.random() { "男" } else { "女" }, number }
}

impl Holder {
    /// With one digit of the number changed and its check digit left, as on a clumsy forgery.
    pub fn forged(mut self, rng: &mut impl Rng) -> Self {
        let place = rng.random_range(6..17);
        let digit = u32::from(self.number.as_bytes()[place] - b'0');
        let other = (digit + rng.random_range(1..10)) % 10;
        self.number.replace_range(place..=place, &other.to_string());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn numbers_are_valid_and_forged_ones_are_not() {
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..50 {
            let holder = invent(&mut rng);
            assert!(holder.number.parse::<ResidentId>().is_ok(), "{}", holder.number);
            assert!(holder.forged(&mut rng).number.parse::<ResidentId>().is_err());
        }
    }
}
