//! Training by drift: fold after fold, since each decision hangs on the one before it.

use std::path::PathBuf;
use std::sync::Mutex;

use serde::Serialize;

use super::super::recipe;
use super::super::stored::{AskedRun, open_run};
use super::super::train::Report;
use super::compare::{Comparison, compare};
use super::unit::{Output, Shop};
use super::{Known, Walk, Walked, said, store};
use crate::config::{self, Config, Drift, Retrain};
use crate::failure::Failure;
use crate::folds::{Fold, Folds};
use crate::learn::training::FoldModel;
use crate::store::{self as files, Table, Values};
use crate::walkforward::retrain::{Chain, Decision, Look, Policy, Residuals, WatchFault};

/// What was decided, and what it saved and cost.
pub struct Retraining {
    pub decisions: Vec<Decision>,
    /// If it was asked for.
    pub comparison: Option<Comparison>,
    pub files: Vec<PathBuf>,
}

/// The bytes of `retraining.json`.
#[derive(Serialize)]
struct Told<'a> {
    policy: Policy,
    n_windows: usize,
    n_trainings: usize,
    decisions: &'a [Decision],
}

/// Where a comparison is asked for, the walk by schedule comes first: this one then trains nothing.
pub fn by_drift(
    walk: &Walk<'_>,
    (config, known): (&Config, &Known<'_>),
    folds: Folds,
) -> Result<Walked, Failure> {
    let mut scheduled = config.clone();
    scheduled.walkforward.retrain = Retrain::Schedule;
    scheduled.walkforward.drift = Drift::default();
    let twin = known.shop(&scheduled, None);
    if walk.compare {
        let outputs = super::outputs(walk, &twin, &folds)?;
        store(&twin, &folds, outputs)?;
    }
    let shop = known.shop(config, Some(&twin).filter(|_| walk.compare));
    let (outputs, decisions) = chained(walk, &shop, folds.folds())?;
    let n_old = outputs.iter().filter(|output| output.is_old).count();
    store(&shop, &folds, outputs)?;
    let run = open_run(AskedRun::whole(&shop.id))?;
    let mut files = write(&shop, &decisions)?;
    let comparison = if walk.compare {
        let trained = decisions.iter().filter(|decision| decision.trains());
        let trained: Vec<u32> = trained.map(|decision| decision.fold).collect();
        let comparison = compare(&twin, folds.folds(), (&run, &trained))?;
        files.push(comparison.write(&shop.results())?);
        Some(comparison)
    } else {
        None
    };
    let retraining = Some(Retraining { decisions, comparison, files });
    Ok(Walked { run, folds, n_old, retraining })
}

fn chained(
    walk: &Walk<'_>,
    shop: &Shop<'_>,
    folds: &[Fold],
) -> Result<(Vec<Output>, Vec<Decision>), Failure> {
    let policy = policy(&shop.config.walkforward.drift);
    let mut chain = Chain::new(&policy, &shop.lessons.data);
    let mut serving: Option<(Report, FoldModel)> = None;
    let (mut outputs, mut decisions, best) = (Vec::new(), Vec::new(), Mutex::new(None));
    for fold in folds {
        let decision = chain.decide(fold).map_err(unwatched)?;
        let kept = serving.as_mut().filter(|_| !decision.trains());
        let output = if let Some((report, model)) = kept {
            model.fold = fold.idx();
            shop.kept(fold, (report, model), walk.fresh)?
        } else {
            let output = shop.output(fold, walk.fresh)?;
            // From its files, whether they were there or not: the same bytes in either case.
            let model = shop.model(&output.report)?;
            chain.trained(fold, &model).map_err(unwatched)?;
            serving = Some((output.report.clone(), model));
            output
        };
        chain.predicted(fold, &output.predictions);
        let told =
            if decision.trains() { said(&output.report, &best) } else { kept_line(&decision) };
        outputs.push(output);
        decisions.push(decision);
        (walk.progress)(&told, outputs.len(), folds.len());
    }
    Ok((outputs, decisions))
}

fn kept_line(decision: &Decision) -> String {
    format!("fold {}: keeps the model of fold {}", decision.fold, decision.model)
}

fn policy(drift: &Drift) -> Policy {
    Policy {
        false_alarms: drift.false_alarms,
        max_age: drift.max_age,
        inputs_psi: drift.inputs_psi,
        shap_psi: drift.shap_psi,
        residuals: match drift.residuals {
            config::Residuals::PageHinkley => Residuals::PageHinkley,
            config::Residuals::Adwin => Residuals::Adwin,
            config::Residuals::Off => Residuals::Off,
        },
        ic_fall: drift.ic_fall,
    }
}

fn unwatched(fault: WatchFault) -> Failure {
    match fault {
        WatchFault::Learn(fault) => recipe::unfit(&fault),
        WatchFault::Explain(_) => {
            Failure::user(&fault).hint("`--set walkforward.drift.shap_psi=null` does without")
        }
    }
}

/// `retraining.json`, and every look of every detector as a table.
fn write(shop: &Shop<'_>, decisions: &[Decision]) -> Result<Vec<PathBuf>, Failure> {
    let told = Told {
        policy: policy(&shop.config.walkforward.drift),
        n_windows: decisions.len(),
        n_trainings: decisions.iter().filter(|decision| decision.trains()).count(),
        decisions,
    };
    let [path, table] =
        ["json", "parquet"].map(|end| shop.results().join(format!("retraining.{end}")));
    files::write_json(&path, &told)?;
    files::write_table(&table, &looks(decisions)?)?;
    Ok(vec![path, table])
}

type Row<'a> = (&'a Decision, Option<&'a Look>);

/// A row a look, and one for the first window, which nobody looked at.
fn looks(decisions: &[Decision]) -> Result<Table, Failure> {
    let rows = decisions.iter().flat_map(|decision| {
        let looks: Vec<Option<&Look>> = match decision.looks.as_slice() {
            [] => vec![None],
            looks => looks.iter().map(Some).collect(),
        };
        looks.into_iter().map(move |look| (decision, look))
    });
    let rows: Vec<Row<'_>> = rows.collect();
    let number = |of: fn(&Look) -> f64| {
        Values::F64(rows.iter().map(|(_, look)| look.map_or(f64::NAN, of)).collect())
    };
    let words = |of: &dyn Fn(&Row<'_>) -> String| Values::Text(rows.iter().map(of).collect());
    Table::new(vec![
        ("fold".to_owned(), Values::I64(rows.iter().map(|row| i64::from(row.0.fold)).collect())),
        ("at".to_owned(), Values::Ts(rows.iter().map(|row| row.0.at).collect())),
        ("model".to_owned(), Values::I64(rows.iter().map(|row| i64::from(row.0.model)).collect())),
        ("age".to_owned(), Values::I64(rows.iter().map(|row| i64::from(row.0.age)).collect())),
        ("action".to_owned(), words(&|row| row.0.action.name().to_owned())),
        ("reason".to_owned(), words(&|row| row.0.reason.name().to_owned())),
        ("detector".to_owned(), words(&|row| row.1.map_or("", |l| l.detector.name()).to_owned())),
        ("horizon".to_owned(), number(|look| look.horizon.map_or(f64::NAN, f64::from))),
        (
            "column".to_owned(),
            words(&|row| row.1.and_then(|l| l.column.clone()).unwrap_or_default()),
        ),
        ("statistic".to_owned(), number(|look| look.statistic)),
        ("threshold".to_owned(), number(|look| look.threshold)),
        ("alarm".to_owned(), number(|look| f64::from(u8::from(look.is_alarm)))),
    ])
    .map_err(Failure::world)
}
