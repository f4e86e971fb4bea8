//! `cargo xtask campaign schema`: schemathesis holds every answer against the contract, with three levels of rights.

mod level;
mod report;
mod settings;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Args;
use level::Level;

use super::database::{Database, Databases};
use super::exhibits;
use super::program::Program;
use super::results::{self, Results, Round};
use super::stage::Stage;
use super::trial::{self, Trial};
use crate::project;
use crate::python;

/// The version that the figures were made with; another one asks other questions.
const SCHEMATHESIS: &str = "4.32.5";

/// What is tried, how often.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    program: Program,
    /// Cases in all; whole rounds are run until each database and level has its share
    #[arg(long, default_value_t = 50_000)]
    cases: usize,
    /// Random cases for each operation in a round, beside those that follow from the contract
    #[arg(long, default_value_t = 50)]
    examples: usize,
    /// On which database
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Only with these rights
    #[arg(long, value_enum)]
    level: Vec<Level>,
    /// Of the first round; each further one has the next
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Requests at the same time
    #[arg(long, default_value_t = 1)]
    workers: usize,
    /// Where the results go, a line of JSON for each round [default: schema.jsonl in the target folder]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on with the results in that file
    #[arg(long)]
    resume: bool,
}

/// A round's shop, rights and seed.
struct Plan {
    database: Database,
    level: Level,
    seed: u64,
}

/// What all rounds need.
struct Tools {
    shop: PathBuf,
    schemathesis: PathBuf,
    folder: PathBuf,
}

/// Runs rounds until there are enough cases.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let folder = project::target_folder()?.join("campaign");
    let out = results::file(arguments.out.as_deref(), "schema")?;
    let mut results = Results::open(&out, arguments.resume)?;
    let schemathesis = python::programs("schemathesis", SCHEMATHESIS, &[])?.join("schemathesis");
    let tools = Tools { shop: arguments.program.find()?, schemathesis, folder: folder.join("schema") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start a runtime")?;
    let (databases, levels) = (arguments.database.each(), Level::chosen(&arguments.level));
    let share = arguments.cases.div_ceil(databases.len() * levels.len());
    for database in databases {
        for level in &levels {
            let plans = (arguments.seed..).map(|seed| Plan { database, level: *level, seed });
            for plan in plans {
                if cases(&results, &plan) >= share {
                    break;
                }
                if results.done().contains(&plan.name()) {
                    continue;
                }
                let trial = runtime.block_on(play(&plan, &tools, arguments)).with_context(|| plan.name())?;
                eprintln!("{}: {} cases, {} violations", trial.round, trial.cases, trial.violations.len());
                results.add(trial)?;
            }
        }
    }
    Ok(trial::conclude(&results, &out))
}

impl Plan {
    fn name(&self) -> String {
        format!("{} as {}, seed {}", self.database.name(), self.level.name(), self.seed)
    }
}

/// The cases so far on this database with these rights.
fn cases(results: &Results<Trial>, plan: &Plan) -> usize {
    let (database, what) = (plan.database.name(), format!("as {}", plan.level.name()));
    results
        .records
        .iter()
        .filter(|trial| trial.was_run() && trial.database == database && trial.what == what)
        .map(|trial| trial.cases)
        .sum()
}

/// One run of schemathesis on a shop of its own: what one round did to its shop is no part of the next.
async fn play(plan: &Plan, tools: &Tools, arguments: &Arguments) -> Result<Trial> {
    let stage = Stage::open(&tools.shop, plan.database).await?;
    let ids = exhibits::gather(&stage.shop).await?;
    let key = plan.level.key(&stage.shop)?;
    let folder = tools.folder.join(plan.name().replace([' ', ','], "-").to_lowercase());
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let config = folder.join("schemathesis.toml");
    fs::write(&config, settings::text(&ids, key.as_deref())).with_context(|| format!("cannot write {}", config.display()))?;
    let mut trial = Trial { round: plan.name(), ..Trial::new(plan.database.name(), &format!("as {}", plan.level.name())) };
    let url = format!("http://{}/openapi.json", stage.shop.address);
    ask(tools, &folder, &config, (&url, plan.seed, arguments))?;
    report::read(&folder.join("report.json"), &folder.join("said.txt"), &mut trial)?;
    stage.close(&mut trial)?;
    Ok(trial)
}

fn ask(tools: &Tools, folder: &Path, config: &Path, (url, seed, arguments): (&str, u64, &Arguments)) -> Result<()> {
    let said = File::create(folder.join("said.txt")).context("cannot write what schemathesis says")?;
    let report = folder.join("report.json");
    if report.exists() {
        fs::remove_file(&report).context("cannot remove the report of before")?;
    }
    let mut command = Command::new(&tools.schemathesis);
    command.arg("--config-file").arg(config).args(["run", url, "--seed", &seed.to_string()]);
    command.args(["--max-examples", &arguments.examples.to_string(), "--workers", &arguments.workers.to_string()]);
    command.args(["--report", "json", "--report-json-path"]).arg(&report).current_dir(folder);
    command.stdout(said.try_clone().context("one file")?).stderr(said);
    // Its exit code says that there were failures; the report says which.
    command.status().context("cannot start schemathesis").map(drop)
}
