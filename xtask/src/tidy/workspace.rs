//! The packages and the Rust files of the workspace, as cargo and the file system tell them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::finding::Finding;
use super::source::SourceFile;

/// Everything the checks look at.
pub(crate) struct Workspace {
    /// The folder of the workspace.
    pub(crate) root: PathBuf,
    /// Its packages.
    pub(crate) packages: Vec<Package>,
    /// Every `.rs` file below the packages' folders, in the order of their paths.
    pub(crate) files: Vec<SourceFile>,
    /// Files that do not parse.
    pub(crate) unreadable: Vec<Finding>,
}

/// A package, of what `cargo metadata` tells.
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its folder, relative to the workspace.
    pub(crate) folder: String,
    /// `[package.metadata] floor`.
    pub(crate) floor: Option<u64>,
    /// What it depends on, of the workspace and of others.
    pub(crate) dependencies: Vec<Dependency>,
    /// The root file of each of its targets, relative to the workspace.
    pub(crate) roots: Vec<String>,
    manifest: String,
}

/// A line of a package's `[dependencies]`.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    /// The package's name, without a rename.
    pub(crate) name: String,
    /// `None` for a normal one, `dev` or `build`.
    pub(crate) kind: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<RawPackage>,
}

#[derive(Deserialize)]
struct RawPackage {
    name: String,
    manifest_path: PathBuf,
    metadata: Option<BTreeMap<String, serde_json::Value>>,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    src_path: PathBuf,
}

impl Workspace {
    /// Reads the workspace in this folder.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let root = root.canonicalize().with_context(|| format!("cannot read {}", root.display()))?;
        let packages = packages(&root)?;
        let mut workspace = Self { root, packages, files: Vec::new(), unreadable: Vec::new() };
        let folders: Vec<PathBuf> = workspace.packages.iter().map(|package| workspace.root.join(&package.folder)).collect();
        for folder in folders {
            workspace.read_folder(&folder)?;
        }
        workspace.files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(workspace)
    }

    /// The package that a file belongs to.
    pub(crate) fn package_of(&self, file: &SourceFile) -> Option<&Package> {
        self.packages.iter().filter(|package| file.is_in(&package.folder)).max_by_key(|package| package.folder.len())
    }

    /// Whether there is such a Rust file.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }

    fn read_folder(&mut self, folder: &Path) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                // A package inside another package's folder is read when its own turn comes.
                if name != "target" && !name.starts_with('.') && !path.join("Cargo.toml").exists() {
                    self.read_folder(&path)?;
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                self.read_file(&path)?;
            }
        }
        Ok(())
    }

    fn read_file(&mut self, path: &Path) -> Result<()> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let relative = relative(&self.root, path);
        match SourceFile::parse(relative.clone(), text) {
            Ok(file) => self.files.push(file),
            Err(error) => {
                let place = (relative.as_str(), error.span().start().line);
                self.unreadable.push(Finding::new(place, "this file does not parse", error.to_string(), "mend the syntax"));
            }
        }
        Ok(())
    }
}

impl Package {
    /// Where its manifest lies, relative to the workspace.
    pub(crate) fn manifest_path(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }

    /// The line of the manifest that starts with this word, or the first.
    pub(crate) fn manifest_line(&self, word: &str) -> usize {
        let starts =
            |line: &str| line.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || "_-".contains(c)));
        self.manifest.lines().position(starts).map_or(1, |index| index + 1)
    }
}

fn packages(root: &Path) -> Result<Vec<Package>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .output()
        .context("cannot start cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).context("cannot read what cargo metadata says")?;
    metadata.packages.into_iter().map(|raw| package(root, raw)).collect()
}

fn package(root: &Path, raw: RawPackage) -> Result<Package> {
    let manifest = fs::read_to_string(&raw.manifest_path).with_context(|| format!("cannot read {}", raw.manifest_path.display()))?;
    Ok(Package {
        name: raw.name,
        folder: relative(root, raw.manifest_path.parent().unwrap_or(root)),
        floor: raw.metadata.as_ref().and_then(|metadata| metadata.get("floor")).and_then(serde_json::Value::as_u64),
        dependencies: raw.dependencies,
        roots: raw.targets.iter().map(|target| relative(root, &target.src_path)).collect(),
        manifest,
    })
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
