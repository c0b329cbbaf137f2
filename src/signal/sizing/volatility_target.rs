//! The size that moves as much as asked.

/// Target over volatility, both of a year (Moreira & Muir 2017, "Volatility-managed portfolios", J.
/// Finance 72(4); there with variance, as of Harvey et al. 2018, "The impact of volatility
/// targeting", J. Portf. Manag. 45(1), with volatility). A year's volatility is a bar's times the
/// root of the bars in a year.
#[inline]
pub fn size(target_pct: f64, sigma_of_year: f64) -> f64 {
    target_pct / 100.0 / sigma_of_year
}

#[cfg(test)]
mod tests {
    #[test]
    fn half_the_volatility_is_twice_the_position() {
        assert_eq!((super::size(20.0, 0.4), super::size(20.0, 0.2)), (0.5, 1.0));
    }
}
