//! `backtest.symbols`: symbols that pay their own costs.

use edgewalk::store::{Table, Values, read_table};

use crate::project::Project;

const CONFIG: &str = "synthetic: {bars: 12000, regimes: false, planted: {ic: 0.3, horizon: 6}}
features: {set: [core, order_flow]}
labels: {horizons: [3, 6]}
data: {symbols: [AA, BB], train: {to: 2022-01-24}}
learn: {rounds: 30, learning_rate: 0.1}
calibration: {min_rows: 200}
trading_logic: {warmup_bars: 20, z_window: 100, volatility_window: 50, quantile_level: null}
backtest: {cash: 10000, half_spread_bps: 0.1, slippage: {bps: 0.1}, commission: {taker_bps: 0.5}}
";

/// Two markets with an effect, and predictions of both.
fn project() -> Project {
    let project = Project::of(CONFIG);
    project.done(&["train"]);
    project.done(&["predict"]);
    project
}

/// `--set backtest.half_spread_bps=0.4` and so on; `of`: `backtest`, or a symbol's section.
fn dearer(of: &str) -> Vec<String> {
    let keys = ["half_spread_bps=0.4", "commission.taker_bps=0.75", "slippage.bps=0.3"];
    keys.map(|key| format!("--set={of}.{key}")).to_vec()
}

fn backtest(project: &Project, flags: &[&[String]]) -> String {
    let flags = flags.iter().flat_map(|some| some.iter().map(String::as_str));
    project.done(&["backtest"].into_iter().chain(flags).collect::<Vec<_>>())
}

fn numbers<'t>(table: &'t Table, name: &str) -> &'t [f64] {
    let Some(Values::F64(values)) = table.column(name) else { panic!("{name}") };
    values
}

fn texts<'t>(table: &'t Table, name: &str) -> &'t [String] {
    let Some(Values::Text(values)) = table.column(name) else { panic!("{name}") };
    values
}

/// Commission in bps of value, spread and slippage in bps of the reference: of each fill of a symbol,
/// market orders first, then limit orders.
fn paid(project: &Project, symbol: &str) -> [Vec<[f64; 2]>; 2] {
    let path = project.path(&format!("results/{}/fills.parquet", project.latest()));
    let table = read_table(&path, None).unwrap();
    let [qty, price, reference] = ["qty", "price", "reference"].map(|name| numbers(&table, name));
    let [fee, impact] = ["commission", "spread_and_slippage"].map(|name| numbers(&table, name));
    let mut paid = [Vec::new(), Vec::new()];
    for row in 0..table.n_rows() {
        if texts(&table, "symbol")[row] == symbol {
            let is_limit = ["target", "target_gap"].contains(&texts(&table, "rule")[row].as_str());
            let of_value = 1e4 * fee[row] / (qty[row] * price[row]);
            paid[usize::from(is_limit)]
                .push([of_value, 1e4 * impact[row] / (qty[row] * reference[row])]);
        }
    }
    paid
}

fn all_are(paid: &[[f64; 2]], wanted: [f64; 2]) {
    assert!(paid.len() > 10, "{}", paid.len());
    let off = |one: &[f64; 2]| (one[0] - wanted[0]).abs().max((one[1] - wanted[1]).abs());
    assert!(paid.iter().all(|one| off(one) < 1e-6), "{wanted:?}: {paid:?}");
}

#[test]
fn the_fills_of_each_symbol_cost_what_it_pays() {
    let project = project();
    backtest(&project, &[&dearer("backtest.symbols.BB")]);
    let ([market, limit], [own_market, own_limit]) = (paid(&project, "AA"), paid(&project, "BB"));
    all_are(&market, [0.5, 0.2]);
    all_are(&own_market, [0.75, 0.7]);
    // A maker's fee is not what differs.
    all_are(&[limit, own_limit].concat(), [1.0, 0.0]);
    let told = project.done(
        &[
            &["backtest", "--live"],
            &dearer("backtest.symbols.BB").iter().map(String::as_str).collect::<Vec<_>>()[..],
        ]
        .concat(),
    );
    assert!(told.contains("the same fills and the same equity, bit for bit"), "{told}");
}

#[test]
fn a_symbol_alone_is_traded_as_if_all_paid_what_it_pays() {
    let project = project();
    let of = |symbol: &str| vec![format!("--set=data.symbols=[{symbol}]")];
    let files = || {
        let names = ["trades.parquet", "equity.parquet", "metrics.json", "gates.json"];
        names.map(|name| project.bytes(&format!("results/{}/{name}", project.latest())))
    };
    backtest(&project, &[&of("BB")]);
    let cheap = files();
    backtest(&project, &[&of("BB"), &dearer("backtest")]);
    let dear = files();
    assert!(cheap != dear, "gates refuse more");
    backtest(&project, &[&of("BB"), &dearer("backtest.symbols.BB")]);
    assert!(files() == dear);
    let told = backtest(&project, &[&of("AA")]);
    let plain = files();
    // Of a symbol that is not traded nothing is read: it is the same trial.
    assert_eq!(backtest(&project, &[&of("AA"), &dearer("backtest.symbols.BB")]), told);
    assert!(files() == plain);
}
