//! Which of a file's columns is what: by mapping where one is given, by name otherwise.

use std::collections::BTreeMap;

use super::role::{PRICES, Role, VOLUME, plain, prefixed, role_of};
use super::source::Fault;

/// Indices of a file's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// Two where date and time of day are apart.
    pub time: (usize, Option<usize>),
    /// Of the column that names each row's symbol.
    pub symbol: Option<usize>,
    /// One, or in wide files one for each prefix.
    pub books: Vec<Book>,
    /// Columns that are not brought in.
    pub ignored: Vec<String>,
}

/// The columns of one symbol's bars.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Book {
    pub prefix: Option<String>,
    pub prices: [usize; 5],
    pub extra: Vec<(String, usize)>,
}

impl Plan {
    /// `mapping` tells the column of a role (`close`, `time`, `symbol`, any extra) by its name, or
    /// by its number from 1.
    pub fn new(names: &[String], mapping: &BTreeMap<String, String>) -> Result<Self, Fault> {
        let mut found = Found::default();
        let mut mapped = vec![false; names.len()];
        for (role, name) in mapping {
            let index = position(names, name)?;
            mapped[index] = true;
            found.map(role, index);
        }
        for (index, name) in names.iter().enumerate().filter(|(i, _)| !mapped[*i]) {
            found.recognise(index, name)?;
        }
        found.into_plan(names)
    }

    /// Whether a column is brought in.
    pub fn reads(&self, index: usize) -> bool {
        let (time, time_of_day) = self.time;
        let in_book = |book: &Book| {
            book.prices.contains(&index) || book.extra.iter().any(|(_, column)| *column == index)
        };
        time == index
            || [time_of_day, self.symbol].contains(&Some(index))
            || self.books.iter().any(in_book)
    }
}

fn position(names: &[String], wanted: &str) -> Result<usize, Fault> {
    let number = || wanted.parse::<usize>().ok()?.checked_sub(1).filter(|i| *i < names.len());
    let exact = names.iter().position(|n| n == wanted);
    let alike = || names.iter().position(|n| plain(n) == plain(wanted));
    exact.or_else(alike).or_else(number).ok_or_else(|| {
        Fault::new(format!("has no column `{wanted}`")).cure(format!("it has {}", list(names)))
    })
}

pub(super) fn list(names: &[impl AsRef<str>]) -> String {
    names.iter().map(|n| format!("`{}`", n.as_ref())).collect::<Vec<_>>().join(", ")
}

/// What each role has found so far.
#[derive(Debug, Default)]
struct Found {
    mapped_time: Option<usize>,
    mapped_date: Option<usize>,
    /// By rank.
    times: BTreeMap<usize, usize>,
    symbol: Option<usize>,
    prices: [Option<usize>; 5],
    by_mapping: [bool; 5],
    volume_has_money: bool,
    extra: BTreeMap<String, usize>,
    unknown: Vec<usize>,
}

impl Found {
    fn map(&mut self, role: &str, index: usize) {
        match role {
            "time" | "ts" => self.mapped_time = Some(index),
            "date" => self.mapped_date = Some(index),
            "symbol" => self.symbol = Some(index),
            _ => match PRICES.iter().position(|p| *p == role) {
                Some(price) => {
                    self.prices[price] = Some(index);
                    self.by_mapping[price] = true;
                }
                None => drop(self.extra.insert(role.to_owned(), index)),
            },
        }
    }

    fn recognise(&mut self, index: usize, name: &str) -> Result<(), Fault> {
        match role_of(name) {
            Some(Role::Price(price)) if self.by_mapping[price] => self.unknown.push(index),
            Some(Role::Price(price)) => match self.prices[price] {
                None => self.prices[price] = Some(index),
                Some(_) => return Err(twice(PRICES[price])),
            },
            Some(Role::MoneyVolume) if self.by_mapping[VOLUME] => self.unknown.push(index),
            Some(Role::MoneyVolume) => match self.prices[VOLUME] {
                None => {
                    self.prices[VOLUME] = Some(index);
                    self.volume_has_money = true;
                }
                Some(_) if self.volume_has_money && !self.extra.contains_key("quote_volume") => {
                    self.extra.insert("quote_volume".to_owned(), index);
                }
                Some(_) => return Err(twice("volume")),
            },
            Some(Role::Time(rank)) => drop(self.times.entry(rank).or_insert(index)),
            Some(Role::Symbol) => drop(self.symbol.get_or_insert(index)),
            Some(Role::Extra(extra)) if !self.extra.contains_key(extra) => {
                self.extra.insert(extra.to_owned(), index);
            }
            Some(Role::Nothing) => {}
            Some(Role::Extra(_)) | None => self.unknown.push(index),
        }
        Ok(())
    }

