/// Keeps `head` and `tail` characters and stars the rest; a text no longer than both is starred whole.
pub(super) fn keep(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    let hidden = count.saturating_sub(head + tail);
    let shows = |place: usize| hidden > 0 && (place < head || place >= head + hidden);
    text.chars().enumerate().map(|(place, c)| if shows(place) { c } else { '*' }).collect()
}

/// `138****1234`.
pub fn mask_phone(phone: &str) -> String {
    keep(phone, 3, 4)
}

/// Surnames of two characters, which a mask shows whole.
const COMPOUND_SURNAMES: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文", "长孙", "司徒",
    "夏侯", "端木", "南宫", "轩辕", "独孤", "百里", "呼延", "澹台", "公冶", "申屠", "太史", "第五", "万俟",
    "闻人", "赫连",
];

/// `张*`, `王*明`, `欧阳*娜`: the surname and the last character shown, a two-character name by its surname alone.
pub fn mask_name(name: &str) -> String {
    let name = name.trim();
    let count = name.chars().count();
    let surname = if count > 2 && COMPOUND_SURNAMES.iter().any(|s| name.starts_with(s)) { 2 } else { 1 };
    let tail = usize::from(count > surname + 1);
    keep(name, surname, tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("张伟", "张*")]
    #[case("王小明", "王*明")]
    #[case("欧阳娜娜", "欧阳*娜")]
    #[case("买买提·吐尔逊", "买*****逊")]
    #[case("王", "*")]
    #[case("", "")]
    fn names(#[case] name: &str, #[case] masked: &str) {
        assert_eq!(mask_name(name), masked);
    }

    #[test]
    fn phones() {
        assert_eq!(mask_phone("13812341234"), "138****1234");
        assert_eq!(mask_phone("12"), "**");
    }
}
