//! Times as files write them: epoch numbers in four units, ISO and its relatives, or a pattern.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::doubt::Hours;
use super::source::{Fault, show};
use super::written::Written;
use super::year_last::year_last;
use crate::failure::Failure;
use crate::units::Ts;

/// What an epoch number counts; a file keeps to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    /// By magnitude: seconds reach the year 5138, the others begin in 1973.
    #[inline]
    pub fn of(epoch: i64) -> Self {
        match epoch.unsigned_abs() {
            0..100_000_000_000 => Self::Seconds,
            100_000_000_000..100_000_000_000_000 => Self::Millis,
            100_000_000_000_000..100_000_000_000_000_000 => Self::Micros,
            _ => Self::Nanos,
        }
    }

    /// `None` for what is not a whole number of microseconds, or further than 290,000 years away.
    #[inline]
    pub fn instant(self, epoch: i64) -> Option<Ts> {
        match self {
            Self::Seconds => epoch.checked_mul(1_000_000).map(Ts),
            Self::Millis => epoch.checked_mul(1_000).map(Ts),
            Self::Micros => Some(Ts(epoch)),
            Self::Nanos => (epoch % 1_000 == 0).then_some(Ts(epoch / 1_000)),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Millis => "milliseconds",
            Self::Micros => "microseconds",
            Self::Nanos => "nanoseconds",
        }
    }
}

/// An epoch number in the unit of its file.
#[inline]
pub(super) fn epoch(unit: Unit, value: i64) -> Result<Ts, Fault> {
    let found = Unit::of(value);
    if found != unit {
        return Err(mixed(value, unit));
    }
    instant(unit, value)
}

#[inline]
fn instant(unit: Unit, value: i64) -> Result<Ts, Fault> {
    let unfit = || match unit {
        Unit::Nanos => Fault::new(format!("`{value}` is finer than a microsecond")),
        _ => Fault::new(format!("`{value}` {} are no time", unit.name())),
    };
    unit.instant(value).ok_or_else(unfit)
}

#[cold]
fn mixed(value: i64, unit: Unit) -> Fault {
    let (found, began) = (Unit::of(value).name(), unit.name());
    Fault::new(format!("`{value}` is in {found}, but the file began in {began}"))
        .cure("split the file where the unit changes, and ingest both parts")
}

/// Reads the times of one file, row after row.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    written: Option<Written>,
    zone: TimeZone,
    unit: Option<Unit>,
    pub(super) before: Option<Ts>,
    pub(super) hours: Hours,
}

impl Clock {
    /// `written` is `s`, `ms`, `us` or `ns`, since 1970, or a pattern in the manner of strftime;
    /// `zone` is that of times which do not say theirs.
    pub fn new(written: Option<&str>, zone: Option<&str>) -> Result<Self, Failure> {
        let written = written.map(Written::parse).transpose()?.flatten();
        let zone = match zone {
            None => TimeZone::UTC,
            Some(name) => TimeZone::get(name).map_err(|_| {
                Failure::user(format!("`{name}` is not a time zone"))
                    .hint("use a name such as `America/New_York`")
            })?,
        };
        Ok(Self { written, zone, unit: None, before: None, hours: Hours::default() })
    }

    pub fn read(&mut self, cell: &[u8]) -> Result<Ts, Fault> {
        let ts = match &self.written {
            Some(Written::Pattern(pattern)) => {
                let (civil, offset) = by_pattern(pattern, cell)?;
                self.resolve(civil, offset)?
            }
            Some(Written::Epoch(unit)) => {
                let unit = unit.name();
                let value = whole_number(cell).ok_or_else(|| {
                    Fault::new(format!("`{}` is not a count of {unit} since 1970", show(cell)))
                })?;
                self.epoch(value)?
            }
            None => match epoch_number(cell) {
                Some(value) => self.epoch(value)?,
                None => {
                    let (civil, offset) = by_shape(cell)?;
                    self.resolve(civil, offset)?
                }
            },
        };
        self.before = Some(ts);
        Ok(ts)
    }

