//! What an ingest tells: a row a symbol, and on stderr what there is to look at.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::cli::{print, table};
use crate::config::Config;
use crate::ingest::audit::{self, Audit, Severity, Terms};
use crate::ingest::feeds::Request;
use crate::ingest::{Counts, Downloaded, Summary};
use crate::store::Layout;

/// So many symbols have a warning of their own; the rest share one.
const SHOWN_SYMBOLS: usize = 3;

pub fn files(summaries: &[Summary]) -> Result<()> {
    let mut header = vec!["symbol", "timeframe", "read"];
    header.extend(FATES);
    header.extend(["from", "to"]);
    print(&table(&header, summaries.iter().map(summary_row)))?;
    for (ignored, symbols) in by_ignored(summaries) {
        let others = match symbols.len() {
            1 => String::new(),
            n => format!(" and {}", more(n - 1)),
        };
        tracing::info!("`{}`{others}: columns left out: {}", symbols[0], ignored.join(", "));
    }
    report_audits(summaries.iter().map(|summary| &summary.audit));
    Ok(())
}

pub fn download(
    done: &Downloaded,
    request: &Request,
    (config, layout): (&Config, &Layout),
) -> Result<()> {
    done.fetched.notes.iter().for_each(|note| tracing::warn!("{note}"));
    let mut row = vec![request.symbol.to_string(), request.timeframe.to_string()];
    row.push(done.fetched.bars.to_string());
    row.extend(fates(&done.counts, 0));
    let mut header = vec!["symbol", "timeframe", "fetched"];
    header.extend(FATES);
    print(&table(&header, [row]))?;
    if layout.has_bars(&request.symbol, request.timeframe) {
        let bars = layout.read_bars(&request.symbol, request.timeframe)?;
        let terms = Terms::new(bars.timeframe(), config.data.calendar);
        report_audits([&audit::audit(bars.symbol().as_str(), bars.columns(), &terms)].into_iter());
    }
    Ok(())
}

fn summary_row(s: &Summary) -> Vec<String> {
    let mut row = vec![s.symbol.to_string(), s.timeframe.to_string(), s.read.to_string()];
    row.extend(fates(&s.counts, s.dropped));
    row.extend([s.range.0.to_string(), s.range.1.to_string()]);
    row
}

/// What became of what came: these columns add up to it.
const FATES: [&str; 5] = ["added", "same", "filled", "replaced", "kept"];

fn fates(counts: &Counts, dropped: usize) -> [String; 5] {
    let Counts { added, same, filled, replaced, kept } = *counts;
    [added, same + dropped, filled, replaced, kept].map(|n| n.to_string())
}

/// The symbols whose files had the same columns too many.
fn by_ignored(summaries: &[Summary]) -> BTreeMap<&[String], Vec<&str>> {
    let mut groups = BTreeMap::<&[String], Vec<&str>>::new();
    for summary in summaries.iter().filter(|summary| !summary.ignored.is_empty()) {
        groups.entry(&summary.ignored).or_default().push(summary.symbol.as_str());
    }
    groups
}

/// A line on stderr for each of the first symbols of which the audit has something to say, and one
/// for all others; never in the way.
fn report_audits<'a>(audits: impl Iterator<Item = &'a Audit>) {
    let odd: Vec<_> = audits.filter_map(|audit| Some((audit, counted([audit])?))).collect();
    for (audit, found) in odd.iter().take(SHOWN_SYMBOLS) {
        tracing::warn!("`{}`: {found}; `edgewalk data audit` tells where", audit.name);
    }
    let others = odd.iter().skip(SHOWN_SYMBOLS).map(|(audit, _)| *audit);
    if let Some(found) = counted(others) {
        let others = more(odd.len() - SHOWN_SYMBOLS);
        tracing::warn!("… and {others}: {found}; `edgewalk data audit` tells where");
    }
}

fn more(n_symbols: usize) -> String {
    format!("{n_symbols} more symbol{}", if n_symbols == 1 { "" } else { "s" })
}

/// `gap (12), zero volume (3)`; `None` where there is nothing worth telling.
fn counted<'a>(audits: impl IntoIterator<Item = &'a Audit>) -> Option<String> {
    let mut counts = BTreeMap::new();
    let findings = audits.into_iter().flat_map(|audit| &audit.findings);
    for finding in findings.filter(|f| f.kind.severity() <= Severity::Notice) {
        *counts.entry(finding.kind).or_insert(0) += finding.n_bars;
    }
    let counts = counts.iter().map(|(kind, n_bars)| format!("{} ({n_bars})", kind.title()));
    Some(counts.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
}
