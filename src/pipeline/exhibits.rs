//! Pictures that a run is shown by: each an exhibit, with a sentence on how to read it.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::report::plot::{Chart, PlotFault, page};
use crate::store;

/// A picture that was made, as PNG and as SVG.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Exhibit {
    /// The files' name without its ending.
    pub name: &'static str,
    pub heading: &'static str,
    /// What the axes are, and what good and bad look like.
    pub how_to_read: &'static str,
    pub png: PathBuf,
    pub svg: PathBuf,
}

/// A picture before it is made.
pub struct Draft<'a> {
    pub name: &'static str,
    pub heading: &'static str,
    pub how_to_read: &'static str,
    pub chart: Box<dyn Chart + 'a>,
}

/// Draws and stores them; one with nothing to show is left out. `subject`: as titles name the run.
pub fn hang<'a>(
    drafts: impl Iterator<Item = &'a Draft<'a>>,
    (subject, folder): (&str, &Path),
) -> Result<Vec<Exhibit>, Failure> {
    let made: Vec<Exhibit> =
        drafts.filter_map(|draft| save(draft, folder).transpose()).collect::<Result<_, _>>()?;
    store::write_atomic(&folder.join("how_to_read.md"), guide(subject, &made).as_bytes())?;
    Ok(made)
}

/// All pictures with their sentences, for whoever looks at the folder.
fn guide(subject: &str, made: &[Exhibit]) -> String {
    let part = |exhibit: &Exhibit| {
        let Exhibit { name, heading, how_to_read, .. } = exhibit;
        format!("\n## {heading}\n\n{how_to_read}\n\n![{heading}]({name}.png)\n")
    };
    let parts: String = made.iter().map(part).collect();
    format!("# {subject}: how to read the pictures\n{parts}")
}

fn save(draft: &Draft<'_>, folder: &Path) -> Result<Option<Exhibit>, Failure> {
    let Draft { name, heading, how_to_read, .. } = *draft;
    let at = |ending: &str| folder.join(format!("{name}.{ending}"));
    let (png, svg) = (at("png"), at("svg"));
    let figure = match page(draft.chart.as_ref()) {
        // What was drawn of other settings must not be taken for a picture of these.
        Err(PlotFault::Empty(_)) => {
            [&png, &svg].into_iter().try_for_each(|path| store::remove(path))?;
            return Ok(None);
        }
        figure => figure.map_err(Failure::world)?,
    };
    store::write_atomic(&png, &figure.png().map_err(Failure::world)?)?;
    store::write_atomic(&svg, figure.svg().as_bytes())?;
    Ok(Some(Exhibit { name, heading, how_to_read, png, svg }))
}