    /// The first number decides the unit, unless it is given.
    pub fn epoch(&mut self, value: i64) -> Result<Ts, Fault> {
        match self.written {
            Some(Written::Epoch(unit)) => instant(unit, value),
            _ => epoch(*self.unit.get_or_insert(Unit::of(value)), value),
        }
    }

    /// A time without an offset is one of the zone. In the hour that happens twice in autumn, the
    /// first comes first: later in the file is later in time.
    pub fn resolve(&mut self, civil: DateTime, offset: Option<Offset>) -> Result<Ts, Fault> {
        let at = |offset: Offset| {
            let stamp = offset.to_timestamp(civil);
            stamp.map(|s| Ts(s.as_microsecond())).map_err(|e| Fault::new(format!("`{civil}`: {e}")))
        };
        if let Some(offset) = offset {
            return at(offset);
        }
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => at(offset),
            AmbiguousOffset::Fold { before, after } => {
                let (first, second) = (at(before)?, at(after)?);
                let went_on = self.before.is_some_and(|b| first <= b && b < second);
                let ts = if went_on { second } else { first };
                self.hours.note(ts, went_on);
                Ok(ts)
            }
            AmbiguousOffset::Gap { .. } => {
                Err(Fault::new(format!("`{civil}` does not exist: the clocks went forward"))
                    .cure("is `--time-zone` right?"))
            }
        }
    }
}

/// A whole number that is not a date written without separators.
fn epoch_number(cell: &[u8]) -> Option<i64> {
    let digits = cell.strip_suffix(b".0").unwrap_or(cell);
    let date = digits.len() == 8 && compact_date(digits).is_some();
    whole_number(cell).filter(|_| !date)
}

/// pandas may add `.0`.
fn whole_number(cell: &[u8]) -> Option<i64> {
    let digits = cell.strip_suffix(b".0").unwrap_or(cell);
    let (value, end) = super::number::leading_integer(digits)?;
    (end == digits.len()).then_some(value)
}

fn by_pattern(pattern: &str, cell: &[u8]) -> Result<(DateTime, Option<Offset>), Fault> {
    let bad = || Fault::new(format!("`{}` does not have the form `{pattern}`", show(cell)));
    let broken = BrokenDownTime::parse(pattern, cell).map_err(|_| bad())?;
    Ok((broken.to_datetime().map_err(|_| bad())?, broken.offset()))
}

/// Year first, then `T` or blanks, time of day, and perhaps an offset.
fn by_shape(cell: &[u8]) -> Result<(DateTime, Option<Offset>), Fault> {
    iso(cell).ok_or_else(|| unreadable(cell))
}

fn unreadable(cell: &[u8]) -> Fault {
    if cell.is_empty() {
        return Fault::new("is empty, where a time is needed");
    }
    if let Some(fault) = year_last(cell) {
        return fault;
    }
    Fault::new(format!("`{}` is not a time", show(cell)))
        .cure("known are epoch numbers and `2024-01-31 23:55`; else give `--time-format`")
}

fn iso(cell: &[u8]) -> Option<(DateTime, Option<Offset>)> {
    let (date, rest) = leading_date(cell)?;
    if rest.is_empty() {
        return Some((date.to_datetime(Time::midnight()), None));
    }
    let rest = rest.strip_prefix(b"T").unwrap_or_else(|| rest.trim_ascii_start());
    let (time, rest) = leading_time(rest)?;
    Some((date.to_datetime(time), offset(rest.trim_ascii_start())?))
}

fn leading_date(cell: &[u8]) -> Option<(Date, &[u8])> {
    if let Some(date) = cell.get(..8).and_then(compact_date) {
        return Some((date, &cell[8..]));
    }
    let (year, rest) = number_of(cell, 4)?;
    let separator = rest.first().filter(|b| matches!(b, b'-' | b'/' | b'.'))?;
    let (month, rest) = number_of(&rest[1..], 2)?;
    let (day, rest) = number_of(rest.strip_prefix(&[*separator])?, 2)?;
    Some((date(year, month, day)?, rest))
}

