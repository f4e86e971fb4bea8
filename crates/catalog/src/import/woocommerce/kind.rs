//! The `Type` cell: how a row belongs to a product, and what kind of thing it is.

use crate::variants::VariantKind;

/// How a row belongs to a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Structure {
    /// A product that is its own variant.
    Simple,
    /// A product whose variants are other rows.
    Variable,
    /// A variant of another row.
    Variation,
    /// A page that shows other products.
    Grouped,
    /// A product sold elsewhere.
    External,
    /// What a plug-in added; read as simple.
    Other,
}

/// The cell, understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowType {
    pub(crate) structure: Structure,
    is_virtual: bool,
    is_downloadable: bool,
}

impl RowType {
    /// Reads `simple, downloadable, virtual`; an empty cell is `simple`.
    pub(crate) fn parse(cell: &str) -> Self {
        let mut parsed = Self { structure: Structure::Simple, is_virtual: false, is_downloadable: false };
        for word in cell.split(',').map(|word| word.trim().to_lowercase()) {
            match word.as_str() {
                "virtual" => parsed.is_virtual = true,
                "downloadable" => parsed.is_downloadable = true,
                "" | "simple" => {}
                "grouped" => parsed.structure = Structure::Grouped,
                "external" => parsed.structure = Structure::External,
                // Plug-ins name theirs after these: `variable-subscription`, `subscription_variation`.
                word if word.ends_with("variation") => parsed.structure = Structure::Variation,
                word if word.starts_with("variable") => parsed.structure = Structure::Variable,
                _ => parsed.structure = Structure::Other,
            }
        }
        parsed
    }

    pub(crate) const fn kind(self) -> VariantKind {
        match self {
            Self { structure: Structure::External, .. } => VariantKind::External,
            Self { is_downloadable: true, .. } => VariantKind::Digital,
            Self { is_virtual: true, .. } => VariantKind::Service,
            Self { .. } => VariantKind::Physical,
        }
    }

    /// What is downloadable may still come in a box; only what is virtual never does.
    pub(crate) const fn ships(self) -> bool {
        !self.is_virtual && !matches!(self.structure, Structure::External)
    }

    /// True where our record says all of the cell by itself.
    pub(crate) const fn is_plain(self) -> bool {
        let known = matches!(self.structure, Structure::Simple | Structure::Variable | Structure::Variation);
        known && !self.is_virtual && !self.is_downloadable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_keeps_its_kind() {
        for (cell, structure, kind, ships) in [
            ("simple", Structure::Simple, VariantKind::Physical, true),
            ("", Structure::Simple, VariantKind::Physical, true),
            ("simple, virtual", Structure::Simple, VariantKind::Service, false),
            ("simple, downloadable, virtual", Structure::Simple, VariantKind::Digital, false),
            ("Simple, Downloadable", Structure::Simple, VariantKind::Digital, true),
            ("variable", Structure::Variable, VariantKind::Physical, true),
            ("variation, virtual", Structure::Variation, VariantKind::Service, false),
            ("subscription_variation", Structure::Variation, VariantKind::Physical, true),
            ("grouped", Structure::Grouped, VariantKind::Physical, true),
            ("external", Structure::External, VariantKind::External, false),
            ("bundle", Structure::Other, VariantKind::Physical, true),
        ] {
            let parsed = RowType::parse(cell);
            assert_eq!((parsed.structure, parsed.kind(), parsed.ships()), (structure, kind, ships), "{cell}");
        }
    }
}
