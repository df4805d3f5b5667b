/// The value below which `share` of the values lie. Zero for none.
pub fn quantile(mut values: Vec<f32>, share: f32) -> f32 {
    let at = (values.len().saturating_sub(1) as f32 * share).round() as usize;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(at, f32::total_cmp).1 }
}

/// The value in the middle.
pub fn median(values: Vec<f32>) -> f32 {
    quantile(values, 0.5)
}