/// `20240131`.
fn compact_date(digits: &[u8]) -> Option<Date> {
    let (year, rest) = number_of(digits, 4)?;
    let (month, rest) = number_of(rest, 2)?;
    let (day, rest) = number_of(rest, 2)?;
    if rest.is_empty() && (1900..=2100).contains(&year) { date(year, month, day) } else { None }
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// `23:55`, `23:55:59.123`, `235559`.
fn leading_time(text: &[u8]) -> Option<(Time, &[u8])> {
    let (hour, rest) = number_of(text, 2)?;
    let colon = rest.first() == Some(&b':');
    let part = |rest| number_of(if colon { after(rest, b":")? } else { rest }, 2);
    let (minute, rest) = part(rest)?;
    let (second, rest) = part(rest).unwrap_or((0, rest));
    let (nanos, rest) = match after(rest, b".").or_else(|| after(rest, b",")) {
        None => (0, rest),
        Some(rest) => fraction(rest)?,
    };
    let small = |n: u32| i8::try_from(n).ok();
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, nanos).ok()?;
    Some((time, rest))
}

fn after<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    text.strip_prefix(mark)
}

fn fraction(text: &[u8]) -> Option<(i32, &[u8])> {
    let n_digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (value, _) = number_of(text, n_digits.min(9)).filter(|_| n_digits > 0)?;
    let scale = 10u32.pow(9 - u32::try_from(n_digits.min(9)).ok()?);
    Some((i32::try_from(value * scale).ok()?, &text[n_digits..]))
}

