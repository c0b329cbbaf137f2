//! `features.*`: what is known at each bar's close.

use super::data::first_repeated;
use super::expressions::check_names;
use super::free_keys::Expressions;
use super::rule::Rule;
use super::section::{choice, section};
use super::setting::Reading;

section! {
    /// What a model may know at each bar's close.
    pub struct Features, check Features::check;
    /// Built-in groups of columns. alpha158 is 158 price and volume columns in the spirit of qlib's;
    /// order_flow needs bars with count, quote_volume and the taker volumes, such as Binance's.
    set: Vec<FeatureGroup> = FeatureGroup::USUAL.to_vec(), Rule::any();
    /// Columns of your own, by name. They can only look back, so they cannot leak. For example:
    ///   expressions:
    ///     my_edge: "zscore(ema(close, 12) / ema(close, 26) - 1, 288)"
    expressions: Expressions = Expressions::default(), Rule::any();
}

choice! {
    /// A built-in group of feature columns.
    pub enum FeatureGroup {
        Core = "core",
        Momentum = "momentum",
        Volatility = "volatility",
        Volume = "volume",
        Calendar = "calendar",
        HigherTimeframe = "higher_timeframe",
        Alpha158 = "alpha158",
        OrderFlow = "order_flow",
    }
}

impl FeatureGroup {
    /// All but the large one and the one that not all bars can have.
    pub const USUAL: [Self; 6] = [
        Self::Core,
        Self::Momentum,
        Self::Volatility,
        Self::Volume,
        Self::Calendar,
        Self::HigherTimeframe,
    ];
}

impl Features {
    fn check(&self, reading: &mut Reading) {
        let has_columns = !(self.set.is_empty() && self.expressions.is_empty());
        reading.require(has_columns, &["features.set", "features.expressions"], || {
            "is empty, and so is features.expressions: a model needs at least one column".to_owned()
        });
        reading.require(first_repeated(&self.set).is_none(), &["features.set"], || {
            "names a group twice".to_owned()
        });
        check_names(&self.expressions, reading);
    }
}