    fn into_plan(self, names: &[String]) -> Result<Plan, Fault> {
        let time = self.time(names)?;
        if self.prices[..4].iter().all(Option::is_none) {
            let wide = self.wide(names)?;
            if !wide.0.is_empty() {
                let (books, unknown) = wide;
                return Ok(Plan { time, symbol: None, books, ignored: at(names, &unknown) });
            }
        }
        let prices = complete(self.prices).map_err(|missing| {
            Fault::new(format!("has no column for {}", list(&missing))).cure(format!(
                "it has {}; name them with `--column {}=NAME`",
                list(names),
                missing[0]
            ))
        })?;
        let book = Book { prefix: None, prices, extra: self.extra.into_iter().collect() };
        let ignored = at(names, &self.unknown);
        Ok(Plan { time, symbol: self.symbol, books: vec![book], ignored })
    }

    fn time(&self, names: &[String]) -> Result<(usize, Option<usize>), Fault> {
        match (self.mapped_date, self.mapped_time) {
            (Some(date), time) => return Ok((date, time)),
            (None, Some(time)) => return Ok((time, None)),
            (None, None) => {}
        }
        let first = self.times.values().next().copied().ok_or_else(|| {
            Fault::new("has no column of times")
                .cure(format!("it has {}; name it with `--column time=NAME`", list(names)))
        })?;
        let alone =
            |wanted: &str| self.times.values().copied().find(|&i| plain(&names[i]) == wanted);
        match (alone("date"), alone("time")) {
            (Some(date), Some(time)) if first == time => Ok((date, Some(time))),
            _ => Ok((first, None)),
        }
    }

    /// The books of all prefixes, and the columns that have none.
    fn wide(&self, names: &[String]) -> Result<(Vec<Book>, Vec<usize>), Fault> {
        let mut prices: BTreeMap<&str, [Option<usize>; 5]> = BTreeMap::new();
        let mut extra: BTreeMap<&str, Vec<(String, usize)>> = BTreeMap::new();
        let mut unknown = Vec::new();
        for &index in &self.unknown {
            match prefixed(&names[index]) {
                Some((whose, Role::Price(p))) => prices.entry(whose).or_default()[p] = Some(index),
                Some((whose, Role::Extra(name))) => {
                    extra.entry(whose).or_default().push((name.to_owned(), index));
                }
                _ => unknown.push(index),
            }
        }
        let strays = extra.iter().filter(|(whose, _)| !prices.contains_key(*whose));
        unknown.extend(strays.flat_map(|(_, columns)| columns.iter().map(|(_, index)| *index)));
        unknown.sort_unstable();
        let book = |(prefix, prices): (&str, [Option<usize>; 5])| {
            let prices = complete(prices).map_err(|missing| {
                let needed: Vec<_> = missing.iter().map(|m| format!("{prefix}_{m}")).collect();
                Fault::new(format!("has no column {}", list(&needed)))
                    .cure(format!("it has {}", list(names)))
            })?;
            let extra = extra.get(prefix).cloned().unwrap_or_default();
            Ok(Book { prefix: Some(prefix.to_owned()), prices, extra })
        };
        Ok((prices.into_iter().map(book).collect::<Result<_, Fault>>()?, unknown))
    }
}

fn at(names: &[String], indices: &[usize]) -> Vec<String> {
    indices.iter().map(|&i| names[i].clone()).collect()
}

fn twice(price: &str) -> Fault {
    Fault::new(format!("has two columns for `{price}`"))
        .cure(format!("say which is meant: `--column {price}=NAME`"))
}

