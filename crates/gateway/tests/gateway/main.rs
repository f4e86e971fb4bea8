//! The gateway through its front door, around a tiny shop.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod document;
#[cfg(test)]
mod extract;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod log;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod service;
#[cfg(test)]
mod smuggling;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tls;
