//! Which addresses are connected to: looked at where the connection is made, after names were resolved, so that no name can say one thing
//! when it is looked at and another when it is used.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use kernel::AddressRange;
use tower::Service;

use super::public::is_public;

/// Where a client may connect to.
#[derive(Debug, Clone)]
pub enum Reach {
    /// Anywhere: whoever is asked is configured by the shop's operator.
    Anywhere,
    /// Where anybody on the internet may be, and in these ranges besides: whoever is asked is named by somebody else.
    Public(Arc<[AddressRange]>),
}

impl Reach {
    /// True for an address that may be connected to.
    #[must_use]
    pub fn covers(&self, address: IpAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Public(besides) => is_public(address) || besides.iter().any(|range| range.contains(address)),
        }
    }

    /// Refuses a host that is an address which may not be connected to. A name is looked at when it is resolved.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn refuse_literal(&self, host: &str) -> Result<(), &'static str> {
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        if literal.is_ok_and(|address| !self.covers(address)) { Err(NOT_PUBLIC) } else { Ok(()) }
    }
}

/// What is said of an address that is not connected to; which one it is would tell what there is in the house.
const NOT_PUBLIC: &str = "the address is not one of the public internet";

/// Resolves names as the system does, and leaves out addresses that may not be connected to.
#[derive(Debug, Clone)]
pub(super) struct GuardedResolver<S = GaiResolver> {
    system: S,
    reach: Reach,
}

impl GuardedResolver {
    pub(super) fn new(reach: Reach) -> Self {
        Self { system: GaiResolver::new(), reach }
    }
}

impl<S, Found> Service<Name> for GuardedResolver<S>
where
    S: Service<Name, Response = Found, Error = io::Error, Future: Send + 'static>,
    Found: Iterator<Item = SocketAddr> + 'static,
{
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.system.poll_ready(task)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (resolved, reach) = (self.system.call(name), self.reach.clone());
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = resolved.await?.filter(|address| reach.covers(address.ip())).collect();
            if addresses.is_empty() { Err(io::Error::other(NOT_PUBLIC)) } else { Ok(addresses.into_iter()) }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    async fn resolved(reach: Reach, name: &str) -> io::Result<Vec<SocketAddr>> {
        let name = Name::from_str(name).expect("a name");
        Ok(GuardedResolver::new(reach).call(name).await?.collect())
    }

    #[tokio::test]
    async fn a_name_that_leads_into_the_house_leads_nowhere() {
        let nothing_besides = Reach::Public(Arc::new([]));
        // What the system makes an address of is looked at as one: this is 127.0.0.1 in three forms.
        for name in ["localhost", "2130706433", "0x7f.1"] {
            let refused = resolved(nothing_besides.clone(), name).await.expect_err(name);
            assert_eq!(refused.to_string(), NOT_PUBLIC, "{name}");
            assert!(resolved(Reach::Anywhere, name).await.is_ok_and(|found| !found.is_empty()), "{name}");
        }
        let loopback = Reach::Public(Arc::new(["127.0.0.0/8".parse().expect("a range")]));
        let found = resolved(loopback, "localhost").await.expect("found");
        assert!(!found.is_empty() && found.iter().all(|address| address.is_ipv4()), "{found:?}");
    }

    /// A server of names that says one thing when it is asked first, and another later.
    struct Rebinding(std::vec::IntoIter<Vec<SocketAddr>>);

    impl Service<Name> for Rebinding {
        type Response = std::vec::IntoIter<SocketAddr>;
        type Error = io::Error;
        type Future = std::future::Ready<io::Result<Self::Response>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Name) -> Self::Future {
            std::future::ready(Ok(self.0.next().unwrap_or_default().into_iter()))
        }
    }

    #[tokio::test]
    async fn a_name_that_is_bound_anew_into_the_house_leads_nowhere() {
        let [public, metadata, own] = ["1.1.1.1:443", "169.254.169.254:443", "[::1]:443"].map(|text| text.parse().expect("an address"));
        let answers = vec![vec![public], vec![metadata], vec![own, public, metadata], vec![own]];
        let mut resolver = GuardedResolver { system: Rebinding(answers.into_iter()), reach: Reach::Public(Arc::new([])) };
        let mut led = Vec::new();
        for _ in 0..4 {
            let name = Name::from_str("rebinding.example").expect("a name");
            led.push(
                resolver.call(name).await.map_or_else(|error| vec![error.to_string()], |found| found.map(|to| to.to_string()).collect()),
            );
        }
        let nowhere = vec![NOT_PUBLIC.to_owned()];
        assert_eq!(led, [vec![public.to_string()], nowhere.clone(), vec![public.to_string()], nowhere]);
    }

    #[test]
    fn a_host_that_is_an_address_is_looked_at_at_once() {
        let reach = Reach::Public(Arc::new(["10.1.0.0/16".parse().expect("a range")]));
        for host in ["127.0.0.1", "[::1]", "10.2.0.1", "169.254.169.254", "[::ffff:10.2.0.1]"] {
            assert_eq!(reach.refuse_literal(host), Err(NOT_PUBLIC), "{host}");
            assert_eq!(Reach::Anywhere.refuse_literal(host), Ok(()), "{host}");
        }
        for host in ["10.1.2.3", "1.1.1.1", "[2606:4700:4700::1111]", "example.com", "localhost"] {
            assert_eq!(reach.refuse_literal(host), Ok(()), "{host}");
        }
    }
}
