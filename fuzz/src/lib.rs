//! Fuzz targets: whatever bytes come in, the parsers at the shop's edge answer, and what they accept they give back as it was.
//!
//! A target is a function of bytes that panics where a promise is broken, so any engine can drive it. Ours needs no other
//! compiler: it changes the files of `corpus/` at random. Its tests run over the corpus in `cargo test`, and
//! `cargo xtask campaign fuzz` lets it run for long. An input that was found goes into the corpus and stays there.

pub mod corpus;
pub mod mutate;
pub mod targets;

/// Something that reads what strangers send.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of its folder in `corpus/`.
    pub name: &'static str,
    /// Reads the bytes; panics where a promise is broken.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "address", run: targets::address },
    Target { name: "cursor", run: targets::cursor },
    Target { name: "money", run: targets::money },
    Target { name: "product_file", run: targets::product_file },
    Target { name: "query", run: targets::query },
    Target { name: "type_id", run: targets::type_id },
];

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    /// Enough to notice a promise that is broken everywhere, and no more than every test run can pay.
    const NEIGHBOURS: usize = 300;

    #[test]
    fn every_target_keeps_its_promises_over_its_corpus_and_around_it() {
        for target in TARGETS {
            let seeds = corpus::read(target.name).unwrap();
            assert!(seeds.len() > 2, "{} has hardly any corpus", target.name);
            seeds.iter().for_each(|seed| (target.run)(seed));
            let mut random = StdRng::seed_from_u64(1);
            for _ in 0..NEIGHBOURS {
                (target.run)(&mutate::near(&seeds, &mut random));
            }
        }
    }
}
