//! Why a training, a prediction or a file is refused.

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GbdtFault {
    #[error("there are no rows to train on")]
    NoRows,
    #[error("there are no columns to train on")]
    NoColumns,
    #[error("column `{name}` has {got} rows, but the first column has {expected}")]
    Ragged { name: String, expected: usize, got: usize },
    #[error("{names} names were given for {columns} columns")]
    Names { names: usize, columns: usize },
    #[error("`{rows}` rows are more than can be numbered")]
    TooManyRows { rows: usize },
    #[error("`max_bins` is `{got}`, but it must be from 3 to 256")]
    MaxBins { got: usize },
    #[error("row `{row}` is not among the {rows} rows of the matrix")]
    RowOutside { row: u32, rows: usize },
    #[error("row `{row}` is listed twice: to train on or to watch, each row counts once")]
    RowTwice { row: u32 },
    #[error("there are {got} {what}, but {expected} are needed")]
    Length { what: &'static str, expected: usize, got: usize },
    #[error("the target of row `{row}` is `{value}`, {must}")]
    Target { row: u32, value: f64, must: &'static str },
    #[error("the weight of row `{row}` is `{value}`, but it must be finite and not negative")]
    Weight { row: u32, value: f64 },
    #[error("all weights are zero")]
    NoWeight,
    #[error("{monotone} monotone constraints were given for {columns} columns")]
    Monotone { monotone: usize, columns: usize },
    #[error("the model to go on from has another objective: `{model}`, not `{asked}`")]
    OtherObjective { model: &'static str, asked: &'static str },
    #[error("column {index} is `{found}`, but the model was trained on `{expected}`")]
    OtherColumn { index: usize, expected: String, found: String },
    #[error("the model was trained on {expected} columns, but there are {found}")]
    OtherWidth { expected: usize, found: usize },
    #[error(
        "tree {tree} splits column `{column}` at `{threshold}`, which is no edge of these bins"
    )]
    OtherEdges { tree: usize, column: String, threshold: f32 },
    #[error("the file is no model: {0}")]
    NotJson(String),
    #[error("the model's `{path}` {problem}")]
    BadModel { path: String, problem: String },
}