/// All five, or the names of those that are missing.
fn complete(found: [Option<usize>; 5]) -> Result<[usize; 5], Vec<&'static str>> {
    let named = || PRICES.into_iter().zip(found);
    let missing: Vec<_> = named().filter(|(_, i)| i.is_none()).map(|(name, _)| name).collect();
    if missing.is_empty() { Ok(found.map(Option::unwrap_or_default)) } else { Err(missing) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan_with(names: &str, mapping: &[(&str, &str)]) -> Result<Plan, Fault> {
        let names: Vec<String> = names.split(',').map(str::to_owned).collect();
        let mapping = mapping.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Plan::new(&names, &mapping)
    }

    fn plan(names: &str) -> Plan {
        plan_with(names, &[]).unwrap()
    }

    #[test]
    fn date_and_time_apart_are_joined_unless_a_surer_column_is_there() {
        assert_eq!(plan("Date,Time,Open,High,Low,Close,Volume").time, (0, Some(1)));
        assert_eq!(
            plan("unix,date,symbol,open,high,low,close,Volume BTC,Volume USDT").time,
            (0, None)
        );
        assert_eq!(plan("Date,Open,High,Low,Close,Volume").time, (0, None));
        assert_eq!(plan(",open,high,low,close,volume").time, (0, None));
    }

    #[test]
    fn base_and_quote_volume_are_told_apart_by_their_money() {
        let books = plan("unix,symbol,open,high,low,close,Volume USDT,Volume BTC,tradecount").books;
        assert_eq!(books[0].prices, [2, 3, 4, 5, 7]);
        assert_eq!(books[0].extra, [("count".to_owned(), 8), ("quote_volume".to_owned(), 6)]);
        let books = plan("unix,open,high,low,close,Volume ETH,Volume BTC").books;
        assert_eq!(books[0].prices[4], 5);
        assert_eq!(books[0].extra, [("quote_volume".to_owned(), 6)]);
    }

    #[test]
    fn a_mapping_wins_over_the_names() {
        let names = "time,open,high,low,close,mid,volume,sma";
        let mapping = [("close", "Mid"), ("signal", "8"), ("volume", "volume")];
        let plan = plan_with(names, &mapping).unwrap();
        assert_eq!(plan.books[0].prices, [1, 2, 3, 5, 6]);
        assert_eq!(plan.books[0].extra, [("signal".to_owned(), 7)]);
        assert_eq!(plan.ignored, ["close"]);
        let fault = plan_with(names, &[("close", "last")]).unwrap_err();
        assert_eq!(fault.what, "has no column `last`");
    }

    #[test]
    fn wide_files_have_a_book_for_each_prefix() {
        let wide = "time,BTC_open,BTC_high,BTC_low,BTC_close,BTC_volume,BTC_vwap,regime,ETH_volume,\
                    ETH_close,ETH_low,ETH_high,ETH_open";
        let plan = plan(wide);
        let prefixes: Vec<_> = plan.books.iter().map(|b| b.prefix.as_deref()).collect();
        assert_eq!(prefixes, [Some("BTC"), Some("ETH")]);
        assert_eq!(plan.books[0].extra, [("vwap".to_owned(), 6)]);
        assert_eq!(plan.books[1].prices, [12, 11, 10, 9, 8]);
        assert_eq!(plan.ignored, ["regime"]);
        let stray = plan_with(&wide.replace("regime", "fear_count"), &[]).unwrap();
        assert_eq!(stray.ignored, ["fear_count"]);
        let fault = plan_with("time,BTC_close,BTC_volume", &[]).unwrap_err();
        assert_eq!(fault.what, "has no column `BTC_open`, `BTC_high`, `BTC_low`");
    }

    #[test]
    fn what_is_missing_and_what_is_there_are_both_told() {
        let fault = plan_with("when,open,high,low,last", &[]).unwrap_err();
        assert_eq!(fault.what, "has no column of times");
        let fault = plan_with("time,open,high,low,last", &[]).unwrap_err();
        assert_eq!(fault.what, "has no column for `close`, `volume`");
        assert!(fault.cure.unwrap().starts_with("it has `time`, `open`, `high`, `low`, `last`;"));
        let fault = plan_with("time,open,high,low,close,volume,vol", &[]).unwrap_err();
        assert_eq!(fault.what, "has two columns for `volume`");
    }
}
