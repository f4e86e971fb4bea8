//! The program that a campaign is led against: a build of this tree, or one that is given.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::project;

/// Which program.
#[derive(Args)]
pub(crate) struct Program {
    /// Try this program [default: a release build of this tree]
    #[arg(long, value_name = "PROGRAM")]
    shop: Option<PathBuf>,
    /// Try a debug build of this tree: sooner built, slower
    #[arg(long, conflicts_with = "shop")]
    debug: bool,
}

impl Program {
    /// The program, built where none was given.
    pub(crate) fn find(&self) -> Result<PathBuf> {
        match &self.shop {
            Some(shop) => shop.canonicalize().with_context(|| format!("there is no program {}", shop.display())),
            None => build(self.debug, &[], "tradewind-as-it-is"),
        }
    }
}

/// Builds the shop with these features, and keeps it under this name, where no other build replaces it.
pub(crate) fn build(debug: bool, features: &[&str], kept_as: &str) -> Result<PathBuf> {
    let mut cargo = project::cargo();
    cargo.args(["build", "--locked", "--package", "tradewind", "--features", &features.join(",")]);
    if !debug {
        cargo.arg("--release");
    }
    ensure!(cargo.status().context("cannot start cargo")?.success(), "the build failed");
    let target = project::target_folder()?;
    let (built, kept) = (target.join(if debug { "debug" } else { "release" }).join("tradewind"), target.join("campaign").join(kept_as));
    fs::create_dir_all(target.join("campaign")).context("cannot make a folder")?;
    // Another campaign may run what lies there: it keeps its file.
    let copy = kept.with_extension("new");
    fs::copy(&built, &copy).with_context(|| format!("cannot copy {}", built.display()))?;
    fs::rename(&copy, &kept).with_context(|| format!("cannot replace {}", kept.display()))?;
    Ok(kept)
}
