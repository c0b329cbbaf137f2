use super::super::{Backtest, Config, TradingLogic};
use super::{faults_of, n_set, read, with_flags};
use crate::backtest::costs::{Costs, Slippage};
use crate::market::Symbol;

const TEXT: &str = "
backtest:
  symbols:
    SOLUSDT: {half_spread_bps: 2, commission: {taker_bps: 4.5}, slippage: {bps: 1}}
    brk.b: {slippage: {model: volatility, window_bars: 50}}
  half_spread_bps: 0.7
  borrow_bps_per_year: 100
";

fn symbols<const N: usize>(names: [&str; N]) -> [Symbol; N] {
    names.map(|name| name.parse().unwrap())
}

#[test]
fn a_symbol_pays_what_is_its_own_and_else_what_all_pay() {
    let backtest = read(TEXT).unwrap().backtest;
    let [sol, brk, other] = symbols(["SOLUSDT", "BRK.B", "OTHER"]);
    let common = Costs {
        taker_bps: 2.5,
        maker_bps: 1.0,
        half_spread_bps: 0.7,
        slippage: Slippage::Fixed { bps: 0.5 },
        funding_bps_per_8h: 0.0,
        borrow_bps_per_year: 100.0,
    };
    let slippage = Slippage::Fixed { bps: 1.0 };
    let dear = Costs { taker_bps: 4.5, half_spread_bps: 2.0, slippage, ..common };
    let wild = Costs { slippage: Slippage::Volatility { fraction: 0.1 }, ..common };
    let rules =
        backtest.rules(&TradingLogic::default(), &[other.clone(), sol.clone(), brk.clone()]);
    assert_eq!(rules.costs, [common, dear, wild]);
    let windows = [&other, &sol, &brk].map(|symbol| backtest.slippage_window(symbol));
    assert_eq!(windows, [288, 288, 50]);
}

#[test]
fn flags_go_over_the_file_key_by_key() {
    let set = |set: &str| Config::from_text("config.yml", TEXT, &[set.to_owned()]).unwrap();
    let [sol, brk] = symbols(["SOLUSDT", "BRK.B"]);
    let now = set("backtest.symbols.SOLUSDT.half_spread_bps=3").backtest.costs(&sol);
    assert_eq!((now.half_spread_bps, now.taker_bps), (3.0, 4.5));
    let now = set("backtest.symbols.BRK.B.commission.taker_bps=9").backtest;
    assert_eq!((now.costs(&brk).taker_bps, now.slippage_window(&brk)), (9.0, 50));
    assert_eq!(set("backtest.half_spread_bps=9").backtest.costs(&sol).half_spread_bps, 2.0);
}

#[test]
fn what_differs_is_shown_so_that_it_reads_back() {
    let config = read(TEXT).unwrap();
    let shown = config.to_yaml();
    let own = "    BRK.B: {slippage: {model: volatility, window_bars: 50}}
    SOLUSDT: {commission: {taker_bps: 4.5}, half_spread_bps: 2, slippage: {bps: 1}}
";
    assert!(shown.contains(&format!("  symbols:\n{own}")), "{shown}");
    assert_eq!(read(&shown).unwrap(), config);
    assert_eq!(n_set(TEXT), 7);
    for nothing in ["{}", "{SOL: {}}", "{SOL: {commission: }}", ""] {
        let text = format!("backtest: {{symbols: {nothing}}}");
        assert_eq!(read(&text).unwrap(), Config::default(), "{text}");
    }
    let [sol] = symbols(["SOLUSDT"]);
    let only = config.backtest.symbols.only(&[sol]);
    let alone = Config {
        backtest: Backtest { symbols: only, ..config.backtest.clone() },
        ..config.clone()
    };
    let without: String =
        shown.lines().filter(|l| !l.contains("BRK")).collect::<Vec<_>>().join("\n");
    assert_eq!(alone.to_yaml().trim_end(), without);
}

#[test]
fn what_is_wrong_with_a_symbols_costs_is_named() {
    let report = faults_of(
        "backtest:
  commission: {maker_bps: 0.2}
  symbols:
    SOLUSDT: {half_spred_bps: 2, commission: {taker_bp: 4.5, maker_bps: x}, lot_size: 1}
    a b: {half_spread_bps: 2}
    XYZ: 3
    sol: {half_spread_bps: 2000}
    SOL: {half_spread_bps: 2}
    AAA: {commission: {maker_bps: -3}}
    BBB: {commission: {maker_bps: -2}, slippage: {model: fixd}}
",
    );
    insta::assert_snapshot!(report, @r#"
    config.yml:4:15 · backtest.symbols.SOLUSDT.half_spred_bps: unknown key
    hint: did you mean `half_spread_bps`?
    config.yml:4:47 · backtest.symbols.SOLUSDT.commission.taker_bp: unknown key
    hint: did you mean `taker_bps`?
    config.yml:4:73 · backtest.symbols.SOLUSDT.commission.maker_bps: expected a number of bps from -100 to 1000, found "x"
    config.yml:4:77 · backtest.symbols.SOLUSDT.lot_size: unknown key
    hint: did you mean `backtest.lot_size`?
    config.yml:5:5 · backtest.symbols.a b: expected a symbol such as BTCUSDT (letters, digits, `.`, `_`, `-`), found "a b"
    config.yml:6:10 · backtest.symbols.XYZ: expected a section of keys, found 3
    config.yml:7:28 · backtest.symbols.SOL.half_spread_bps: expected a number of bps from 0 to 1000, found 2000
    config.yml:8:5 · backtest.symbols.SOL: this symbol is named twice, first at `config.yml:7:5`
    config.yml:9:35 · backtest.symbols.AAA.commission.maker_bps: a rebate of 3 bps exceeds the taker fee of 2.5
    config.yml:10:58 · backtest.symbols.BBB.slippage.model: expected fixed, range, volatility or impact, found "fixd"
    hint: did you mean `fixed`?
    "#);
    let told = with_flags(&["backtest.symbols.SOL.comission.taker_bps=2"]).unwrap_err().to_string();
    let typed = "--set backtest.symbols.SOL.comission.taker_bps=2";
    let place = format!("{typed} · backtest.symbols.SOL.comission: unknown key\n");
    assert_eq!(told, format!("{place}hint: did you mean `commission`?"));
}