/// Nothing, `Z`, `UTC`, `GMT`, `+02:00`, `+0200` or `+02`; the outer `None` is for anything else.
fn offset(text: &[u8]) -> Option<Option<Offset>> {
    let sign = match text {
        b"" => return Some(None),
        b"Z" | b"z" | b"UTC" | b"GMT" => return Some(Some(Offset::UTC)),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let (hours, rest) = number_of(&text[1..], 2)?;
    let rest = after(rest, b":").unwrap_or(rest);
    let (minutes, rest) = if rest.is_empty() { (0, rest) } else { number_of(rest, 2)? };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    rest.is_empty().then(|| Offset::from_seconds(sign * seconds).ok())?.map(Some)
}

/// Exactly `n` digits.
pub(super) fn number_of(text: &[u8], n: usize) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(n)?;
    let all = digits.iter().all(u8::is_ascii_digit);
    all.then(|| (digits.iter().fold(0, |v, b| v * 10 + u32::from(b - b'0')), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str) -> Result<String, String> {
        let read = Clock::new(None, None).unwrap().read(cell.as_bytes());
        read.map(|ts| ts.to_string()).map_err(|fault| fault.what)
    }

    #[test]
    fn one_instant_has_many_spellings() {
        let spellings = [
            "1706745300",
            "1706745300.0",
            "1706745300000",
            "1706745300000000",
            "1706745300000000000",
            "2024-01-31 23:55",
            "2024-01-31T23:55:00Z",
            "2024-01-31  23:55:00.000 UTC",
            "2024/01/31 23:55:00",
            "2024.01.31 23:55",
            "20240131 235500",
            "20240131 23:55",
            "2024-02-01T01:55:00+02:00",
            "2024-01-31 18:25:00.000000-0530",
        ];
        for spelling in spellings {
            assert_eq!(read(spelling).as_deref(), Ok("2024-01-31 23:55"), "{spelling}");
        }
        assert_eq!(read("20240131").as_deref(), Ok("2024-01-31 00:00"));
        assert_eq!(read("2024-01-31 23:55:00,25").as_deref(), Ok("2024-01-31 23:55:00.250000"));
        assert_eq!(read("-86400").as_deref(), Ok("1969-12-31 00:00"));
    }

    #[test]
    fn day_and_month_are_not_guessed() {
        for cell in ["01/02/2024", "12/02/2024 10:00", "01.02.2024 00:00", "1-2-24"] {
            assert_eq!(read(cell), Err(format!("`{cell}` could mean day or month first")));
        }
        let said = |cell: &str| {
            let fault = Clock::new(None, None).unwrap().read(cell.as_bytes()).unwrap_err();
            format!("{}; {}", fault.what, fault.cure.unwrap())
        };
        let day = "`13/02/2024 10:00` has the day first, which is not guessed; `--time-format \
                   '%d/%m/%Y %H:%M'`";
        assert_eq!(said("13/02/2024 10:00"), day);
        assert!(said("1.31.24").contains("has the month first"), "{}", said("1.31.24"));
        for cell in ["1.5", "13/13/2024", "40/01/2024", "12-5"] {
            assert_eq!(read(cell), Err(format!("`{cell}` is not a time")));
        }
        let german = Clock::new(Some("%d.%m.%Y %H:%M:%S"), None).unwrap();
        let ts = german.clone().read(b"01.02.2024 00:05:00").unwrap();
        assert_eq!(ts.to_string(), "2024-02-01 00:05");
        let fault = german.clone().read(b"2024-01-01").unwrap_err();
        assert_eq!(fault.what, "`2024-01-01` does not have the form `%d.%m.%Y %H:%M:%S`");
        let mut american = Clock::new(Some("%m/%d/%Y"), None).unwrap();
        assert_eq!(american.read(b"01/02/2024").unwrap().to_string(), "2024-01-02 00:00");
    }

    #[test]
    fn what_is_no_time_says_so() {
        for cell in ["yesterday", "2024-13-01", "2024-01-01 24:61", "2024-01-01 10", "12 May"] {
            assert_eq!(read(cell), Err(format!("`{cell}` is not a time")));
        }
        assert_eq!(read(""), Err("is empty, where a time is needed".into()));
    }

    #[test]
    fn a_file_keeps_to_one_unit() {
        let mut clock = Clock::new(None, None).unwrap();
        clock.read(b"1735689600000000").unwrap();
        let fault = clock.read(b"1735689900000").unwrap_err();
        assert_eq!(
            fault.what,
            "`1735689900000` is in milliseconds, but the file began in microseconds"
        );
    }

    #[test]
    fn a_unit_that_is_given_is_not_guessed() {
        let read = |unit: &str, cell: &str| {
            let read = Clock::new(Some(unit), None).unwrap().read(cell.as_bytes());
            read.map(|ts| ts.to_string()).map_err(|fault| fault.what)
        };
        // By its size this is in seconds, and by its form a date.
        assert_eq!(read("ms", "19730101").as_deref(), Ok("1970-01-01 05:28:50.101000"));
        assert_eq!(read("s", "1706745300").as_deref(), Ok("2024-01-31 23:55"));
        assert_eq!(read("us", "300000000.0").as_deref(), Ok("1970-01-01 00:05"));
        assert_eq!(read("ns", "300000000000").as_deref(), Ok("1970-01-01 00:05"));
        assert_eq!(read("auto", "2024-01-31 23:55").as_deref(), Ok("2024-01-31 23:55"));
        let what = read("ms", "2024-01-31").unwrap_err();
        assert_eq!(what, "`2024-01-31` is not a count of milliseconds since 1970");
        let failure = Clock::new(Some("milliseconds"), None).unwrap_err();
        assert_eq!(failure.message, "`milliseconds` is no way to write times");
    }

    #[test]
    fn local_times_follow_their_zone_through_the_year() {
        let mut clock = Clock::new(None, Some("America/New_York")).unwrap();
        let mut at = |cell: &str| clock.read(cell.as_bytes()).map(|t| t.to_string());
        assert_eq!(at("2024-01-02 09:30").unwrap(), "2024-01-02 14:30");
        assert_eq!(at("2024-07-02 09:30").unwrap(), "2024-07-02 13:30");
        assert_eq!(at("2024-11-03 01:00").unwrap(), "2024-11-03 05:00");
        assert_eq!(at("2024-11-03 01:30").unwrap(), "2024-11-03 05:30");
        assert_eq!(at("2024-11-03 01:00").unwrap(), "2024-11-03 06:00");
        assert_eq!(at("2024-11-03 01:30").unwrap(), "2024-11-03 06:30");
        assert!(at("2024-03-10 02:30").unwrap_err().what.contains("does not exist"));
        assert_eq!(at("2024-07-02T09:30Z").unwrap(), "2024-07-02 09:30");
        let failure = Clock::new(None, Some("Mars/Olympus")).unwrap_err();
        assert_eq!(failure.message, "`Mars/Olympus` is not a time zone");
    }
}
